package engine

import (
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/formula"
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

var secondHandlers = map[string]handler{
	"stability": answerStability,
	"limits":    answerLimits,
}

// A spot is a run of a settled experiment, and where it is after a step.
type spot struct {
	state *spec.State
	run   spec.Run
	path  *race.Path
	step  int
	at    surface.Point
}

// A limitValue is a race.Limit as the page shows it.
type limitValue struct {
	Limit   string `json:"limit"`   // "" for none
	Formula string `json:"formula"` // MathML
	About   string `json:"about"`
	Above   bool   `json:"above"` // the run's rate is above it
}

// spot returns that of the arguments run and step, which are those looked at if there are
// none. Step -1 is the last, as is any later one.
func (e *Engine) spot(s *spec.State, args string) (*spot, error) {
	a := struct{ Run, Step int }{s.View.Run, s.View.Step}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	result, err := e.race(s)
	if err != nil {
		return nil, err
	}
	if a.Run < 0 || a.Run >= len(result.Runs) {
		return nil, fmt.Errorf("run %d of %d", a.Run, len(result.Runs))
	}
	settled, err := e.settled(s)
	if err != nil {
		return nil, err
	}
	p := &spot{state: settled, run: settled.Runs[a.Run], path: &result.Runs[a.Run], step: a.Step}
	if last := len(p.path.X) - 1; p.step < 0 || p.step > last {
		p.step = last
	}
	p.at = surface.Point{X: p.path.X[p.step], Y: p.path.Y[p.step]}
	return p, nil
}

// limit returns which rate the run bears there.
func (p *spot) limit() (limitValue, error) {
	l := race.LimitAt(p.state, p.run, p.at)
	v := limitValue{About: l.About}
	if l.LR == 0 {
		return v, nil
	}
	v.Limit, v.Above = spec.Number(l.LR), p.run.LR > l.LR
	var err error
	v.Formula, err = formula.MathML(l.Formula)
	return v, err
}

// answerStability says how the loss curves where a run is, and which rate it bears there. On a
// quadratic it has the distances from the minimum along the axes at each step, and what theory
// foresees of them.
func answerStability(e *Engine, s *spec.State, args string) (*Reply, error) {
	p, err := e.spot(s, args)
	if err != nil {
		return nil, err
	}
	l, err := p.limit()
	if err != nil {
		return nil, err
	}
	axes := race.AxesAt(s.Surface, p.at)
	if !axes.Finite() {
		return nil, errors.New("the Hessian is not finite here")
	}
	values, vectors := []string{}, [][2]float64{}
	for i, v := range axes.Values {
		values = append(values, spec.Number(v))
		vectors = append(vectors, [2]float64{axes.Vectors[i].X, axes.Vectors[i].Y})
	}
	r := &Reply{Value: struct {
		limitValue
		Step    int          `json:"step"`
		X       string       `json:"x"`
		Y       string       `json:"y"`
		L       string       `json:"L"` // largest eigenvalue
		Values  []string     `json:"values"`
		Vectors [][2]float64 `json:"vectors"`
		LR      string       `json:"lr"`
	}{l, p.step, decimal(s, p.at.X), decimal(s, p.at.Y), values[0], values, vectors, spec.Number(p.run.LR)}}
	if !race.IsQuadratic(s.Surface) {
		return r, nil
	}
	distances := race.Distances(s.Surface, p.path)
	for i, d := range distances {
		r.Add64(fmt.Sprintf("c%d", i+1), d)
	}
	if theory, ok := race.TheoryOf(p.state, p.run); ok {
		for i, d := range theory.ForeseenDistances(distances) {
			r.Add64(fmt.Sprintf("theory%d", i+1), d)
		}
	}
	return r, nil
}

// answerLimits says of each run which rate it bears where it is after a step.
func answerLimits(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct{ Step int }{s.View.Step}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	limits := []limitValue{}
	for i := range s.Runs {
		p, err := e.spot(s, fmt.Sprintf(`{"run":%d,"step":%d}`, i, a.Step))
		if err != nil {
			return nil, err
		}
		l, err := p.limit()
		if err != nil {
			return nil, err
		}
		limits = append(limits, l)
	}
	return &Reply{Value: map[string]any{"limits": limits}}, nil
}
