package gradcheck

import (
	"fmt"
	"strings"
)

// A Report says how a check went.
type Report struct {
	Checked   int     // elements that were looked at
	Elements  int     // that there are
	Tolerance float64 // largest relative error of a right gradient

	Wrong  int     // elements with a wrong gradient
	Worst  Element // the one of those that are no kinks whose Error is largest
	Factor float64 // that the gradients are off by, if it is one for all of several wrong ones, or 0

	Kinks int     // elements at which the loss has a kink
	Kink  Element // the first
}

// OK reports whether no gradient is wrong.
func (r Report) OK() bool { return r.Wrong == 0 }

// An Element is one element of a parameter.
type Element struct {
	Param        string
	Index        []int   // its place in the parameter's shape
	Value        float64 // of the parameter
	Gradient     float64 // of the objective
	Difference   float64 // central difference of the losses
	Below, Above float64 // slopes of the loss to either side
	Error        float64 // of the gradient, relative to the larger of it and the difference
}

// with returns the element compared with a difference.
func (e Element) with(d difference, allowed float64) Element {
	e.Difference, e.Below, e.Above, e.Error = d.central, d.below, d.above, d.errorOf(e.Gradient, allowed)
	return e
}

// name returns the element as it is written in Go.
func (e Element) name() string {
	var b strings.Builder
	b.WriteString(e.Param)
	for _, i := range e.Index {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String()
}

// String returns the report as a line.
func (r Report) String() string {
	var b strings.Builder
	if r.OK() {
		fmt.Fprintf(&b, "gradcheck: %d of %d elements have the right gradient", r.Checked, r.Elements)
		if r.Worst.Error > 0 {
			fmt.Fprintf(&b, ", to %.1e at %s", r.Worst.Error, r.Worst.name())
		}
	} else {
		fmt.Fprintf(&b, "gradcheck: %d of the %d elements that were looked at, of %d, have a wrong gradient", r.Wrong, r.Checked, r.Elements)
		if r.Factor != 0 {
			fmt.Fprintf(&b, ", all by a factor of %.4g", r.Factor)
		}
		fmt.Fprintf(&b, ": worst is %s with %.6g, where the loss has a slope of %.6g", r.Worst.name(), r.Worst.Gradient, r.Worst.Difference)
	}
	if r.Kinks > 0 {
		fmt.Fprintf(&b, "; kinks: %d, the first at %s with the slopes %.4g and %.4g", r.Kinks, r.Kink.name(), r.Kink.Below, r.Kink.Above)
	}
	return b.String()
}
