package gonumblas

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

// Dsdot returns the sum of x[i]*y[i], computed in float64.
func (Implementation) Dsdot(n int, x []float32, incX int, y []float32, incY int) float64 {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		if n > short {
			if direct.Widest {
				return direct.DsdotF32(x, y)
			}
			if direct.Half {
				return direct.HalfDsdotF32(x, y)
			}
			return kernels.ActiveTable[float32]().Dsdot(x, y)
		}
		even := double(double(x[0])*double(y[0])) + 0
		if n == 1 {
			return even
		}
		odd := double(double(x[1])*double(y[1])) + 0
		if n > 2 {
			even += double(double(x[2]) * double(y[2]))
		}
		if n > 3 {
			odd += double(double(x[3]) * double(y[3]))
		}
		return even + odd
	}
	if forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			even := double(double(x[0])*double(y[0])) + 0
			if n == 1 {
				return even
			}
			odd := double(double(x[incX])*double(y[incY])) + 0
			if n > 2 {
				even += double(double(x[2*incX]) * double(y[2*incY]))
			}
			if n > 3 {
				odd += double(double(x[3*incX]) * double(y[3*incY]))
			}
			return even + odd
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) {
		return 0
	}
	if direct.Widest {
		return direct.DsdotIncF32(n, x, incX, y, incY)
	}
	if direct.Half {
		return direct.HalfDsdotIncF32(n, x, incX, y, incY)
	}
	return kernels.ActiveTable[float32]().DsdotInc(n, x, incX, y, incY)
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
