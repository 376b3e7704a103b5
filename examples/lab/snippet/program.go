// Package snippet writes Go programs that repeat an experiment, as one would write it with
// package optim and without the lab.
//
// A program is one file, formatted as gofmt does. It takes the steps of all runs, prints where
// each ends, and last "hash" and the 16 digits that the lab shows.
package snippet

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
)

// Command is how to run a program that was saved as main.go in an empty directory.
const Command = "go mod init descent && go mod tidy && go run ."

// Program returns the program of an experiment. Where each run is to have its best rate, the
// experiment must be the one that trials have led to, with these rates.
func Program(s *spec.State) (string, error) {
	if s.Best {
		return "", errors.New("the best rates are yet to be found")
	}
	p := &program{state: s}
	if s.Network != nil {
		p.network()
	} else if err := p.surface(); err != nil {
		return "", err
	}
	return p.file(), nil
}

// A program is what has been written of one.
type program struct {
	state *spec.State
	text  strings.Builder // of the declarations
}

// add adds lines, and a blank one behind them.
func (p *program) add(lines ...string) {
	for _, line := range lines {
		p.text.WriteString(strings.TrimSuffix(line, "\n") + "\n")
	}
	p.text.WriteString("\n")
}

// packages are those that a program may use: their paths, and for each the name.
var packages = []struct{ path, name string }{
	{"encoding/binary", "binary"},
	{"fmt", "fmt"},
	{"hash/fnv", "fnv"},
	{"log", "log"},
	{"math", "math"},
	{"slices", "slices"},
	{"github.com/seed63264101/steepest/examples/lab/neural", "neural"},
	{"github.com/seed63264101/steepest/examples/lab/surface", "surface"},
	{"github.com/seed63264101/steepest/kernels", "kernels"},
	{"github.com/seed63264101/steepest/optim", "optim"},
	{"github.com/seed63264101/steepest/optim/gonumopt", "gonumopt"},
	{"github.com/seed63264101/steepest/optim/schedule", "schedule"},
	{"github.com/seed63264101/steepest/optim/train", "train"},
	{"gonum.org/v1/gonum/optimize", "optimize"},
}

// file returns the whole file.
func (p *program) file() string {
	body := strings.TrimSuffix(p.text.String(), "\n")
	var b strings.Builder
	b.WriteString("// Command descent repeats an experiment of Steepest's lab, the one with this address:\n//\n")
	b.WriteString("//\t#" + p.state.Format() + "\n//\n// Its last line is the hash of the experiment there.\npackage main\n\nimport (\n")
	ours := false
	for _, pkg := range packages {
		if !uses(body, pkg.name) {
			continue
		}
		if strings.Contains(pkg.path, ".") && !ours {
			ours = true
			b.WriteString("\n")
		}
		b.WriteString("\t\"" + pkg.path + "\"\n")
	}
	b.WriteString(")\n\n" + body)
	return b.String()
}

// uses reports whether code names something of a package.
func uses(code, name string) bool {
	for line := range strings.Lines(code) {
		line, _, _ = strings.Cut(line, "//")
		for rest := line; ; {
			before, after, found := strings.Cut(rest, name+".")
			if !found {
				break
			}
			if before == "" || !inName(before[len(before)-1]) {
				return true
			}
			rest = after
		}
	}
	return false
}

func inName(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// ruleOf returns the arguments of a call that are a run's rule and its options.
func ruleOf(r spec.Run) string {
	args := append([]string{spec.GoLiteral(r.Rule)}, optionsOf(r)...)
	return strings.Join(args, ", ")
}

// optionsOf returns the options of a run's optimizer.
func optionsOf(r spec.Run) (options []string) {
	if r.Schedule != nil {
		options = append(options, "optim.WithSchedule("+spec.GoLiteral(r.Schedule)+")")
	}
	if r.ClipNorm != 0 {
		options = append(options, "optim.ClipNorm("+spec.Number(r.ClipNorm)+")")
	}
	if r.ClipValue != 0 {
		options = append(options, "optim.ClipValue("+spec.Number(r.ClipValue)+")")
	}
	var group []string
	if r.L1 != 0 {
		group = append(group, "optim.L1("+spec.Number(r.L1)+")")
	}
	if r.Bounds != nil {
		group = append(group, "optim.Bounds("+end(r.Bounds[0])+", "+end(r.Bounds[1])+")")
	}
	if group != nil {
		options = append(options, "optim.WithGroup(all, "+strings.Join(group, ", ")+")")
	}
	switch r.State {
	case optim.BFloat16:
		options = append(options, "optim.WithStateFormat(optim.BFloat16)")
	case optim.Int8:
		options = append(options, "optim.WithStateFormat(optim.Int8)")
	}
	if r.Params == spec.Split {
		options = append(options, "optim.WithSplitParams()")
	}
	if r.Coded() && r.RoundingSeed != 0 {
		options = append(options, "optim.WithRoundingSeed("+strconv.FormatUint(r.RoundingSeed, 10)+")")
	}
	return options
}

// end returns the end of an interval, which may be infinite.
func end(v float64) string {
	switch {
	case math.IsInf(v, -1):
		return "math.Inf(-1)"
	case math.IsInf(v, 1):
		return "math.Inf(1)"
	}
	return spec.Number(v)
}

// addAll adds the function that selects parameters, if a run has options of a group.
func (p *program) addAll() {
	if slices.ContainsFunc(p.state.Runs, func(r spec.Run) bool { return r.L1 != 0 || r.Bounds != nil }) {
		p.add("// all selects every parameter.", "func all(string) bool { return true }")
	}
}
