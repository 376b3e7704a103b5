package bench

import (
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// naiveRandom adds the loops over random numbers: those of package math/rand/v2.
func naiveRandom[T kernels.Float](t *kerneltest.Table[T]) {
	t.Uniform = func(dst []T, _ []uint64, lo, width, _ float64) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range dst {
			dst[i] = T(lo + width*r.Float64())
		}
	}
	t.Normal = func(dst []T, _ []uint64, mean, std float64) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range dst {
			dst[i] = T(mean + std*r.NormFloat64())
		}
	}
	t.TruncatedNormal = func(dst []T, _ []uint64, mean, std, _, _, lo, hi float64) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range dst {
			x := mean + std*r.NormFloat64()
			for x < lo || x > hi {
				x = mean + std*r.NormFloat64()
			}
			dst[i] = T(x)
		}
	}
	t.Bernoulli = func(dst []T, _ []uint64, p float64) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range dst {
			dst[i] = 0
			if r.Float64() < p {
				dst[i] = 1
			}
		}
	}
	t.Dropout = func(dst, src []T, _ []uint64, keep, scale float64) {
		r := rand.New(rand.NewPCG(1, 2))
		for i, x := range src {
			dst[i] = 0
			if r.Float64() < keep {
				dst[i] = T(scale) * x
			}
		}
	}
}
