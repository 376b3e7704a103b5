package surface

import "github.com/seed63264101/steepest/kernels"

var himmelblauFunction = &Kind{
	Name:      "himmelblau",
	Title:     "Himmelblau's function",
	About:     "Four minima, all with a loss of 0: where descent ends is a matter of where it begins (D. M. Himmelblau, Applied nonlinear programming, 1972).",
	Formula:   "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
	Dim:       2,
	Start:     Point{0, -0.5},
	Box:       Box{-5, 5, -5, 5},
	functions: []string{"himmelblau"},
	build: func([]float64) *Problem {
		return &Problem{
			Minima: []Point{
				{3, 2},
				{-2.805118086952745, 3.131312518250573},
				{-3.779310253377747, -3.283185991286169},
				{3.584428340330492, -1.848126526964404},
			},
			Maxima: []Point{{-0.27084459066734761, -0.92303855647998146}},
			Saddles: []Point{
				{0.086677504555396352, 2.8842547011747761},
				{3.3851541836070209, 0.07385187983774929},
				{-3.0730257507643896, -0.08135304428796751},
				{-0.12796134673068007, -1.9537149802445764},
			},
			Call:   call("himmelblau"),
			eval32: func(_ []int, p, g []float32) float32 { return himmelblau(p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return himmelblau(p, g) },
			hessian: func(p Point) Hessian {
				xx, yy := float64(p.X*p.X), float64(p.Y*p.Y)
				return Hessian{
					XX: float64(12*xx) + float64(4*p.Y) - 42,
					XY: 4 * (p.X + p.Y),
					YY: float64(12*yy) + float64(4*p.X) - 26,
				}
			},
		}
	},
}

func himmelblau[T kernels.Float](p, g []T) T {
	x, y := p[0], p[1]
	u, w := T(x*x)+y-11, x+T(y*y)-7
	if g != nil {
		g[0] = T(4*x*u) + T(2*w)
		g[1] = T(2*u) + T(4*y*w)
	}
	return T(u*u) + T(w*w)
}
