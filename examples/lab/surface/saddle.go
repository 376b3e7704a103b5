package surface

import "github.com/seed63264101/steepest/kernels"

var saddleBetween = &Kind{
	Name:      "saddle",
	Title:     "A saddle between two minima",
	About:     "Where runs begin, on the ridge y = 0, the gradient points at the saddle alone, and all rules stay there; the least noise makes them leave.",
	Formula:   "x^2/2 + (y^2 - 1)^2/4",
	Dim:       2,
	Start:     Point{-1.8, 0},
	Box:       Box{-2, 2, -2, 2},
	functions: []string{"saddle"},
	build: func([]float64) *Problem {
		return &Problem{
			Minima:  []Point{{0, 1}, {0, -1}},
			Saddles: []Point{{}},
			Call:    call("saddle"),
			eval32:  func(_ []int, p, g []float32) float32 { return saddle(p, g) },
			eval64:  func(_ []int, p, g []float64) float64 { return saddle(p, g) },
			hessian: func(p Point) Hessian { return Hessian{XX: 1, YY: float64(3*p.Y*p.Y) - 1} },
		}
	},
}

func saddle[T kernels.Float](p, g []T) T {
	x, y := p[0], p[1]
	w := T(y*y) - 1
	if g != nil {
		g[0] = x
		g[1] = y * w
	}
	return T(x*x/2) + T(w*w/4)
}
