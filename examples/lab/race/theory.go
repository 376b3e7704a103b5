package race

import (
	"math"
	"slices"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// A Theory is what is known of a run on a quadratic before it begins: along each axis of the
// curvature the distance from the minimum is multiplied by a factor in each step, or comes to
// that after some.
type Theory struct {
	Factors []float64 // magnitudes, of each axis
	Factor  float64   // the largest
	Bound   bool      // the loss above the least is multiplied by Factor^2 in each step, or by less

	// The least Factor that descent, or Momentum, can have on this objective, with the rate and
	// the momentum that lead to it; 0 with Nesterov.
	Best, BestLR, BestMomentum float64
}

// TheoryOf returns what is known of a run, or false: of descent and momentum at a constant rate,
// without noise, on an objective whose Hessian is the same everywhere and positive.
func TheoryOf(s *spec.State, run spec.Run) (Theory, bool) {
	var t Theory
	momentum, dampening, nesterov := 0.0, 0.0, false
	switch r := run.Rule.(type) {
	case optim.SGD:
		if r.WeightDecay != 0 || r.Maximize {
			return t, false
		}
	case optim.Momentum:
		if r.WeightDecay != 0 || r.Maximize {
			return t, false
		}
		momentum, dampening, nesterov = r.Momentum, r.Dampening, r.Nesterov
	default:
		return t, false
	}
	noisy := s.Batch > 0 && s.Batch < s.Surface.Samples
	if run.Schedule != nil || run.ClipNorm != 0 || run.ClipValue != 0 || run.L1 != 0 || run.Bounds != nil || run.Coded() || noisy || !IsQuadratic(s.Surface) {
		return t, false
	}
	curvatures := AxesAt(s.Surface, s.Start).Values
	if curvatures[len(curvatures)-1] <= 0 {
		return t, false
	}
	for _, l := range curvatures {
		t.Factors = append(t.Factors, contraction(float64(run.LR*l), momentum, dampening, nesterov))
	}
	t.Factor = slices.Max(t.Factors)
	t.Bound = momentum == 0 && dampening == 0
	high, low := curvatures[0], curvatures[len(curvatures)-1]
	switch a, b := math.Sqrt(high), math.Sqrt(low); {
	case momentum == 0:
		t.BestLR, t.Best = 2/(high+low)/(1-dampening), (high-low)/(high+low)
	case !nesterov: // Polyak 1964: both axes have a double root
		t.Best = (a - b) / (a + b)
		t.BestLR, t.BestMomentum = 4/float64((a+b)*(a+b))/(1-dampening), float64(t.Best*t.Best)
	}
	return t, true
}

// IsQuadratic reports whether the Hessian is the same everywhere.
func IsQuadratic(p *surface.Problem) bool {
	switch p.Kind.Name {
	case "parabola", "quadratic", "regression":
		return true
	}
	return false
}

// contraction returns the largest magnitude of the roots of the polynomial that [LimitAt] has,
// for a = LR*L.
func contraction(a, momentum, dampening float64, nesterov bool) float64 {
	sum, product := 1+momentum-float64((1-dampening)*a), momentum
	if nesterov {
		sum, product = 1+momentum-float64((1+momentum)*a), momentum*(1-a)
	}
	square := float64(sum*sum) - float64(4*product)
	if square < 0 { // two roots that are conjugate
		return math.Sqrt(product)
	}
	return (math.Abs(sum) + math.Sqrt(square)) / 2
}

// Distances returns where the positions of a path lie along the axes of a quadratic, seen from
// the minimum.
func Distances(p *surface.Problem, path *Path) [][]float64 {
	axes := AxesAt(p, p.Minima[0])
	d := make([][]float64, len(axes.Vectors))
	for i, v := range axes.Vectors {
		d[i] = make([]float64, len(path.X))
		for k := range path.X {
			d[i][k] = float64(v.X*(path.X[k]-p.Minima[0].X)) + float64(v.Y*(path.Y[k]-p.Minima[0].Y))
		}
	}
	return d
}

// Foreseen returns what the theory says of the losses of a path, as far as they are finite: the
// distance above the least loss times Factor^2 for each step.
func (t Theory) Foreseen(p *surface.Problem, path *Path) []float64 {
	return foreseen(p.Least, path.Loss[0]-p.Least, float64(t.Factor*t.Factor), len(path.Loss))
}

// ForeseenDistances is Foreseen for the magnitudes of the distances along the axes.
func (t Theory) ForeseenDistances(distances [][]float64) [][]float64 {
	all := make([][]float64, len(distances))
	for i, d := range distances {
		all[i] = foreseen(0, math.Abs(d[0]), t.Factors[i], len(d))
	}
	return all
}

// foreseen returns base + v*factor^k for k from 0 to n-1, as far as it is finite.
func foreseen(base, v, factor float64, n int) []float64 {
	x := make([]float64, 0, n)
	for range n {
		if !finite(base + v) {
			break
		}
		x = append(x, base+v)
		v *= factor
	}
	return x
}
