package inspect

import (
	"fmt"
	"math"
	"reflect"
	"strings"

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

// number notes a number that is known.
func (w *writer) number(name, source string, value float64) {
	w.vector(name, source, []float64{value})
}

// vector notes a vector that is known. Inlined it would be in WebAssembly as often as it is
// called.
//
//go:noinline
func (w *writer) vector(name, source string, values []float64) {
	w.given = append(w.given, Given{name, source, values})
}

// options notes options of the rule, name=Field in a list with spaces between.
func (w *writer) options(list string) {
	fields := reflect.ValueOf(w.run.Rule)
	for _, option := range strings.Fields(list) {
		name, field, _ := strings.Cut(option, "=")
		v := fields.FieldByName(field)
		if v.CanInt() {
			w.number(name, field, float64(v.Int()))
		} else {
			w.number(name, field, v.Float())
		}
	}
}

// keep notes parts of the state, name=source in a list with spaces between.
func (w *writer) keep(list string) {
	for _, part := range strings.Fields(list) {
		name, source, _ := strings.Cut(part, "=")
		w.kept = append(w.kept, kept{name, source})
	}
}

// write adds terms, one a line: an equation, a bar and a word about it. Before the equation may
// stand what the term is drawn as, "velocity:", or "square:" for a second moment, whose root
// the optimizer keeps above 0. "step:" and "decay:" are what the parameters move by.
func (w *writer) write(text string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		equation, about, _ := strings.Cut(line, " | ")
		var l Line
		if sort, rest, found := strings.Cut(equation, ":"); found {
			equation = rest
			if l.Arrow = Arrow(sort); sort == "square" {
				l.Arrow, l.floor = NoArrow, true
			}
		}
		l.Formula, l.About = formula.Must(strings.TrimSpace(equation)), about
		l.Name = l.Formula.Name
		if l.Arrow == Move || l.Arrow == Decay {
			w.shift += " + " + l.Name
		}
		w.lines = append(w.lines, l)
	}
}

// decay adds decoupled weight decay at a rate, if there is any.
func (w *writer) decay(lambda float64, rate string) {
	if lambda == 0 {
		return
	}
	w.options("lambda=WeightDecay")
	w.write("decay: Delta_lambda = -" + rate + "*lambda*p[t-1] | decoupled weight decay, which no moment sees")
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
		w.options("lambda=WeightDecay")
		stages = append(stages, stage{"with coupled (L2) weight decay", "%[1]s + lambda*p[t-1]"})
	}
	first := "g"
	if len(stages) > 0 {
		first = "g_0"
	}
	w.lines = append(w.lines, Line{Name: first, Arrow: Gradient, About: "the gradient of the loss"})
	if w.run.ClipNorm != 0 {
		w.write("c = min(1, C/(norm(g_0) + 1e-6)) | what clipping multiplies by")
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
	w.write(first + " = p[t-1]" + w.shift + " | where the step leads")
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
		w.write(name + " = " + fmt.Sprintf(s.text, fmt.Sprintf("%.1s_%d", last, i)) + " | " + s.about)
	}
}
