package bench

import (
	"maps"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// addRandom adds the functions of random numbers: the table's entries would draw nothing
// where a vector is shorter than a block.
func addRandom[T kernels.Float](functions map[string]binding[T]) {
	// drawing repeats a call on the first vector, and the others that there are.
	drawing := func(call func(v [][]T, at kernels.Philox)) binding[T] {
		return func(a *kerneltest.Args[T]) func(int) float64 {
			return func(reps int) float64 {
				for range reps {
					call(a.Vec, a.At)
				}
				return 0
			}
		}
	}
	maps.Copy(functions, map[string]binding[T]{
		"Uniform":   drawing(func(v [][]T, at kernels.Philox) { kernels.Uniform(v[0], -1.5, 1.5, at) }),
		"Normal":    drawing(func(v [][]T, at kernels.Philox) { kernels.Normal(v[0], -1.5, 1, at) }),
		"Bernoulli": drawing(func(v [][]T, at kernels.Philox) { kernels.Bernoulli(v[0], 0.5, at) }),
		"Dropout":   drawing(func(v [][]T, at kernels.Philox) { kernels.Dropout(v[0], v[1], 0.1, at) }),
		"TruncatedNormal": drawing(func(v [][]T, at kernels.Philox) {
			kernels.TruncatedNormal(v[0], -1.5, 1, -3, 0, at)
		}),
	})
}
