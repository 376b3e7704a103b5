package bench

import (
	"math"
	"slices"

	reference "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/floats"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// binding returns a function that calls something so many times on the
// arguments, as kerneltest.Op.Bind does.
type binding[T kernels.Float] func(a *kerneltest.Args[T]) func(reps int) float64

// public returns the functions of package kernels that are measured in place of the
// table's entries, as a user and as gonum's functions are called. Their level is the
// active one.
func public[T kernels.Float]() map[string]binding[T] {
	all := shortCalls[T]()
	all["Nrm2"] = func(a *kerneltest.Args[T]) func(int) float64 {
		x := a.Vec[0]
		return func(reps int) (r float64) {
			for range reps {
				r = float64(kernels.Nrm2(x))
			}
			return r
		}
	}
	addRandom(all)
	return all
}

// gonum returns gonum's routine for a kernel, bound to arguments, nil where it
// has none. Amax stands beside an Iamax, and a look at the last element that it found.
func gonum[T kernels.Float](op string, a *kerneltest.Args[T]) func(reps int) float64 {
	run := gonumCall(op, a)
	if op != "Amax" {
		return run
	}
	return func(reps int) float64 { return math.Abs(float64(a.Vec[0][int(run(reps))])) }
}

// gonumCall is gonum with what the routine returns.
func gonumCall[T kernels.Float](op string, a *kerneltest.Args[T]) func(reps int) float64 {
	switch a := any(a).(type) {
	case *kerneltest.Args[float32]:
		if r := routineOf(op); r != nil {
			return bind32(r.f32, reference.Implementation{}, callOf(a))
		}
	case *kerneltest.Args[float64]:
		if r := routineOf(op); r != nil {
			return bind64(r.f64, reference.Implementation{}, callOf(a))
		}
		return gonumFloats(op, a.Vec)
	}
	return nil
}

// routineOf returns the routine of BLAS that does a kernel's work, nil if there is none.
func routineOf(op string) *blasRoutine {
	if i := slices.IndexFunc(blasRoutines, func(r blasRoutine) bool { return r.kernel == op }); i >= 0 {
		return &blasRoutines[i]
	}
	return nil
}

// callOf returns a kernel's arguments as those of its routine.
func callOf[T kernels.Float](a *kerneltest.Args[T]) *blasCall[T] {
	c := &blasCall[T]{n: len(a.Vec[0]), inc: 1, x: a.Vec[0]}
	if len(a.Scalar) > 0 {
		c.alpha = a.Scalar[0]
	}
	if len(a.Vec) > 1 {
		c.y = a.Vec[1]
	}
	return c
}

// gonumFloats returns the function of package floats for a kernel, nil where it has none.
func gonumFloats(op string, v [][]float64) func(reps int) float64 {
	switch op {
	case "Add":
		dst, x, y := v[0], v[1], v[2]
		return func(reps int) float64 {
			for range reps {
				floats.AddTo(dst, x, y)
			}
			return 0
		}
	case "Mul":
		dst, x, y := v[0], v[1], v[2]
		return func(reps int) float64 {
			for range reps {
				floats.MulTo(dst, x, y)
			}
			return 0
		}
	case "Sum":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = floats.Sum(x)
			}
			return r
		}
	}
	return nil
}
