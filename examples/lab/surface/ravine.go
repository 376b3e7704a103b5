package surface

import "github.com/seed63264101/steepest/kernels"

var ravineBent = &Kind{
	Name:    "ravine",
	Title:   "A sharp ravine",
	About:   "Walls that meet in a kink, along a bent and slowly falling floor: the gradient is as large next to the floor as far above it, so that a constant rate jumps from wall to wall for ever. A falling rate arrives.",
	Formula: "x^2/10 + Steepness*abs(y - Bend*x^2)",
	Dim:     2,
	Options: []Option{
		{Name: "Steepness", About: "of the walls", Default: 2, Min: 0.1, Max: 100},
		{Name: "Bend", About: "curvature of the floor, halved", Default: 0.25, Min: 0, Max: 1},
	},
	Start:     Point{-3, 3.5},
	Box:       Box{-4, 4, -2, 5},
	functions: []string{"ravine"},
	build: func(v []float64) *Problem {
		steepness, bend := v[0], v[1]
		return &Problem{
			Minima: []Point{{}},
			Call:   call("ravine", steepness, bend),
			eval32: func(_ []int, p, g []float32) float32 { return ravine(float32(steepness), float32(bend), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return ravine(steepness, bend, p, g) },
			hessian: func(p Point) Hessian {
				side := 0.0
				if d := p.Y - float64(bend*p.X*p.X); d > 0 {
					side = steepness
				} else if d < 0 {
					side = -steepness
				}
				return Hessian{XX: 0.2 - float64(2*bend*side)}
			},
		}
	},
}

// ravine has on the floor, its kink, the gradient of the floor.
func ravine[T kernels.Float](steepness, bend T, p, g []T) T {
	x, y := p[0], p[1]
	d := y - T(bend*x*x)
	side := T(0)
	if d > 0 {
		side = steepness
	} else if d < 0 {
		side = -steepness
	}
	if g != nil {
		g[0] = T(x/5) - T(2*bend*x*side)
		g[1] = side
	}
	return T(x*x/10) + T(side*d)
}
