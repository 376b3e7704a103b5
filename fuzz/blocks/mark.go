package main

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

// block is a basic block of a kernel: it runs from its first instruction to its last.
type block struct {
	path  string // of the file
	line  int    // of its first instruction, counted from 1
	first assembly.Instruction
}

func (b block) String() string {
	at := "at the beginning"
	if b.first.Label != "" {
		at = "behind " + b.first.Label
	}
	return fmt.Sprintf("%s %s: %s:%d, %s: %s", b.first.Kernel, b.first.Type(), b.path, b.line, at, b.first.Text())
}

// mark adds an instruction that marks it to every block of a file. The blocks are
// numbered from the number of those that there are already.
func mark(f assembly.File, blocks []block) (text string, all []block, err error) {
	lines := make([]string, 0, len(f.Lines))
	next := 0
	for _, in := range f.Instructions() {
		if !in.First {
			continue
		}
		lines = append(lines, f.Lines[next:in.Line]...)
		next = in.Line
		store, err := markOf(f.Level, len(blocks))
		if err != nil {
			return "", nil, err
		}
		lines = append(lines, store...)
		blocks = append(blocks, block{f.Path, in.Line + 1, in})
	}
	if f.Level.Arch == "arm64" {
		for _, line := range f.Lines {
			if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, spare) {
				return "", nil, fmt.Errorf("%s uses %s, which marks need: %s", f.Path, spare, line)
			}
		}
	}
	return strings.Join(append(lines, f.Lines[next:]...), "\n"), blocks, nil
}

// spare is a register of arm64 that no kernel uses and that Go lets every function
// destroy.
const spare = "R20"

// markOf returns the instructions that store a byte in the place of a block, and change
// neither flags nor a register that a kernel uses. On arm64 the assembler takes its own
// register, R27, for the address.
func markOf(l assembly.Level, number int) ([]string, error) {
	switch l.Arch {
	case "amd64":
		return []string{fmt.Sprintf("\tMOVB $1, ·marks+%d(SB)", border+number)}, nil
	case "arm64":
		return []string{
			fmt.Sprintf("\tMOVD $1, %s", spare),
			fmt.Sprintf("\tMOVB %s, ·marks+%d(SB)", spare, border+number),
		}, nil
	}
	return nil, fmt.Errorf("marks for %s are not known", l.Arch)
}

// border is what lies around the marks in memory: the largest page there is.
const border = 64 << 10

// env is the environment variable that names the folder for the marks.
const env = "STEEPEST_BLOCKS"

// goFile returns a Go file for a level's package, which puts its marks into a file: one
// for each process, named so that what comes in front of the marks is known. The pages
// that hold them are the file's, so that no process ends too early to write them.
func goFile(l assembly.Level, blocks int) string {
	return strings.NewReplacer(
		"PACKAGE", l.Name, "ARCH", l.Arch, "ENV", env,
		"BORDER", fmt.Sprint(border), "SIZE", fmt.Sprint(2*border+blocks),
	).Replace(`//go:build !purego && ARCH

package PACKAGE

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

var marks [SIZE]byte

func init() {
	dir := os.Getenv("ENV")
	if dir == "" {
		return
	}
	page := uintptr(os.Getpagesize())
	begin := uintptr(unsafe.Pointer(&marks))
	low := (begin + page - 1) / page * page
	high := (begin + SIZE) / page * page
	name := fmt.Sprintf("PACKAGE-%d-%d.marks", begin+BORDER-low, os.Getpid())
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		panic(err)
	}
	if err := f.Truncate(int64(high - low)); err != nil {
		panic(err)
	}
	got, _, errno := syscall.Syscall6(syscall.SYS_MMAP, low, high-low, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_SHARED|syscall.MAP_FIXED, f.Fd(), 0)
	if errno != 0 || got != low {
		panic(errno)
	}
	f.Close()
}
`)
}
