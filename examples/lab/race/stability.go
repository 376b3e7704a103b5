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

// Finite reports whether the Hessian is, and so the axes are.
func (a Axes) Finite() bool {
	for _, v := range a.Vectors {
		if !finite(v.X, v.Y) {
			return false
		}
	}
	return finite(a.Values...)
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
	axes := AxesAt(s.Surface, at)
	if !axes.Finite() {
		return Limit{About: "The Hessian is not finite here."}
	}
	if run.Rule == nil {
		return matrixLimit(s, run, at)
	}
	b, ok := BearingOf(run.Rule)
	if !ok {
		return Limit{About: "This rule divides by what it has seen of the gradients, and changes what rate it bears as it goes: no limit holds for all its steps."}
	}
	return b.limit(axes.Values[0])
}

// A Bearing is what a rule bears: rates up to Factor/(curvature + Decay), none if it Ascends.
type Bearing struct {
	Factor, Decay float64
	Ascends       bool
	formula       string // ends in front of the denominator
}

// BearingOf returns what a rule bears, and whether that can be said at all: not of those that
// divide by what they have seen of the gradients.
func BearingOf(rule optim.Rule) (b Bearing, ok bool) {
	switch r := rule.(type) {
	case optim.SGD:
		return Bearing{2, r.WeightDecay, r.Maximize, "2/"}, true
	case optim.Momentum:
		b = Bearing{2 * (1 + r.Momentum), r.WeightDecay, r.Maximize, "2*(1 + mu)/"}
		if r.Nesterov {
			b.Factor, b.formula = b.Factor/(1+float64(2*r.Momentum)), "2*(1 + mu)/(1 + 2*mu)/"
		} else if r.Dampening != 0 {
			b.Factor, b.formula = b.Factor/(1-r.Dampening), "2*(1 + mu)/(1 - tau)/"
		}
		return b, true
	}
	return Bearing{}, false
}

// limit returns Factor/(curvature + Decay).
func (b Bearing) limit(curvature float64) Limit {
	sum := curvature + b.Decay
	switch {
	case b.Ascends:
		return Limit{About: "Ascent goes away from the minimum at any rate."}
	case sum <= 0:
		return Limit{About: "Nothing curves upwards here, and no rate is too large."}
	case b.Decay != 0:
		return Limit{b.Factor / sum, b.formula + "(L + lambda)", "L is the largest eigenvalue of the Hessian here."}
	}
	return Limit{b.Factor / sum, b.formula + "L", "L is the largest eigenvalue of the Hessian here."}
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
	if !ok || !ok2 {
		return Limit{About: singular(run).Error()}
	}
	// A product of symmetric matrices of which one has no negative eigenvalues, or of two with the
	// same axes, has real eigenvalues: what is below 0 under the root is rounding.
	half := (xx - yy) / 2
	root := math.Sqrt(max(0, float64(half*half)+float64(xy*yx)))
	if !finite(root) {
		return Limit{About: "The Hessian divided by the matrix of the method is not finite here."}
	}
	l := Bearing{Factor: 2, formula: "2/"}.limit((xx+yy)/2 + root)
	if l.LR != 0 {
		l.About = "L is the largest eigenvalue of the Hessian divided by the matrix of the method."
	}
	return l
}
