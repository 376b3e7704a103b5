// Package tour has the experiments that lead through the lab. Each asks a question that can be
// answered before its runs are looked at, and says afterwards why they went as they did.
//
// Every number of an answer is one of the runs, and tests compare them. The hash of each
// experiment is the same on all machines.
package tour

import (
	_ "embed"
	"slices"
	"strings"
)

// A Preset is an experiment with its lesson.
type Preset struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Query    string   `json:"query"` // the experiment, as package spec writes it
	Tab      string   `json:"tab"`   // panel that shows the most of it
	Question string   `json:"question"`
	Choices  []string `json:"choices"`
	Answer   int      `json:"answer"` // index of the right choice
	Why      string   `json:"why"`
	Guide    []string `json:"guide"` // the symptoms in optim/GUIDE.md that it shows
	Look     string   `json:"look"`  // what to do next
	Hash     string   `json:"hash"`  // of the runs, on every machine
}

// Presets returns all, in the order in which one builds on another.
func Presets() []Preset {
	all := slices.Concat(first, data, shapes, networks, formats)
	for line := range strings.Lines(hashes) {
		id, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		for i := range all {
			if all[i].ID == id {
				all[i].Hash = hash
			}
		}
	}
	return all
}

// hashes has the ID and the hash of a preset in each line.
//
//go:embed testdata/hashes.txt
var hashes string

// Machines are those on which the tests compare the hashes.
var Machines = []string{
	"x86-64 with AVX-512",
	"x86-64 with AVX2",
	"x86-64 in plain Go",
	"x86-64 built for v3",
	"x86 in 32 bits",
	"ARM64 with NEON",
	"s390x",
	"RISC-V",
	"WebAssembly",
}

// The titles of optim/GUIDE.md's sections.
const (
	notFinite    = "The loss is NaN or infinite"
	swings       = "The loss explodes or swings"
	stalls       = "The loss stalls"
	overfits     = "The training loss is fine, the validation loss is not"
	irreplicable = "The run does not reproduce"
)
