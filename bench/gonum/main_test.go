package main

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// TestSameWork: on either BLAS a task does the same, and does it again.
func TestSameWork(t *testing.T) {
	defer func() { blas32.Use(gonum.Implementation{}); blas64.Use(gonum.Implementation{}) }()
	for _, task := range tasks {
		for _, n := range []int{1, 7, 24} {
			work := task.build(rand.New(rand.NewPCG(3, 4)), n)
			blas64.Use(gonum.Implementation{})
			work()
			want := work()
			gonumblas.Use()
			got, again := work(), work()
			if !(math.Abs(got-want) <= 1e-8*max(1, math.Abs(want))) || got != again {
				t.Errorf("%s, n = %d: %v, again %v, on gonum's BLAS %v", task.name, n, got, again, want)
			}
		}
	}
}

func TestTable(t *testing.T) {
	var out, errs strings.Builder
	if status := run([]string{"-n", "3,12", "-time", "1us"}, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Fatalf("status %d, %s", status, &errs)
	}
	line := regexp.MustCompile("^\\| [^|]+ \\| `[^|]+` \\|( \\d+(\\.\\d+)? (µs|ms) \\| \\d[^|]* \\|){2}$")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(tasks)+4 || !strings.Contains(lines[2], "n = 3 | | n = 12 |") {
		t.Fatalf("%d lines for %d tasks:\n%s", len(lines), len(tasks), &out)
	}
	for _, l := range lines[4:] {
		if !line.MatchString(l) {
			t.Errorf("line %q", l)
		}
	}
	for _, b := range []any{blas32.Implementation(), blas64.Implementation()} {
		if b != any(gonum.Implementation{}) {
			t.Errorf("another backend is in use: %T", b)
		}
	}
}

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-n 0":           "-n 0: want numbers from 1 to 10000",
		"-n 5,x":         "-n 5,x",
		"-n 10001":       "10000",
		"-procs 0":       "-procs 0",
		"-tasks (":       "missing",
		"-tasks nothing": `"nothing" matches none`,
		"more":           `unexpected argument "more"`,
		"-bad":           "-bad",
	} {
		var out, errs strings.Builder
		if status := run(strings.Fields(args), &out, &errs); status != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: status %d, %s", args, status, &errs)
		}
	}
	var out, errs strings.Builder
	if status := run([]string{"-tasks", "^Cholesky", "-n", "2", "-time", "1us"}, &out, &errs); status != 0 || strings.Count(out.String(), "s | ") != 1 {
		t.Errorf("status %d, %s%s", status, &out, &errs)
	}
}
