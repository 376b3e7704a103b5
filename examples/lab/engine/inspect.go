package engine

import (
	"fmt"
	"strconv"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/inspect"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var inspectHandlers = map[string]handler{
	"inspect":  answerInspect,
	"formulas": answerFormulas,
}

// A term is a line of a step, or of a formula alone. Formulas are MathML.
type term struct {
	Name    string        `json:"name"`
	Symbol  string        `json:"symbol"`
	Formula string        `json:"formula,omitempty"`
	Values  []string      `json:"values,omitempty"` // one, or one for each parameter
	Arrow   inspect.Arrow `json:"arrow"`
	About   string        `json:"about"`
}

// A start is what the terms begin with.
type start struct {
	Name   string   `json:"name"`
	Symbol string   `json:"symbol"`
	Source string   `json:"source"` // its name in Go
	Values []string `json:"values,omitempty"`
}

// A place is a point as text.
type place struct {
	X string `json:"x"`
	Y string `json:"y"`
}

// answerInspect takes the step of a run apart that leads to a position: that looked at if no
// other is asked for, and the first step at the start.
func answerInspect(e *Engine, s *spec.State, args string) (*Reply, error) {
	at, err := e.spot(s, args)
	if err != nil {
		return nil, err
	}
	step := max(at.step, 1)
	if len(at.path.X) == 1 {
		return nil, fmt.Errorf("%s takes no step: %s", at.run.Method, at.path.Note)
	}
	took, err := inspect.Take(at.state, at.run, step)
	if err != nil {
		return nil, err
	}
	return &Reply{Value: struct {
		Rule   string  `json:"rule"`
		Step   int     `json:"step"`
		Before place   `json:"before"`
		After  place   `json:"after"`
		Given  []start `json:"given"`
		Lines  []term  `json:"lines"`
		Check  string  `json:"check"`
		Note   string  `json:"note"`
	}{at.run.Method, step, placeOf(s, took.Before), placeOf(s, took.After), starts(s, took.Given), terms(s, took.Lines),
		strconv.FormatFloat(took.Check, 'g', 2, 64), took.Note}}, nil
}

func placeOf(s *spec.State, p []float64) place {
	at := place{X: typed(s, p[0])}
	if len(p) > 1 {
		at.Y = typed(s, p[1])
	}
	return at
}

// typed returns the shortest text of a number rounded to the type of the experiment.
func typed(s *spec.State, v float64) string {
	if s.Double {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 32)
}

func texts(s *spec.State, values []float64) []string {
	t := make([]string, len(values))
	for i, v := range values {
		t[i] = typed(s, v)
	}
	return t
}

func terms(s *spec.State, lines []inspect.Line) []term {
	all := make([]term, len(lines))
	for i, l := range lines {
		all[i] = term{Name: l.Name, Symbol: symbol(l.Name), Values: texts(s, l.Values), Arrow: l.Arrow, About: l.About}
		if l.Formula != nil {
			all[i].Formula = l.Formula.MathML()
		}
	}
	return all
}

func starts(s *spec.State, given []inspect.Given) []start {
	all := make([]start, len(given))
	for i, g := range given {
		all[i] = start{Name: g.Name, Symbol: symbol(g.Name), Source: g.Source, Values: texts(s, g.Values)}
	}
	return all
}

// symbol returns a name as MathML.
func symbol(name string) string { return formula.Must(name).MathML() }

// A reference is the formulas of a rule, or of a schedule with those inside of it.
type reference struct {
	Name  string      `json:"name"`
	Given []start     `json:"given,omitempty"`
	Lines []term      `json:"lines"`
	Note  string      `json:"note,omitempty"`
	Inner []reference `json:"inner,omitempty"`
}

// answerFormulas returns the formulas of a run and of its schedule: one of the experiment, or
// one that a text says, or a schedule that a text says.
func answerFormulas(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct {
		Run            int
		Rule, Schedule string
	}{Run: s.View.Run}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	var run spec.Run
	var err error
	switch {
	case q.Schedule != "":
		run, err = spec.ParseRun("SGD(Schedule="+q.Schedule+")", s.Double)
	case q.Rule != "":
		run, err = spec.ParseRun(q.Rule, s.Double)
	default:
		run, err = runOf(s, q.Run)
	}
	if err != nil {
		return nil, err
	}
	var all struct {
		Rule     *reference `json:"rule,omitempty"`
		Schedule *reference `json:"schedule,omitempty"`
	}
	if q.Schedule == "" {
		lines, err := inspect.Reference(run, 2)
		if err != nil {
			return nil, err
		}
		all.Rule = &reference{Name: run.Method, Given: starts(s, lines.Given), Lines: terms(s, lines.Lines), Note: lines.Note}
	}
	if run.Rule != nil {
		if f := inspect.Schedules(run.Schedule); f != nil {
			r := scheduleReference(s, *f)
			all.Schedule = &r
		}
	}
	return &Reply{Value: all}, nil
}

func scheduleReference(s *spec.State, f inspect.Schedule) reference {
	r := reference{Name: f.Name, Lines: terms(s, f.Lines)}
	for _, in := range f.Inner {
		r.Inner = append(r.Inner, scheduleReference(s, in))
	}
	return r
}
