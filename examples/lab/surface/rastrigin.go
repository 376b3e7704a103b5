package surface

import (
	"cmp"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

var rastriginFunction = &Kind{
	Name:      "rastrigin",
	Title:     "Rastrigin's function",
	About:     "A bowl full of local minima, one around each whole number: descent ends in the nearest, or wherever its rate throws it (L. A. Rastrigin, Systems of extremal control, 1974).",
	Formula:   "2*Amplitude + x^2 - Amplitude*cos(2*pi*x) + y^2 - Amplitude*cos(2*pi*y)",
	Dim:       2,
	Options:   []Option{{Name: "Amplitude", About: "of the waves", Default: 10, Min: 0, Max: 100}},
	Start:     Point{-3.3, 2.4},
	Box:       Box{-5.12, 5.12, -5.12, 5.12},
	functions: []string{"rastrigin", "turn"},
	build: func(v []float64) *Problem {
		a := v[0]
		p := &Problem{
			Call:   call("rastrigin", a),
			eval32: func(_ []int, p, g []float32) float32 { return rastrigin(float32(a), p, g) },
			eval64: func(_ []int, p, g []float64) float64 { return rastrigin(a, p, g) },
			hessian: func(p Point) Hessian {
				cx, _ := turn(p.X)
				cy, _ := turn(p.Y)
				waves := 4 * math.Pi * math.Pi * a
				return Hessian{XX: 2 + float64(waves*cx), YY: 2 + float64(waves*cy)}
			},
		}
		p.rastriginPoints(a)
		return p
	},
}

func rastrigin[T kernels.Float](amplitude T, p, g []T) T {
	loss := T(0)
	for i, x := range p {
		cos, sin := turn(x)
		if g != nil {
			g[i] = T(2*x) + T(2*math.Pi*amplitude*sin)
		}
		loss += T(x*x) + T(amplitude*(1-cos))
	}
	return loss
}

// rastriginPoints finds the stationary points in the box: each coordinate is a minimum or a
// maximum of the function of one parameter.
func (p *Problem) rastriginPoints(amplitude float64) {
	slope := func(x float64) float64 {
		_, sin := turn(x)
		return float64(2*x) + float64(2*math.Pi*amplitude*sin)
	}
	lows, highs := []float64{0}, []float64(nil)
	const fine = 1.0 / 64
	for i := 1; i < 6/fine; i++ {
		a, b := float64(float64(i)*fine), float64(float64(i+1)*fine)
		up := slope(b) > 0
		if b > 5.12 || slope(a) > 0 == up {
			continue
		}
		for m := (a + b) / 2; a < m && m < b; m = (a + b) / 2 {
			if slope(m) > 0 == up {
				b = m
			} else {
				a = m
			}
		}
		if up {
			lows = append(lows, b, -b)
		} else {
			highs = append(highs, b, -b)
		}
	}
	for _, x := range lows {
		for _, y := range lows {
			p.Minima = append(p.Minima, Point{x, y})
		}
		for _, y := range highs {
			p.Saddles = append(p.Saddles, Point{x, y}, Point{y, x})
		}
	}
	for _, x := range highs {
		for _, y := range highs {
			p.Maxima = append(p.Maxima, Point{x, y})
		}
	}
	slices.SortStableFunc(p.Minima, func(a, b Point) int {
		return cmp.Compare(rastrigin(amplitude, []float64{a.X, a.Y}, nil), rastrigin(amplitude, []float64{b.X, b.Y}, nil))
	})
}
