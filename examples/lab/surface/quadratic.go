package surface

import "github.com/seed63264101/steepest/kernels"

var quadraticBowl = &Kind{
	Name:    "quadratic",
	Title:   "A quadratic bowl",
	About:   "All that theory knows exactly: rates above 2/Condition diverge along the steep axis, and the flat one then takes some Condition steps.",
	Formula: "(Condition*(x*cos(Angle*pi/180) + y*sin(Angle*pi/180))^2 + (y*cos(Angle*pi/180) - x*sin(Angle*pi/180))^2)/2",
	Dim:     2,
	Options: []Option{
		{Name: "Condition", About: "curvature of the steep axis, that of the flat one being 1", Default: 10, Min: 1, Max: 1e4},
		{Name: "Angle", About: "from x to the steep axis, in degrees", Default: 30, Min: 0, Max: 180},
	},
	Start:     Point{-3, 2.5},
	Box:       Box{-4, 4, -4, 4},
	functions: []string{"quadratic"},
	build: func(v []float64) *Problem {
		l := v[0]
		c, s := turn(v[1] / 360)
		return &Problem{
			Minima: []Point{{}},
			Call:   call("quadratic", l, c, s),
			eval32: func(_ []int, p, g []float32) float32 { return quadratic(float32(l), float32(c), float32(s), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return quadratic(l, c, s, p, g) },
			hessian: func(Point) Hessian {
				cc, ss := float64(c*c), float64(s*s)
				return Hessian{float64(l*cc) + ss, (l - 1) * c * s, float64(l*ss) + cc}
			},
		}
	},
}

// quadratic has the curvature l along the axis of direction c, s, and 1 across it.
func quadratic[T kernels.Float](l, c, s T, p, g []T) T {
	u := T(c*p[0]) + T(s*p[1])
	w := T(c*p[1]) - T(s*p[0])
	if g != nil {
		g[0] = T(l*u*c) - T(w*s)
		g[1] = T(l*u*s) + T(w*c)
	}
	return (T(l*u*u) + T(w*w)) / 2
}
