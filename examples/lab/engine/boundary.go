package engine

import (
	"fmt"
	"sort"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// The most points of a side of a picture that is asked for.
const maxSide = 512

// checkPicture returns an error for a picture of no points, or of too many.
func checkPicture(width, height int) error {
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return fmt.Errorf("a picture of %d x %d points, want 1 to %d", width, height, maxSide)
	}
	return nil
}

// shown returns the network of a run behind so many steps, as far as there is a point of its
// curves, and that point's step; its present one if steps is negative, which of a run that has
// diverged is the last that was good.
func (t *training) shown(i, steps int) (*neural.Network, int, error) {
	run, err := t.run(i, steps >= 0)
	switch {
	case err != nil:
		return nil, 0, err
	case steps < 0 && run.Diverged >= 0 && len(run.Points) > 0:
		return run.Network, run.Points[len(run.Points)-1].Step, nil
	case steps < 0:
		return run.Network, t.Step(), nil
	}
	k := max(0, sort.Search(len(run.Points), func(k int) bool { return run.Points[k].Step > steps })-1)
	return run.At(k), run.Points[k].Step, nil
}

// answerBoundary says what a run's network makes of its inputs: on the plane of two inputs in
// the array grid, which has the probability of class 1 minus that of class 0 and row 0 at the
// least y, with the samples in px, py and label; of digits a page of pictures, those that
// validate first, in pixels, with their label, the most probable class in guess, and its
// probability in sure.
func answerBoundary(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct {
		Run, Width, Height, Step, Pictures int
		X0, X1, Y0, Y1                     *float64
	}{Width: 64, Height: 64, Step: -1, Pictures: 40}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	n, step, err := t.shown(q.Run, q.Step)
	if err != nil {
		return nil, err
	}
	if n.Data.Inputs != 2 {
		return pictures(n, step, q.Pictures), nil
	}
	if err := checkPicture(q.Width, q.Height); err != nil {
		return nil, err
	}
	box := around(n.Data)
	for _, side := range []struct{ from, to *float64 }{{q.X0, &box.X0}, {q.X1, &box.X1}, {q.Y0, &box.Y0}, {q.Y1, &box.Y1}} {
		if side.from != nil {
			*side.to = *side.from
		}
	}
	r := &Reply{Value: struct {
		Kind  string `json:"kind"` // "plane"
		Step  int    `json:"step"`
		Box   bounds `json:"box"`
		Train int    `json:"train"` // how many of the samples are to train with, the first ones
	}{"plane", step, bounds(box), n.Data.Train}}
	r.Add32("grid", plane(n, box, q.Width, q.Height))
	var px, py, label []float64
	for i, class := range n.Data.Labels {
		px, py = append(px, float64(n.Data.Raw[2*i])), append(py, float64(n.Data.Raw[2*i+1]))
		label = append(label, float64(class))
	}
	r.Add64("px", px)
	r.Add64("py", py)
	r.Add64("label", label)
	return r, nil
}

// around returns the box of all samples, with a margin.
func around(d *neural.Data) surface.Box {
	var ends [2][2]float64
	for j := range ends {
		lo, hi := float64(d.Raw[j]), float64(d.Raw[j])
		for i := j; i < len(d.Raw); i += 2 {
			lo, hi = min(lo, float64(d.Raw[i])), max(hi, float64(d.Raw[i]))
		}
		margin := float64(0.1 * (hi - lo))
		ends[j] = [2]float64{lo - margin, hi + margin}
	}
	return surface.Box{X0: ends[0][0], X1: ends[0][1], Y0: ends[1][0], Y1: ends[1][1]}
}

// plane returns the difference of the two probabilities at the middle of each cell of a grid.
func plane(n *neural.Network, box surface.Box, width, height int) []float32 {
	raw := make([]float32, 0, 2*width*height)
	at := func(lo, hi float64, i, n int) float32 {
		return float32(lo + float64((hi-lo)*(float64(i)+0.5))/float64(n))
	}
	for i := range height {
		for j := range width {
			raw = append(raw, at(box.X0, box.X1, j, width), at(box.Y0, box.Y1, i, height))
		}
	}
	p := make([]float32, len(raw))
	n.Predict(p, raw)
	grid := make([]float32, width*height)
	for i := range grid {
		if d := p[2*i+1] - p[2*i]; d == d { // a network that diverges has no probabilities
			grid[i] = d
		}
	}
	return grid
}

// pictures answers with so many digits and what the network takes them for.
func pictures(n *neural.Network, step, count int) *Reply {
	d := n.Data
	first := d.Train
	if first == len(d.Labels) {
		first = 0
	}
	count = min(max(0, count), len(d.Labels)-first)
	raw := d.Raw[first*d.Inputs : (first+count)*d.Inputs]
	p := make([]float32, count*d.Classes)
	n.Predict(p, raw)
	label, guess, sure := make([]float64, count), make([]float64, count), make([]float32, count)
	for i := range label {
		best := 0
		for k, v := range p[i*d.Classes:][:d.Classes] {
			if v > p[i*d.Classes+best] {
				best = k
			}
		}
		label[i], guess[i] = float64(d.Labels[first+i]), float64(best)
		if v := p[i*d.Classes+best]; v == v {
			sure[i] = v
		}
	}
	r := &Reply{Value: struct {
		Kind      string `json:"kind"` // "pictures"
		Step      int    `json:"step"`
		Side      int    `json:"side"`
		Count     int    `json:"count"`
		Validates bool   `json:"validates"` // whether training never sees them
	}{"pictures", step, neural.Side, count, first > 0}}
	r.Add32("pixels", raw)
	r.Add64("label", label)
	r.Add64("guess", guess)
	r.Add32("sure", sure)
	return r
}

// answerGuess says what a run's network takes some raw inputs for, such as a digit that someone
// has drawn: pixels from 0 to 1, row by row from the top. Noise, Offset and Scale are applied
// before as to the samples, but for the noise.
func answerGuess(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct {
		Run, Step int
		Pixels    []float64
	}{Step: -1}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	n, step, err := t.shown(q.Run, q.Step)
	if err != nil {
		return nil, err
	}
	if len(q.Pixels) != n.Data.Inputs {
		return nil, fmt.Errorf("%d pixels, want %d", len(q.Pixels), n.Data.Inputs)
	}
	raw := make([]float32, len(q.Pixels))
	for i, v := range q.Pixels {
		raw[i] = float32(v)
	}
	n.Config.Distort(raw)
	p := make([]float32, n.Data.Classes)
	n.Predict(p, raw)
	best := 0
	for k, v := range p {
		if v != v {
			p[k] = 0
		}
		if p[k] > p[best] {
			best = k
		}
	}
	r := &Reply{Value: struct {
		Step int    `json:"step"`
		Best int    `json:"best"`
		Sure string `json:"sure"` // probability of the best
	}{step, best, typed(s, float64(p[best]))}}
	r.Add32("p", p)
	return r, nil
}
