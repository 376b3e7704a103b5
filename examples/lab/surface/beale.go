package surface

import "github.com/seed63264101/steepest/kernels"

var bealeFunction = &Kind{
	Name:      "beale",
	Title:     "Beale's function",
	About:     "A flat basin between walls that grow with the eighth power: a rate that is safe up there is slow down here (E. M. L. Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958).",
	Formula:   "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
	Dim:       2,
	Start:     Point{-1, 1.8},
	Box:       Box{-4.5, 4.5, -4.5, 4.5},
	functions: []string{"beale"},
	build: func([]float64) *Problem {
		return &Problem{
			Minima:  []Point{{3, 0.5}},
			Saddles: []Point{{0, 1}, {0.10053793732415835, -2.6445135850231250}},
			Call:    call("beale"),
			eval32:  func(_ []int, p, g []float32) float32 { return beale(p, g) },
			eval64:  func(_ []int, p, g []float64) float64 { return beale(p, g) },
			hessian: bealeHessian,
		}
	},
}

func beale[T kernels.Float](p, g []T) T {
	x, y := p[0], p[1]
	y2 := T(y * y)
	y3 := T(y2 * y)
	a := 1.5 - x + T(x*y)
	b := 2.25 - x + T(x*y2)
	c := 2.625 - x + T(x*y3)
	if g != nil {
		g[0] = 2 * (T(a*(y-1)) + T(b*(y2-1)) + T(c*(y3-1)))
		g[1] = 2 * x * (a + T(2*b*y) + T(3*c*y2))
	}
	return T(a*a) + T(b*b) + T(c*c)
}

func bealeHessian(p Point) (h Hessian) {
	power := 1.0 // y^(i-1)
	below := 0.0 // y^(i-2)
	for i, c := range []float64{1.5, 2.25, 2.625} {
		n := float64(i + 1)
		r := c - p.X + float64(p.X*float64(power*p.Y))
		rx, ry := float64(power*p.Y)-1, float64(n*p.X*power)
		h.XX += float64(2 * rx * rx)
		h.XY += float64(2 * rx * ry)
		h.XY += float64(2 * r * n * power)
		h.YY += float64(2 * ry * ry)
		h.YY += float64(2 * r * n * (n - 1) * p.X * below)
		below, power = power, power*p.Y
	}
	return h
}
