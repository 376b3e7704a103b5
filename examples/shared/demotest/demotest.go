// Package demotest helps to test the example programs.
package demotest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
	"github.com/seed63264101/steepest/optim/train"
)

// A Program is an example's name and its run function.
type Program struct {
	Name string
	Run  func(args []string, stdout, stderr io.Writer) int
}

// Output runs the program, which must succeed, and returns its output's lines.
func (p Program) Output(t testing.TB, args ...string) []string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := p.Run(args, &out, &errs); status != demo.Success || errs.Len() > 0 {
		t.Fatalf("%v: status %d, error %q, output\n%s", args, status, &errs, &out)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// Results runs the program and returns the numbers of its last line, which must
// be a list of name=number with the names given.
func (p Program) Results(t testing.TB, names []string, args ...string) (lines []string, results map[string]float64) {
	t.Helper()
	lines = p.Output(t, args...)
	last := lines[len(lines)-1]
	results = make(map[string]float64)
	fields := strings.Fields(last)
	for i, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || i >= len(names) || name != names[i] {
			t.Fatalf("%v: last line %q, want numbers named %v", args, last, names)
		}
		results[name] = v
	}
	if len(fields) != len(names) {
		t.Fatalf("%v: last line %q, want numbers named %v", args, last, names)
	}
	return lines, results
}

// Wants fails the test unless the lines together match every regular expression,
// in which ^ and $ stand for the ends of lines.
func Wants(t testing.TB, lines []string, patterns ...string) {
	t.Helper()
	text := strings.Join(lines, "\n")
	for _, want := range patterns {
		if !regexp.MustCompile("(?m)" + want).MatchString(text) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// SameLastLine checks that the program ends with the same line on every level of the kernels
// that this machine has.
func (p Program) SameLastLine(t testing.TB, args ...string) {
	t.Helper()
	last := ""
	OnEveryLevel(t, func(level kernels.Level) {
		lines := p.Output(t, args...)
		if got := lines[len(lines)-1]; last == "" {
			last = got
		} else if got != last {
			t.Errorf("level %v: %q, want %q", level, got, last)
		}
	})
}

// SameEverywhere is SameChecksum for the program.
func (p Program) SameEverywhere(t testing.TB, checksum string, args ...string) {
	t.Helper()
	SameChecksum(t, checksum, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.Join(p.Output(t, args...), "\n"))
		return err
	})
}

// SameChecksum checks that a training prints a checksum on every level of the kernels that
// this machine has. Other machines have the same: it changes only with the numeric contract of
// package kernels or with what is computed.
func SameChecksum(t testing.TB, checksum string, train func(w io.Writer) error) {
	t.Helper()
	OnEveryLevel(t, func(level kernels.Level) {
		var out bytes.Buffer
		if err := train(&out); err != nil {
			t.Fatal(err)
		}
		if want := "checksum " + checksum + " "; !strings.Contains(out.String(), want) {
			t.Errorf("level %v: no %sin\n%s", level, want, &out)
		}
	})
}

// OnEveryLevel calls f on each level of the kernels that this machine has, which must have the
// one that the test is told to expect.
func OnEveryLevel(t testing.TB, f func(level kernels.Level)) {
	t.Helper()
	if err := kerneltest.CheckExpected(); err != nil {
		t.Fatal(err)
	}
	defer kernels.SetLevel(kernels.ActiveLevel())
	for _, level := range kernels.Levels() {
		if err := kernels.SetLevel(level); err != nil {
			t.Fatal(err)
		}
		f(level)
	}
}

// Refused runs the program, which must end with the status, one line on stderr
// that holds every string wanted, and no result.
func (p Program) Refused(t testing.TB, status int, args []string, want ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := p.Run(args, &out, &errs); got != status {
		t.Errorf("%v: status %d, want %d", args, got, status)
	}
	line := errs.String()
	if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || !strings.HasPrefix(line, p.Name+": ") {
		t.Errorf("%v: want one line, got %q", args, line)
	}
	for _, w := range want {
		if !strings.Contains(line, w) {
			t.Errorf("%v: %q does not contain %q", args, line, w)
		}
	}
	if strings.Contains(out.String(), "=") {
		t.Errorf("%v: failed with a result: %s", args, &out)
	}
}

// BadFlags checks that the program refuses each command line with a line that
// contains it, that it refuses an unknown flag and an argument, and that -h lists
// the flags.
func (p Program) BadFlags(t testing.TB, lines ...string) {
	t.Helper()
	for _, line := range lines {
		p.Refused(t, demo.Misuse, strings.Fields(line), line)
	}
	p.Refused(t, demo.Misuse, []string{"-nonsense"}, "-nonsense")
	p.Refused(t, demo.Misuse, []string{"data"}, `"data"`)
	p.Refused(t, demo.Misuse, []string{"-seed", "-1"}, "-seed")

	var out, errs bytes.Buffer
	if status := p.Run([]string{"-h"}, &out, &errs); status != demo.Success || errs.Len() > 0 || !strings.Contains(out.String(), "-seed") {
		t.Errorf("-h: status %d, error %q, output %q", status, &errs, &out)
	}
}

// Data returns the directory of real data that holds the file or directory, or
// skips the test where it is missing.
func Data(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("STEEPEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, name)); os.IsNotExist(err) {
		t.Skipf("no real data here: %v", err)
	}
	return dir
}

// Pipes checks that the program, told to read data from a directory with the
// files, refuses a named pipe in the place of each and waits for nothing.
func (p Program) Pipes(t testing.TB, files map[string][]byte) {
	t.Helper()
	for name := range files {
		dir := Write(t, files)
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		regulartest.Pipe(t, path)
		regulartest.AtOnce(t, func() error {
			p.Refused(t, demo.Failure, []string{"-data", dir}, path, "named pipe")
			return nil
		})
	}
}

// Write writes files into a new directory and returns its name. A file without
// content is left out.
func Write(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if data == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Records checks that the program writes so many records of its training.
func (p Program) Records(t testing.TB, want int, args ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.csv")
	p.Output(t, append([]string{"-history", path}, args...)...)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var history train.History
	if err := history.RestoreState(string(text)); err != nil || len(history.Records) != want {
		t.Errorf("%v: %d records, want %d, error %v", args, len(history.Records), want, err)
	}
}
