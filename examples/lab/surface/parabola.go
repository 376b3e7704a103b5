package surface

import "github.com/seed63264101/steepest/kernels"

var parabolaAlone = &Kind{
	Name:      "parabola",
	Title:     "A parabola",
	About:     "The simplest valley there is: descent goes straight to its floor, unless the rate is above 2/Curvature.",
	Formula:   "Curvature/2 * x^2",
	Dim:       1,
	Options:   []Option{{Name: "Curvature", About: "second derivative", Default: 2, Min: 0.01, Max: 1000}},
	Start:     Point{X: -4},
	Box:       Box{X0: -5, X1: 5},
	functions: []string{"parabola"},
	build: func(v []float64) *Problem {
		return &Problem{
			Minima:  []Point{{}},
			Call:    call("parabola", v...),
			eval32:  func(_ []int, p, g []float32) float32 { return parabola(float32(v[0]), p, g) },
			eval64:  func(_ []int, p, g []float64) float64 { return parabola(v[0], p, g) },
			hessian: func(Point) Hessian { return Hessian{XX: v[0]} },
		}
	},
}

func parabola[T kernels.Float](curvature T, p, g []T) T {
	x := p[0]
	if g != nil {
		g[0] = curvature * x
	}
	return curvature / 2 * x * x
}
