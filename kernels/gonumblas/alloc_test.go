package gonumblas_test

import (
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestExpectedLevel fails a run that was to test another level.
func TestExpectedLevel(t *testing.T) {
	t.Logf("levels %v, active %v", kernels.Levels(), kernels.ActiveLevel())
	if err := kerneltest.CheckExpected(); err != nil {
		t.Fatal(err)
	}
}

// TestAllocations: no routine allocates, whether it calls a kernel, takes a short
// way, or copies strided vectors to buffers.
func TestAllocations(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", allocations[float32])
		t.Run("float64", allocations[float64])
	})
}

func allocations[T kernels.Float](t *testing.T) {
	const most = 2100 // beyond all buffers
	b := backendOf[T](ours, ours)
	x, y, a := make([]T, 3*most), make([]T, 3*most), make([]T, 3*most)
	for i := range x {
		x[i], y[i], a[i] = T(i%7), T(i%5), 1
	}
	for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
		for _, size := range [][2]int{{4, 4}, {40, 40}, {70, 70}, {3, most}, {most, 3}} {
			m, n := size[0], size[1]
			for _, incs := range [][2]int{{1, 1}, {1, 2}, {-2, 1}, {-3, -1}} {
				incX, incY := incs[0], incs[1]
				for routine, f := range map[string]func(){
					"axpy":  func() { b.axpy(n, 2, x, incX, y, incY) },
					"dot":   func() { b.dot(n, x, incX, y, incY) },
					"scal":  func() { b.scal(n, 1, x, -incX); b.scal(n, 1, x, incX) },
					"copy":  func() { b.copy(n, x, incX, y, incY) },
					"swap":  func() { b.swap(n, x, incX, y, incY) },
					"nrm2":  func() { b.nrm2(n, x, incY); b.nrm2(n, a[:0:0], -1) },
					"asum":  func() { b.asum(n, x, incY) },
					"iamax": func() { b.iamax(n, x, incY) },
					"rotg":  func() { b.rotg(3, 4) },
					"rotmg": func() { b.rotmg(3, 4, 5, 6) },
					"rot":   func() { b.rot(n, x, incX, y, incY, 0.6, 0.8) },
					"rotm":  func() { b.rotm(n, x, incX, y, incY, blas.Rescaling, [4]T{0.6, 0.8}) },
					"gemv":  func() { b.gemv(tA, m, n, 2, a, n, x, incX, 3, y, incY) },
					"ger":   func() { b.ger(m, n, 2, x, incX, y, incY, a, n) },
					"dsdot": func() {
						if b.dsdot != nil {
							b.dsdot(n, x, incX, y, incY)
							b.sdsdot(n, 2, x, incX, y, incY)
						}
					},
				} {
					if k := kerneltest.Allocations(3, f); k != 0 {
						t.Errorf("%s of %d by %d, strides %d and %d: %v allocations", routine, m, n, incX, incY, k)
					}
				}
			}
		}
	}
}
