package engine

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// answerSlice lays a plane through the space of the parameters at the last point of a run, and
// computes some rows of the losses on it: row 0 has the least y.
func answerSlice(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct {
		Run, Width, Height, From, To int
		Kind                         string // "": the state's
		Seed                         uint64 // of random directions
	}{Width: 41, Height: 41, To: -1, Kind: s.View.Slice}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	run, err := t.run(q.Run, true)
	if err != nil {
		return nil, err
	}
	if err := checkPicture(q.Width, q.Height); err != nil {
		return nil, err
	}
	p, err := t.plane.of(fmt.Sprint(q.Run, q.Kind, q.Seed, len(run.Path)), func() (*neural.Plane, error) {
		return run.Slice(q.Kind, q.Seed)
	})
	if err != nil {
		return nil, err
	}
	from, to := rows(q.From, q.To, q.Height)
	grid := make([]float32, (to-from)*q.Width)
	for i := from; i < to; i++ {
		p.Row(grid[(i-from)*q.Width:][:q.Width], i, q.Height)
	}
	last := run.Points[len(run.Points)-1]
	r := &Reply{Value: struct {
		Kind   string   `json:"kind"`
		Step   int      `json:"step"` // where the middle is
		Box    bounds   `json:"box"`
		Shares []string `json:"shares"` // of the path's variance, that the directions explain
		Loss   string   `json:"loss"`   // in the middle
		Rows   int      `json:"rows"`
		Done   int      `json:"done"` // rows with those of this answer
	}{q.Kind, last.Step, bounds{X0: p.Box[0], X1: p.Box[1], Y0: p.Box[2], Y1: p.Box[3]},
		[]string{spec.Number(p.Shares[0]), spec.Number(p.Shares[1])}, typed(s, last.Loss), q.Height, to}}
	r.Add32("grid", grid)
	var x, y, loss []float64
	for i, at := range p.Path {
		x, y, loss = append(x, at[0]), append(y, at[1]), append(loss, run.Points[i].Loss)
	}
	r.Add64("x", x)
	r.Add64("y", y)
	r.Add64("loss", loss)
	return r, nil
}

// answerSharpness has the Hessian's largest eigenvalue at some points of a run in sharpness,
// their steps in at, and in limit the eigenvalue up to which the rate of the step is stable,
// if the rule has such a limit. A question gets so many more of the points as it asks for.
func answerSharpness(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct{ Run, Points, More int }{Points: 41, More: 5}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	run, err := t.run(q.Run, true)
	if err != nil {
		return nil, err
	}
	every := max(1, (len(run.Points)-1+max(1, q.Points-1)-1)/max(1, q.Points-1))
	known, done, total := t.sharp[q.Run], 0, 0
	bearing, limited := race.BearingOf(s.Runs[q.Run].Rule)
	limited = limited && !bearing.Ascends
	var at, sharpness, limit []float64
	for k := 0; k < len(run.Points); k += every {
		total++
		value, ok := known[k]
		if !ok && q.More > 0 {
			q.More--
			value, ok = run.Sharpness(k), true
			known[k] = value
		}
		if !ok {
			continue
		}
		if done++; value-value != 0 {
			continue
		}
		at, sharpness = append(at, float64(run.Points[k].Step)), append(sharpness, value)
		if step := min(run.Points[k].Step, len(run.Rates)-1); limited && step >= 0 && run.Rates[step] > 0 {
			limit = append(limit, bearing.Factor/run.Rates[step]-bearing.Decay)
		}
	}
	r := &Reply{Value: struct {
		Done    int  `json:"done"`
		Total   int  `json:"total"`
		Limited bool `json:"limited"` // whether the rule has a limit
		Full    bool `json:"full"`    // whether each step has all samples, without which the limit means little
	}{done, total, limited, t.Batch == s.Network.Samples}}
	r.Add64("at", at)
	r.Add64("sharpness", sharpness)
	if len(limit) == len(at) {
		r.Add64("limit", limit)
	}
	return r, nil
}
