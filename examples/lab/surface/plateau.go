package surface

import "github.com/seed63264101/steepest/kernels"

var plateauAround = &Kind{
	Name:      "plateau",
	Title:     "A plateau around a funnel",
	About:     "Far out the gradient nearly vanishes, as where units of a network are saturated: plain descent hardly moves, rules that divide by the gradient's size walk on.",
	Formula:   "(x^2 + y^2)/(Width^2 + x^2 + y^2)",
	Dim:       2,
	Options:   []Option{{Name: "Width", About: "of the funnel", Default: 0.5, Min: 0.1, Max: 10}},
	Start:     Point{3, 2},
	Box:       Box{-4, 4, -4, 4},
	functions: []string{"plateau"},
	build: func(v []float64) *Problem {
		width := v[0]
		return &Problem{
			Minima: []Point{{}},
			Call:   call("plateau", width),
			eval32: func(_ []int, p, g []float32) float32 { return plateau(float32(width), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return plateau(width, p, g) },
			hessian: func(p Point) Hessian {
				ww := float64(width * width)
				q := 1 / (ww + float64(p.X*p.X) + float64(p.Y*p.Y))
				slope := float64(2 * ww * q * q)
				bend := -4 * slope * q
				return Hessian{
					XX: slope + float64(bend*p.X*p.X),
					XY: bend * p.X * p.Y,
					YY: slope + float64(bend*p.Y*p.Y),
				}
			},
		}
	},
}

func plateau[T kernels.Float](width T, p, g []T) T {
	x, y := p[0], p[1]
	ww := T(width * width)
	rr := T(x*x) + T(y*y)
	q := 1 / (ww + rr)
	if g != nil {
		slope := 2 * ww * q * q
		g[0] = slope * x
		g[1] = slope * y
	}
	return rr * q
}
