package race

import (
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// five is what a page is to redraw while a start is dragged.
func five(b *testing.B, objective string) *spec.State {
	s, problems := spec.Parse(objective + "&run=SGD()&run=Momentum()&run=RMSprop()&run=Adam()&run=Lion()")
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	return s
}

func BenchmarkRace(b *testing.B) {
	for _, objective := range []string{"f=rosenbrock()", "f=rosenbrock()&type=f64", "f=logistic()&batch=8"} {
		b.Run(objective, func(b *testing.B) {
			s := five(b, objective)
			for b.Loop() {
				run(b, s)
			}
		})
	}
}

func BenchmarkTune(b *testing.B) {
	s := withBest(five(b, "f=rosenbrock()"))
	for b.Loop() {
		Tuned(s)
	}
}

func BenchmarkMap(b *testing.B) {
	s := five(b, "f=rosenbrock()")
	m, err := NewMap(s, s.Runs[3], "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for i := range m.Rates {
			for k := range m.Values {
				m.Cell(i, k)
			}
		}
	}
}

func BenchmarkQuasi(b *testing.B) {
	s := five(b, "f=rosenbrock()")
	for b.Loop() {
		Follow(s, spec.Run{Method: "LBFGS"})
	}
}
