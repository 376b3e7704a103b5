package gonumblas

import "github.com/seed63264101/steepest/kernels/internal/dispatch"

// Dsdot returns the sum of x[i]*y[i], computed in float64.
func (Implementation) Dsdot(n int, x []float32, incX int, y []float32, incY int) float64 {
	switch {
	case !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY):
		return 0
	case n <= few:
		return dotFew[float64](n, x, incX, y, incY)
	case incX == 1 && incY == 1:
		return dispatch.Active[float32]().Dsdot(x[:n], y[:n])
	}
	return dispatch.Active[float32]().DsdotInc(n, x, incX, y, incY)
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
