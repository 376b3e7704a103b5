package gonumblas_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/parallel"
)

// TestLargeProducts: large products have the same bits for any GOMAXPROCS, those of package
// kernels. Several goroutines work on them, and none on small ones. After the first call
// nothing is allocated.
func TestLargeProducts(t *testing.T) {
	t.Run("float32", largeProducts[float32])
	t.Run("float64", largeProducts[float64])
}

func largeProducts[T kernels.Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	draw := func(routine string, m, n, k int) *matrixCall[T] {
		sizes := []int{m, n, k}
		return sizedMatrixCall[T](rng, routine, func() int {
			size := sizes[0] + rng.IntN(9)
			sizes = sizes[1:]
			return size
		})
	}
	for _, routine := range matrixRoutines {
		if level2(routine) || testing.Short() && (routine != "gemm" || !is32[T]()) {
			continue
		}
		c := draw(routine, 300, 300, 150)
		if c.alpha == 0 {
			c.alpha = 0.7
		}
		want := c.withKernels()
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		for _, processors := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(processors)
			for name, pair := range c.with(gonumblas.Implementation{}).outputs(want) {
				if !slices.EqualFunc(pair[0], pair[1], kerneltest.Same[T]) {
					t.Errorf("%v: %s has other bits with GOMAXPROCS=%d", c, name, processors)
				}
			}
		}
		for _, test := range []struct {
			call *matrixCall[T]
			want int
		}{{draw(routine, 70, 70, 70), 0}, {c, 2}} {
			p := parallel.New(3)
			undo := gonumblas.SetPool(p)
			test.call.with(gonumblas.Implementation{})
			if got := p.Started(); got != test.want {
				t.Errorf("%v: %d goroutines were started, want %d", test.call, got, test.want)
			}
			if allocs := kerneltest.Allocations(2, func() { test.call.on(gonumblas.Implementation{}) }); allocs != 0 {
				t.Errorf("%v: %v allocations", test.call, allocs)
			}
			undo()
			p.Close()
		}
	}
}
