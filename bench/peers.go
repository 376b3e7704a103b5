package bench

import (
	"math"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// binding returns a function that calls something so many times on the
// arguments, as kerneltest.Op.Bind does.
type binding[T kernels.Float] func(a *kerneltest.Args[T]) func(reps int) float64

// public returns the functions of package kernels for those kernels whose calls
// may be so short that checks and dispatch show. They are measured in place of
// the table's entries, as a user and as gonum's functions are called. Their level
// is the active one.
func public[T kernels.Float]() map[string]binding[T] {
	return map[string]binding[T]{
		"Axpy": func(a *kerneltest.Args[T]) func(int) float64 {
			alpha, x, y := a.Scalar[0], a.Vec[0], a.Vec[1]
			return func(reps int) float64 {
				for range reps {
					kernels.Axpy(alpha, x, y)
				}
				return 0
			}
		},
		"Axpby": func(a *kerneltest.Args[T]) func(int) float64 {
			alpha, beta, x, y := a.Scalar[0], a.Scalar[1], a.Vec[0], a.Vec[1]
			return func(reps int) float64 {
				for range reps {
					kernels.Axpby(alpha, x, beta, y)
				}
				return 0
			}
		},
		"Scal": func(a *kerneltest.Args[T]) func(int) float64 {
			alpha, x := a.Scalar[0], a.Vec[0]
			return func(reps int) float64 {
				for range reps {
					kernels.Scal(alpha, x)
				}
				return 0
			}
		},
		"Add": func(a *kerneltest.Args[T]) func(int) float64 {
			dst, x, y := a.Vec[0], a.Vec[1], a.Vec[2]
			return func(reps int) float64 {
				for range reps {
					kernels.Add(dst, x, y)
				}
				return 0
			}
		},
		"Mul": func(a *kerneltest.Args[T]) func(int) float64 {
			dst, x, y := a.Vec[0], a.Vec[1], a.Vec[2]
			return func(reps int) float64 {
				for range reps {
					kernels.Mul(dst, x, y)
				}
				return 0
			}
		},
		"Dot": func(a *kerneltest.Args[T]) func(int) float64 {
			x, y := a.Vec[0], a.Vec[1]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.Dot(x, y))
				}
				return r
			}
		},
		"Sum": func(a *kerneltest.Args[T]) func(int) float64 {
			x := a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.Sum(x))
				}
				return r
			}
		},
		"Asum": func(a *kerneltest.Args[T]) func(int) float64 {
			x := a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.Asum(x))
				}
				return r
			}
		},
		"SumSquares": func(a *kerneltest.Args[T]) func(int) float64 {
			x := a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.SumSquares(x))
				}
				return r
			}
		},
		"Amax": func(a *kerneltest.Args[T]) func(int) float64 {
			x := a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.Amax(x))
				}
				return r
			}
		},
		"Nrm2": func(a *kerneltest.Args[T]) func(int) float64 {
			x := a.Vec[0]
			return func(reps int) (r float64) {
				for range reps {
					r = float64(kernels.Nrm2(x))
				}
				return r
			}
		},
	}
}

// gonum returns gonum's routine for a kernel, bound to arguments, nil where it
// has none. Amax stands beside an Iamax and the look at its element.
func gonum[T kernels.Float](op string, a *kerneltest.Args[T]) func(reps int) float64 {
	switch a := any(a).(type) {
	case *kerneltest.Args[float32]:
		return gonum32(op, a)
	case *kerneltest.Args[float64]:
		return gonum64(op, a)
	}
	return nil
}

func gonum32(op string, a *kerneltest.Args[float32]) func(reps int) float64 {
	v := make([]blas32.Vector, len(a.Vec))
	for i, x := range a.Vec {
		v[i] = blas32.Vector{N: len(x), Inc: 1, Data: x}
	}
	switch op {
	case "Axpy":
		alpha, x, y := a.Scalar[0], v[0], v[1]
		return func(reps int) float64 {
			for range reps {
				blas32.Axpy(alpha, x, y)
			}
			return 0
		}
	case "Scal":
		alpha, x := a.Scalar[0], v[0]
		return func(reps int) float64 {
			for range reps {
				blas32.Scal(alpha, x)
			}
			return 0
		}
	case "Dot":
		x, y := v[0], v[1]
		return func(reps int) (r float64) {
			for range reps {
				r = float64(blas32.Dot(x, y))
			}
			return r
		}
	case "Asum":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = float64(blas32.Asum(x))
			}
			return r
		}
	case "Nrm2":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = float64(blas32.Nrm2(x))
			}
			return r
		}
	case "Amax":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = math.Abs(float64(x.Data[blas32.Iamax(x)]))
			}
			return r
		}
	}
	return nil
}

func gonum64(op string, a *kerneltest.Args[float64]) func(reps int) float64 {
	v := make([]blas64.Vector, len(a.Vec))
	for i, x := range a.Vec {
		v[i] = blas64.Vector{N: len(x), Inc: 1, Data: x}
	}
	switch op {
	case "Axpy":
		alpha, x, y := a.Scalar[0], v[0], v[1]
		return func(reps int) float64 {
			for range reps {
				blas64.Axpy(alpha, x, y)
			}
			return 0
		}
	case "Scal":
		alpha, x := a.Scalar[0], v[0]
		return func(reps int) float64 {
			for range reps {
				blas64.Scal(alpha, x)
			}
			return 0
		}
	case "Add":
		dst, x, y := a.Vec[0], a.Vec[1], a.Vec[2]
		return func(reps int) float64 {
			for range reps {
				floats.AddTo(dst, x, y)
			}
			return 0
		}
	case "Mul":
		dst, x, y := a.Vec[0], a.Vec[1], a.Vec[2]
		return func(reps int) float64 {
			for range reps {
				floats.MulTo(dst, x, y)
			}
			return 0
		}
	case "Dot":
		x, y := v[0], v[1]
		return func(reps int) (r float64) {
			for range reps {
				r = blas64.Dot(x, y)
			}
			return r
		}
	case "Sum":
		x := a.Vec[0]
		return func(reps int) (r float64) {
			for range reps {
				r = floats.Sum(x)
			}
			return r
		}
	case "Asum":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = blas64.Asum(x)
			}
			return r
		}
	case "Nrm2":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = blas64.Nrm2(x)
			}
			return r
		}
	case "Amax":
		x := v[0]
		return func(reps int) (r float64) {
			for range reps {
				r = math.Abs(x.Data[blas64.Iamax(x)])
			}
			return r
		}
	}
	return nil
}
