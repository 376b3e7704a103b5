package surface

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

var cliffFoot = &Kind{
	Name:    "cliff",
	Title:   "A cliff",
	About:   "The floor slopes down to the foot of a wall: momentum carries a run up onto it, and the wall's gradient throws it back further than it came, again and again. Clipping the gradient saves it (R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks, 2013).",
	Formula: "Wall/2*(sqrt(x^2 + 0.0025) + x) + Slope/2*(sqrt(x^2 + 0.0025) - x) + y^2/2",
	Dim:     2,
	Options: []Option{
		{Name: "Wall", About: "slope of the wall", Default: 50, Min: 1, Max: 1000},
		{Name: "Slope", About: "of the floor", Default: 0.5, Min: 0.05, Max: 1},
	},
	Start:     Point{-4, 2},
	Box:       Box{-5, 1, -3, 3},
	functions: []string{"cliff"},
	build: func(v []float64) *Problem {
		wall, slope := v[0], v[1]
		return &Problem{
			Minima: []Point{{X: -0.025 * (wall - slope) / math.Sqrt(wall*slope)}},
			Call:   call("cliff", wall, slope),
			eval32: func(_ []int, p, g []float32) float32 { return cliff(float32(wall), float32(slope), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return cliff(wall, slope, p, g) },
			hessian: func(p Point) Hessian {
				rr := float64(p.X*p.X) + 0.0025
				return Hessian{XX: (wall + slope) / 2 * 0.0025 / (rr * math.Sqrt(rr)), YY: 1}
			},
		}
	},
}

// cliff falls with the slope of the floor up to x = 0, and then rises with that of the wall. The
// edge between them is round.
func cliff[T kernels.Float](wall, slope T, p, g []T) T {
	x, y := p[0], p[1]
	r := T(math.Sqrt(float64(T(x*x) + 0.0025)))
	// r + x and r - x, without cancellation: their product is 0.0025.
	high, low := r+x, r-x
	if x > 0 {
		low = 0.0025 / high
	} else {
		high = 0.0025 / low
	}
	high, low = T(wall/2*high), T(slope/2*low)
	if g != nil {
		g[0] = (high - low) / r
		g[1] = y
	}
	return high + low + T(y*y/2)
}
