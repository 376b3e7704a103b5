package gonumblas

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// Dsdot returns the sum of x[i]*y[i], computed in float64.
func (Implementation) Dsdot(n int, x []float32, incX int, y []float32, incY int) float64 {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		if n > short {
			if r, ok := direct.DsdotF32(x, y); ok {
				return r
			}
			return kernels.ActiveTable[float32]().Dsdot(x, y)
		}
		var even, odd double
		for i, v := range x {
			t := double(double(v) * double(y[i]))
			if i&1 == 0 {
				even += t
			} else {
				odd += t
			}
		}
		return even + odd
	}
	if !checkTwo(n, len(x), incX, len(y), incY) {
		return 0
	}
	if n > tiny {
		fits(n, len(x), incX, len(y), incY)
		if r, ok := direct.DsdotIncF32(n, x, incX, y, incY); ok {
			return r
		}
		return kernels.ActiveTable[float32]().DsdotInc(n, x, incX, y, incY)
	}
	var t terms[float64]
	ix, iy := generic.First(n, incX), generic.First(n, incY)
	for i := range n {
		t[i&(tiny-1)] = double(double(x[ix]) * double(y[iy]))
		ix, iy = ix+incX, iy+incY
	}
	return t.sum()
}

// Sdsdot returns alpha + the sum of x[i]*y[i], computed in float64. The sum is
// rounded before alpha is added, and without elements the result is 0, as with
// gonum.
func (i Implementation) Sdsdot(n int, alpha float32, x []float32, incX int, y []float32, incY int) float32 {
	sum := i.Dsdot(n, x, incX, y, incY)
	if n == 0 {
		return 0
	}
	return alpha + float32(sum)
}
