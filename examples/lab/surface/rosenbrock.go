package surface

import "github.com/seed63264101/steepest/kernels"

var rosenbrockValley = &Kind{
	Name:      "rosenbrock",
	Title:     "Rosenbrock's valley",
	About:     "A bent valley with a flat floor (H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960).",
	Formula:   "(1 - x)^2 + Steepness*(y - x^2)^2",
	Dim:       2,
	Options:   []Option{{Name: "Steepness", About: "of the walls", Default: 100, Min: 0, Max: 1e4}},
	Start:     Point{-1.5, 2},
	Box:       Box{-2, 2, -1, 3},
	functions: []string{"rosenbrock"},
	build: func(v []float64) *Problem {
		b := v[0]
		return &Problem{
			Minima: []Point{{1, 1}},
			Call:   call("rosenbrock", b),
			eval32: func(_ []int, p, g []float32) float32 { return rosenbrock(float32(b), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return rosenbrock(b, p, g) },
			hessian: func(p Point) Hessian {
				return Hessian{
					XX: 2 - float64(4*b*(p.Y-float64(p.X*p.X))) + float64(8*b*float64(p.X*p.X)),
					XY: -4 * b * p.X,
					YY: 2 * b,
				}
			},
		}
	},
}

func rosenbrock[T kernels.Float](b T, p, g []T) T {
	x, y := p[0], p[1]
	u, w := 1-x, y-T(x*x)
	if g != nil {
		g[0] = -T(2*u) - T(4*b*x*w)
		g[1] = 2 * b * w
	}
	return T(u*u) + T(b*w*w)
}
