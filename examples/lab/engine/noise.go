package engine

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var noiseHandlers = map[string]handler{
	"noise": answerNoise,
	"fan":   answerFan,
	"sizes": answerSizes,
}

// cloudSize is the number of mini-batches of which gradients are shown.
const cloudSize = 200

// answerNoise answers with the gradients of mini-batches where a run is after a step.
func answerNoise(e *Engine, s *spec.State, args string) (*Reply, error) {
	p, err := e.spot(s, args)
	if err != nil {
		return nil, err
	}
	c, err := race.NewCloud(s, p.at, cloudSize)
	if err != nil {
		return nil, err
	}
	pair := func(x, y float64) [2]string { return [2]string{decimal(s, x), decimal(s, y)} }
	r := &Reply{Value: struct {
		Batch   int       `json:"batch"`
		Samples int       `json:"samples"`
		Step    int       `json:"step"`
		X       float64   `json:"x"`
		Y       float64   `json:"y"`
		Full    [2]string `json:"full"` // gradient over all samples
		Mean    [2]string `json:"mean"`
		Std     [2]string `json:"std"`
	}{c.Batch, s.Surface.Samples, p.step, c.At.X, c.At.Y, pair(c.Full.X, c.Full.Y), pair(c.Mean.X, c.Mean.Y), pair(c.Std.X, c.Std.Y)}}
	r.Add64("gx", c.X)
	r.Add64("gy", c.Y)
	return r, nil
}

// answerFan answers with the paths of one run for several seeds: those that follow the
// experiment's, which is number 0.
func answerFan(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct{ Run, From, To int }{s.View.Run, 0, -1}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	s, run, err := e.chosen(s, a.Run)
	if err != nil {
		return nil, err
	}
	from, to := rows(a.From, a.To, s.View.Fan)
	seeds := []string{}
	r := &Reply{}
	for i := from; i < to; i++ {
		p := race.Seeded(s, run, i)
		seeds = append(seeds, fmt.Sprint(s.Seed+uint64(i)))
		addPath(r, &p, i)
	}
	r.Value = struct {
		From  int      `json:"from"`
		To    int      `json:"to"`
		Seeds []string `json:"seeds"`
	}{from, to, seeds}
	return r, nil
}

// addPath adds positions and losses.
func addPath(r *Reply, p *race.Path, i int) {
	r.Add64(fmt.Sprintf("x/%d", i), p.X)
	r.Add64(fmt.Sprintf("y/%d", i), p.Y)
	r.Add64(fmt.Sprintf("loss/%d", i), p.Loss)
}

// answerSizes answers with the paths of one run with batches of all samples, of some, and of
// one, and with the number of samples read up to each position.
func answerSizes(e *Engine, s *spec.State, args string) (*Reply, error) {
	s, run, err := e.chosenBy(s, args)
	if err != nil {
		return nil, err
	}
	readings, err := race.Sizes(s, run)
	if err != nil {
		return nil, err
	}
	batches := []int{}
	r := &Reply{}
	for i := range readings {
		batches = append(batches, readings[i].Batch)
		addPath(r, &readings[i].Path, i)
		r.Add64(fmt.Sprintf("read/%d", i), readings[i].Read)
	}
	r.Value = map[string]any{"batches": batches, "samples": s.Surface.Samples}
	return r, nil
}
