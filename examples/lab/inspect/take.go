package inspect

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
)

// Take runs an experiment's run up to a step, counted from 1, and takes that apart. It is an
// error if the run does not get so far.
func Take(s *spec.State, run spec.Run, step int) (*Step, error) {
	r, err := race.Start(s, run)
	if err != nil {
		return nil, err
	}
	if step < 1 {
		return nil, fmt.Errorf("no step %d: they count from 1", step)
	}
	start := r.At()
	for r.Steps() < step-1 {
		if !r.Step() {
			return nil, ended(r)
		}
	}
	switch {
	case run.Rule == nil:
		return takeMethod(s, run, r, start)
	case s.Double:
		return takeRule[float64](run, r)
	}
	return takeRule[float32](run, r)
}

// ended returns the error of a run that is over.
func ended(r *race.Runner) error {
	return fmt.Errorf("the run ends after step %d: %s", r.Steps(), r.Note())
}

func takeRule[T kernels.Float](run spec.Run, r *race.Runner) (*Step, error) {
	opt := race.Optimizer[T](r)
	before, err := opt.Snapshot()
	if err != nil {
		return nil, err
	}
	if !r.Step() {
		return nil, ended(r)
	}
	after, err := opt.Snapshot()
	if err != nil {
		return nil, err
	}
	return explain(run, before, after, coordinates[T](r.Gradient(), len(race.Parameters(&before.Params[0]))), r.Rate())
}

// coordinates returns a point's as parameters.
func coordinates[T kernels.Float](p surface.Point, n int) []T { return []T{T(p.X), T(p.Y)}[:n] }

func takeMethod(s *spec.State, run spec.Run, r *race.Runner, start surface.Point) (*Step, error) {
	n := s.Surface.Kind.Dim
	at := r.At()
	w := &writer{taken: r.Steps(), columns: n, single: !s.Double && run.Method != "LBFGS"}
	if !r.Step() {
		return nil, ended(r)
	}
	before, after := coordinates[float64](at, n), coordinates[float64](r.At(), n)
	w.number("t", "step", float64(w.taken+1))
	w.number("gamma", "LR", r.Rate())
	w.vector("p[t-1]", "parameters", before)
	if run.Method == "LBFGS" {
		w.search(before, after)
	} else if err := w.method(run, matrix(s, run, start, at)); err != nil {
		return nil, err
	}
	w.lines[0].Values = coordinates[float64](r.Gradient(), n)
	return w.compute(before, after)
}

// matrix returns what a method divides the gradient by, at a point of a run.
func matrix(s *spec.State, run spec.Run, start, at surface.Point) surface.Hessian {
	switch run.Method {
	case "NaturalGradient":
		fisher, _ := s.Surface.Fisher(at)
		return fisher
	case "Preconditioned":
		fixed := s.Surface.Hessian(start)
		if !run.Full {
			fixed.XY = 0
		}
		return fixed
	}
	return s.Surface.Hessian(at)
}
