package engine

import (
	"errors"
	"time"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var tuneHandlers = map[string]handler{"tune": answerTune}

// A trial is a rate that was tried. Numbers are text.
type trial struct {
	LR       string `json:"lr"`
	Loss     string `json:"loss"`
	Reached  int    `json:"reached"`
	Diverged bool   `json:"diverged"`
}

// answerTune goes on looking for the best rates for some milliseconds, 40 if nothing else is
// said. A race at the best rates does not wait for it, but then takes as long itself.
func answerTune(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct{ MS int }{40}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	t, err := e.tuner(s)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(time.Duration(a.MS) * time.Millisecond); t.Next() && time.Now().Before(end); {
	}
	done, total := t.Progress()
	tuned := t.State()
	rates, trials := []string{}, [][]trial{}
	for i, run := range tuned.Runs {
		list := []trial{}
		for _, t := range t.Trials(i) {
			list = append(list, trial{spec.Number(t.LR), decimal(s, t.Loss), t.Reached, t.Diverged})
		}
		rates, trials = append(rates, spec.Number(run.LR)), append(trials, list)
	}
	return &Reply{Value: struct {
		Done   int       `json:"done"`
		Total  int       `json:"total"`
		Rates  []string  `json:"rates"` // the best so far, of each run
		Trials [][]trial `json:"trials"`
	}{done, total, rates, trials}}, nil
}

func (e *Engine) tuner(s *spec.State) (*race.Tuner, error) {
	if s.Surface == nil {
		return nil, errors.New("the rates of a network are not tuned")
	}
	return e.tuners.of(subject(s), func() (*race.Tuner, error) { return race.NewTuner(s), nil })
}

// settled returns an experiment with the rates that its runs have: those that are given, or
// the best that are found. The tuner may be that of another view.
func (e *Engine) settled(s *spec.State) (*spec.State, error) {
	if !s.Best || s.Surface == nil {
		return s, nil
	}
	t, err := e.tuner(s)
	if err != nil {
		return nil, err
	}
	for t.Next() {
	}
	tuned := t.State()
	tuned.View = s.View
	return tuned, nil
}
