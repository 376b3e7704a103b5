package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
)

// What benchmarks call many times is called in loops of its own, one for each function: a loop
// that calls a function it is given would measure that call too.

// shortCalls are the kernels whose calls may be so short that the public function's checks
// and dispatch show.
var shortCalls = []string{"Axpy", "Axpby", "Scal", "Add", "Mul", "Dot", "Sum", "Asum", "SumSquares", "Amax"}

// writePublic writes loops over public functions of package kernels.
func writePublic(s *source) {
	s.p("package bench\n\nimport (\n%q\n%q\n)\n", module+"/kernels", module+"/kernels/kerneltest")
	s.p("// shortCalls returns the functions of package kernels for those kernels whose calls may be\n" +
		"// so short that checks and dispatch show.")
	s.p("func shortCalls[T kernels.Float]() map[string]binding[T] {\nreturn map[string]binding[T]{")
	for _, k := range catalog.Kernels() {
		if slices.Contains(shortCalls, k.Name) {
			s.p("%q: func(a *kerneltest.Args[T]) func(int) float64 {", k.Name)
			writeBinding(s, k, "kernels."+k.Name, "T")
			s.p("},")
		}
	}
	s.p("}\n}")
}

// routines are the routines of BLAS that benchmarks call with the same arguments again and
// again. A name of two parts is that of a case and of the routine.
var routines = []struct {
	name, args string
	result     bool
}{
	{"axpy", "n, alpha, x, inc, y, inc", false},
	{"dot", "n, x, inc, y, inc", true},
	{"scal", "n, alpha, x, inc", false},
	{"copy", "n, x, inc, y, inc", false},
	{"swap", "n, x, inc, y, inc", false},
	{"nrm2", "n, x, inc", true},
	{"asum", "n, x, inc", true},
	{"amax", "n, x, inc", true},
	{"rot", "n, x, inc, y, inc, rotC, rotS", false},
	{"gemv", "blas.NoTrans, n, n, 0.5, a, n, x, inc, 0.5, y, inc", false},
	{"gemvT gemv", "blas.Trans, n, n, 0.5, a, n, x, inc, 0.5, y, inc", false},
	{"ger", "n, n, alpha, x, inc, y, inc, a, n", false},
}

// writeRoutines writes loops over the routines.
func writeRoutines(s *source) {
	s.p("package bench\n\nimport %q", "gonum.org/v1/gonum/blas")
	for _, t := range []struct {
		bits   int
		letter string
	}{{32, "S"}, {64, "D"}} {
		s.p("\n// loop%d returns a function that calls a routine of a library so many times, nil if the\n"+
			"// routine is none of those with the same arguments in all calls. The library is behind its\n"+
			"// interface, as it is behind that of package blas%d.", t.bits, t.bits)
		s.p("func loop%d(routine string, lib blas.Float%d, c *blasCall[float%d]) func(reps int) float64 {", t.bits, t.bits, t.bits)
		s.p("n, inc, alpha, x, y, a := c.n, c.inc, c.alpha, c.x, c.y, c.a\nswitch routine {")
		for _, r := range routines {
			letter := t.letter
			if r.name == "amax" {
				letter = "I" + strings.ToLower(letter)
			}
			name, routine, ok := strings.Cut(r.name, " ")
			if !ok {
				routine = name
			}
			call := fmt.Sprintf("lib.%s%s(%s)", letter, routine, r.args)
			s.p("case %q:", letter+name)
			if r.result {
				s.p("return func(reps int) (r float64) {\nfor range reps {\nr = float64(%s)\n}\nreturn r\n}", call)
			} else {
				s.p("return func(reps int) float64 {\nfor range reps {\n%s\n}\nreturn 0\n}", call)
			}
		}
		s.p("}\nreturn nil\n}")
	}
}
