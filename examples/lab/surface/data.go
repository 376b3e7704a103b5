package surface

// narrow returns numbers as float32.
func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// solve returns the point p with h*p = (x, y).
func (h Hessian) solve(x, y float64) Point {
	det := float64(h.XX*h.YY) - float64(h.XY*h.XY)
	return Point{
		X: (float64(h.YY*x) - float64(h.XY*y)) / det,
		Y: (float64(h.XX*y) - float64(h.XY*x)) / det,
	}
}

// newtonMinimum returns the minimum of a strictly convex loss, by Newton's steps from 0, halved
// where the gradient grows.
func (p *Problem) newtonMinimum() (at Point) {
	g := make([]float64, 2)
	size := func(at Point) float64 {
		p.eval64(nil, []float64{at.X, at.Y}, g)
		return float64(g[0]*g[0]) + float64(g[1]*g[1])
	}
	least := size(at)
	for {
		step := p.hessian(at).solve(g[0], g[1])
		for {
			next := Point{at.X - step.X, at.Y - step.Y}
			if next == at {
				return at
			}
			if s := size(next); s < least {
				at, least = next, s
				break
			}
			step.X, step.Y = step.X/2, step.Y/2
		}
	}
}
