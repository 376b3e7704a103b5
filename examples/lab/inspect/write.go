package inspect

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// A writer writes down the lines of a rule.
type writer struct {
	run     spec.Run
	taken   int     // steps before this one
	columns int     // parameters
	rate    float64 // of the step
	single  bool    // in float32

	given []Given
	lines []Line
	kept  []kept
	shift string // what the parameters move by, as a sum
	note  string
}

// A kept vector or number is a part of the optimizer's state: name[t-1] is known, and name[t] is
// kept. Its source is what optim calls it.
type kept struct{ name, source string }

// keep notes a part of the state.
func (w *writer) keep(name, source string) { w.kept = append(w.kept, kept{name, source}) }

// number notes a number that is known, such as an option.
func (w *writer) number(name, source string, value float64) {
	w.vector(name, source, []float64{value})
}

// vector notes a vector that is known.
func (w *writer) vector(name, source string, values []float64) {
	w.given = append(w.given, Given{name, source, values})
}

// line adds a term.
func (w *writer) line(about, text string) { w.arrow(NoArrow, about, text) }

// arrow adds a term that can be drawn.
func (w *writer) arrow(arrow Arrow, about, text string) {
	f := formula.Must(text)
	w.lines = append(w.lines, Line{Name: f.Name, Formula: f, Arrow: arrow, About: about})
}

// square adds a second moment, whose root the optimizer keeps above 0.
func (w *writer) square(about, text string) {
	w.line(about, text)
	w.lines[len(w.lines)-1].floor = true
}

// move adds the term by which the rule moves the parameters.
func (w *writer) move(about, text string) {
	w.arrow(Move, about, "Delta = "+text)
	w.shift += " + Delta"
}

// decay adds decoupled weight decay at a rate, if there is any.
func (w *writer) decay(lambda float64, rate string) {
	if lambda == 0 {
		return
	}
	w.number("lambda", "WeightDecay", lambda)
	w.arrow(Decay, "decoupled weight decay, which no moment sees", "Delta_lambda = -"+rate+"*lambda*p[t-1]")
	w.shift += " + Delta_lambda"
}

// A stage changes a vector, which is %[1]s in its text.
type stage struct{ about, text string }

// gradient begins a rule with what it gets for a gradient, g. A weight decay here is coupled, a
// part of that.
func (w *writer) gradient(weightDecay float64, maximize bool) {
	var stages []stage
	if c := w.run.ClipNorm; c != 0 {
		w.number("C", "ClipNorm", c)
		stages = append(stages, stage{"clipped by its norm", "c*%[1]s"})
	}
	if c := w.run.ClipValue; c != 0 {
		w.number("V", "ClipValue", c)
		stages = append(stages, stage{"each element clipped", "max(-V, min(%[1]s, V))"})
	}
	if maximize {
		stages = append(stages, stage{"negated, to ascend", "-%[1]s"})
	}
	if weightDecay != 0 {
		w.number("lambda", "WeightDecay", weightDecay)
		stages = append(stages, stage{"with coupled (L2) weight decay", "%[1]s + lambda*p[t-1]"})
	}
	first := "g"
	if len(stages) > 0 {
		first = "g_0"
	}
	w.lines = append(w.lines, Line{Name: first, Arrow: Gradient, About: "the gradient of the loss"})
	if w.run.ClipNorm != 0 {
		w.line("what clipping multiplies by", "c = min(1, C/(norm(g_0) + 1e-6))")
	}
	w.pass("g", stages)
}

// finish ends a rule with the parameters, after what the group's options do to them.
func (w *writer) finish() {
	var stages []stage
	if l := w.run.L1; l != 0 {
		w.number("lambda_1", "L1", l)
		stages = append(stages, stage{"the proximal step of the L1 penalty", "sign(%[1]s)*max(abs(%[1]s) - gamma*lambda_1, 0)"})
	}
	if b := w.run.Bounds; b != nil {
		if !math.IsInf(b[0], -1) {
			w.number("l", "Lower", b[0])
			stages = append(stages, stage{"not below the lower bound", "max(%[1]s, l)"})
		}
		if !math.IsInf(b[1], 1) {
			w.number("h", "Upper", b[1])
			stages = append(stages, stage{"not above the upper bound", "min(%[1]s, h)"})
		}
	}
	first := "p[t]"
	if len(stages) > 0 {
		first = "p_0"
	}
	w.line("where the step leads", first+" = p[t-1]"+w.shift)
	w.pass("p[t]", stages)
}

// pass adds lines that pass a vector through stages. Their names are last with the numbers of
// the stages for subscripts, but the last one's.
func (w *writer) pass(last string, stages []stage) {
	for i, s := range stages {
		name := last
		if i+1 < len(stages) {
			name = fmt.Sprintf("%.1s_%d", last, i+1)
		}
		w.line(s.about, name+" = "+fmt.Sprintf(s.text, fmt.Sprintf("%.1s_%d", last, i)))
	}
}
