// Package inspect takes a step apart: every term of an update rule with its number, computed from
// the formula that is shown, up to the parameters, which are compared with those of the optimizer.
//
// The formulas are written here once more, in the notation of package formula and with the names
// of optim's RULES.md; what a step starts from is the optimizer's own state. The state is named as
// in the papers, m and v, with the index t-1 before the step and t after it.
package inspect

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim"
)

// A Step is a step taken apart.
type Step struct {
	Given  []Given // what the lines start from
	Lines  []Line  // in the order in which they are computed; the last one is p[t], or behind it what is rounded
	Before []float64
	After  []float64 // the optimizer's
	Note   string    // what the lines do not say

	// Check is the largest difference between the line p[t] and After, in units of the last
	// place of the largest element of Before, After and what After is the sum of: of float32's
	// last place, or bfloat16's where the parameters are rounded to that.
	Check float64
}

// A Given is a number or vector that a step starts from.
type Given struct {
	Name   string    // in formulas
	Source string    // the option's or the state's name in optim
	Values []float64 // one number, or one for each parameter
}

// A Line is one term.
type Line struct {
	Name    string
	Formula *formula.Formula // nil for the gradient, which comes from outside
	Values  []float64
	Arrow   Arrow
	About   string

	floor bool // kept at or above the least second moment
}

// An Arrow says as what a term can be drawn on the plane of the parameters.
type Arrow string

const (
	NoArrow  Arrow = ""         // not at all
	Gradient Arrow = "gradient" // uphill
	Velocity Arrow = "velocity" // a mean or sum of gradients, uphill too, or of steps
	Decay    Arrow = "decay"    // what the weight decay alone moves the parameters by
	Move     Arrow = "step"     // what the rule moves the parameters by
)

// explain takes a step of an optimizer apart: that from the state before it to the state after
// it, by a gradient and at the rate of the step. The run says which rule it is, and what clips
// and constrains.
func explain[T kernels.Float](run spec.Run, before, after *optim.Snapshot[T], gradient []T, rate float64) (*Step, error) {
	from, to := before.Params[0], after.Params[0]
	w := &writer{run: run, taken: from.Steps, columns: len(gradient), rate: rate, single: isSingle[T]()}
	w.number("t", "step", float64(from.Steps+1))
	w.number("gamma", "rate", rate)
	w.vector("p[t-1]", "parameters", race.Parameters(&from))
	if err := w.rule(run.Rule); err != nil {
		return nil, err
	}
	for _, k := range w.kept {
		for i, s := range from.State {
			if s.Name == k.source {
				w.vector(k.name+"[t-1]", k.source, race.Kept(&from, i))
			}
		}
		if v, carried := from.Numbers[k.source]; carried {
			w.number(k.name+"[t-1]", k.source, v)
		}
	}
	w.lines[0].Values = wide(gradient)
	s, err := w.compute(race.Parameters(&from), race.Parameters(&to))
	if to, ok := any(to).(optim.ParamSnapshot[float32]); ok && err == nil && run.Coded() {
		addRounded(s, w, to)
	}
	return s, err
}

// compute computes the lines.
func (w *writer) compute(before, after []float64) (*Step, error) {
	floor, digits, least := float64(generic.Floor[float64]()), 53, -1074
	if w.single {
		floor, digits, least = float64(generic.Floor[float32]()), 24, -149
	}
	if w.run.Params == spec.BFloat16 {
		digits, least = 8, -133
	}
	values := formula.Values{}
	for _, g := range w.given {
		values[g.Name] = g.Values
	}
	for i := range w.lines {
		l := &w.lines[i]
		if l.Formula != nil {
			x, err := l.Formula.Eval(values)
			if err != nil {
				return nil, err
			}
			for j := range x {
				if l.floor {
					x[j] = max(x[j], floor)
				}
			}
			l.Values = x
		}
		values[l.Name] = l.Values
	}
	s := &Step{Given: w.given, Lines: w.lines, Before: before, After: after, Note: w.note}
	var largest, difference float64
	for _, l := range w.lines {
		if l.Arrow == Move || l.Arrow == Decay {
			for _, v := range l.Values {
				largest = max(largest, math.Abs(v))
			}
		}
	}
	for i, got := range w.lines[len(w.lines)-1].Values {
		largest = max(largest, math.Abs(before[i]), math.Abs(after[i]))
		difference = max(difference, math.Abs(got-after[i]))
	}
	if difference != 0 { // or NaN
		_, exponent := math.Frexp(largest)
		s.Check = difference / math.Ldexp(1, max(exponent-digits, least))
	}
	return s, nil
}

// isSingle reports whether T is float32.
func isSingle[T kernels.Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// wide returns a vector as float64.
func wide[T kernels.Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
