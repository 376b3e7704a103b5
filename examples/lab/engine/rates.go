package engine

import (
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var rateHandlers = map[string]handler{
	"rates":    answerRates,
	"findrate": answerFindRate,
}

// answerRates answers with the learning rate of each step of a run.
func answerRates(e *Engine, s *spec.State, args string) (*Reply, error) {
	s, run, err := e.chosenBy(s, args)
	if err != nil {
		return nil, err
	}
	r := &Reply{Value: map[string]any{"lr": spec.Number(run.LR)}}
	r.Add64("rates", race.Rates(s, run))
	return r, nil
}

// answerFindRate answers with the curve of a rate finder and what it suggests.
func answerFindRate(e *Engine, s *spec.State, args string) (*Reply, error) {
	s, run, err := e.chosenBy(s, args)
	if err != nil {
		return nil, err
	}
	curve, err := race.FindRate(s, run)
	if err != nil {
		return nil, err
	}
	r := &Reply{Value: struct {
		Suggest  string `json:"suggest"`
		Steepest string `json:"steepest"`
		Lowest   string `json:"lowest"`
	}{spec.Number(curve.Suggest), spec.Number(curve.Steepest), spec.Number(curve.Lowest)}}
	r.Add64("rates", curve.Rates)
	r.Add64("losses", curve.Losses)
	r.Add64("smoothed", curve.Smoothed)
	return r, nil
}
