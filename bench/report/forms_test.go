package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/bench"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestFormTable checks the ratios of the table: the widest level's time over the
// other's, and - where one was not measured.
func TestFormTable(t *testing.T) {
	specs := []bench.Spec{
		{Ops: []string{"Axpy"}, Type: "f32", N: 1024, Narrow: true},
		{Ops: []string{"Axpy"}, Type: "f32", N: 16, Narrow: true},
		{Ops: []string{"Dot"}, Type: "f64", N: 16},
	}
	rows := []row{
		{Op: "Axpy", Type: "f32", Level: "avx2", N: 16, NS: 4},
		{Op: "Axpy", Type: "f32", Level: "avx512", N: 16, NS: 2},
		{Op: "Axpy", Type: "f32", Level: "avx2", N: 1024, NS: 20},
		{Op: "Axpy", Type: "f32", Level: "avx512", N: 1024, NS: 40},
		{Op: "Dot", Type: "f64", Level: "avx512", N: 16, NS: 30},
		{Op: "Dot", Type: "f64", Level: "avx2", N: 16, NS: 24},
		{Op: "Dot", Type: "f64", Level: "generic", N: 16, NS: 90},
		{Op: "Dot", Type: "f64", Level: "avx512", N: 1024, NS: 90},
	}
	var b strings.Builder
	if err := newFormTable(specs, rows, "avx2", "avx512").write(&b, "a machine"); err != nil {
		t.Fatal(err)
	}
	want := `a machine
avx512's time over avx2's, by the number of elements
  op    type    16  1024  mean  half-wide cores take
  Axpy  f32   0.50  2.00  1.00                  avx2
  Dot   f64   1.25     -  1.25                avx512
`
	if b.String() != want {
		t.Errorf("table\n%swant\n%s", b.String(), want)
	}
}

// TestRunForms compares the forms of two kernels, or says why it cannot.
func TestRunForms(t *testing.T) {
	status, stdout, stderr := start("-forms", "-ops", "^(Scal|Asum)$")
	if _, _, ok := bench.FormLevels(); !ok {
		if status != statusError || !strings.Contains(stderr, "-forms") {
			t.Errorf("without two levels: status %d, %q", status, stderr)
		}
		return
	}
	if status != statusOK {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for _, op := range []string{"Scal", "Asum"} {
		for _, typ := range []string{"f32", "f64"} {
			line := regexp.MustCompile(`(?m)^ *` + op + ` +` + typ + `( +[0-9]+\.[0-9]{2}){9} +(avx2|avx512)$`)
			if !line.MatchString(stdout) {
				t.Errorf("no line with eight ratios and their mean for %s %s:\n%s", op, typ, stdout)
			}
		}
	}
	if strings.Contains(stdout, "-\n") || strings.Count(stdout, "\n") != 3+4 {
		t.Errorf("more than the four forms asked for:\n%s", stdout)
	}
}

// TestFormsOfEveryKernel checks that no kernel of the table is left out, and that each
// line tells the choice of the right element type.
func TestFormsOfEveryKernel(t *testing.T) {
	if _, _, ok := bench.FormLevels(); !ok {
		t.Skip("there are no two levels here")
	}
	have := map[form]bool{}
	for _, s := range bench.FormSpecs(smallCaches) {
		have[form{s.Ops[0], s.Type}] = s.Narrow
	}
	check := func(f form, narrow bool) {
		if got, ok := have[f]; !ok || got != narrow {
			t.Errorf("%v: listed %v, narrow %v, want %v", f, ok, got, narrow)
		}
		delete(have, f)
	}
	for _, op := range kerneltest.Ops[float32]() {
		check(form{op.Name, "f32"}, op.Narrow)
	}
	for _, op := range kerneltest.Ops[float64]() {
		check(form{op.Name, "f64"}, op.Narrow)
	}
	if len(have) > 0 {
		t.Errorf("forms of no kernel: %v", have)
	}
}
