package race

import (
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// Axes are those of the curvature at a point. An objective of one parameter has one.
type Axes struct {
	Values  []float64       // eigenvalues of the Hessian, the larger one first
	Vectors []surface.Point // of length 1
}

// AxesAt returns the axes at a point.
func AxesAt(p *surface.Problem, at surface.Point) Axes {
	h := p.Hessian(at)
	if p.Kind.Dim == 1 {
		return Axes{[]float64{h.XX}, []surface.Point{{X: 1}}}
	}
	high, low, c, s := eigen(h.XX, h.XY, h.YY)
	return Axes{[]float64{high, low}, []surface.Point{{X: c, Y: s}, {X: -s, Y: c}}}
}

// A Limit is the rate above which a run leaves a quadratic of the curvature where it is, however
// near to the minimum it begins, and below which it gets there.
type Limit struct {
	LR      float64 // 0 if there is none
	Formula string  // in the notation of package formula, "" if there is none
	About   string
}

// LimitAt returns what a run bears at a point.
//
// Plain descent multiplies the distance along an axis of the curvature L by 1 - LR*L, which is
// below 1 in magnitude up to LR = 2/L. With the velocity of Momentum, and a = LR*L, distance and
// velocity are multiplied by a matrix with the characteristic polynomial
//
//	z^2 - (1 + Momentum - (1-Dampening)*a)*z + Momentum
//	z^2 - (1 + Momentum - (1+Momentum)*a)*z + Momentum*(1-a)      with Nesterov
//
// whose roots lie in the unit circle if it is positive at 1 and -1 and the product of the roots
// is below 1 in magnitude: up to a = 2*(1+Momentum)/(1-Dampening), and with Nesterov up to
// 2*(1+Momentum)/(1+2*Momentum). A coupled weight decay adds to L.
func LimitAt(s *spec.State, run spec.Run, at surface.Point) Limit {
	steepest := AxesAt(s.Surface, at).Values[0]
	switch r := run.Rule.(type) {
	case optim.SGD:
		return limit(2, "2/", steepest, r.WeightDecay, r.Maximize)
	case optim.Momentum:
		if r.Nesterov {
			return limit(2*(1+r.Momentum)/(1+float64(2*r.Momentum)), "2*(1 + mu)/(1 + 2*mu)/", steepest, r.WeightDecay, r.Maximize)
		}
		if r.Dampening != 0 {
			return limit(2*(1+r.Momentum)/(1-r.Dampening), "2*(1 + mu)/(1 - tau)/", steepest, r.WeightDecay, r.Maximize)
		}
		return limit(2*(1+r.Momentum), "2*(1 + mu)/", steepest, r.WeightDecay, r.Maximize)
	case nil:
		return matrixLimit(s, run, at)
	}
	return Limit{About: "This rule divides by what it has seen of the gradients, and changes what rate it bears as it goes: no limit holds for all its steps."}
}

// limit returns factor/(curvature + decay). formula ends in front of that sum.
func limit(factor float64, formula string, curvature, decay float64, ascends bool) Limit {
	sum := curvature + decay
	switch {
	case ascends:
		return Limit{About: "Ascent goes away from the minimum at any rate."}
	case sum <= 0:
		return Limit{About: "Nothing curves upwards here, and no rate is too large."}
	case decay != 0:
		return Limit{factor / sum, formula + "(L + lambda)", "L is the largest eigenvalue of the Hessian here."}
	}
	return Limit{factor / sum, formula + "L", "L is the largest eigenvalue of the Hessian here."}
}

// matrixLimit is plain descent's, with the Hessian divided by the matrix of the method.
func matrixLimit(s *spec.State, run spec.Run, at surface.Point) Limit {
	if run.Method == "LBFGS" {
		return Limit{About: "The method looks for the length of each step."}
	}
	c, err := newCurved[float64](s, run)
	if err != nil {
		return Limit{About: err.Error()}
	}
	h := s.Surface.Hessian(at)
	xx, yx, ok := c.divide(at, surface.Point{X: h.XX, Y: h.XY})
	xy, yy, ok2 := c.divide(at, surface.Point{X: h.XY, Y: h.YY})
	half, det := (xx+yy)/2, float64(xx*yy)-float64(xy*yx)
	root := float64(half*half) - det
	if !ok || !ok2 || root < 0 {
		return Limit{About: errSingular.Error()}
	}
	l := limit(2, "2/", half+math.Sqrt(root), 0, false)
	if l.LR != 0 {
		l.About = "L is the largest eigenvalue of the Hessian divided by the matrix of the method."
	}
	return l
}
