// Package race runs an experiment: rules of package optim and a few other methods from one
// start on one surface.
//
// Results are the same bits on every machine, which their Hash stands for.
package race

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// A Path is a run. Its numbers are finite.
type Path struct {
	X, Y       []float64 // positions: the start, and where each step led
	Loss, Norm []float64 // at these: the objective over all samples, and its gradient's norm
	Rate, Clip []float64 // of each step: learning rate, and the factor of clipping the norm

	LR       float64 // of the run
	Diverged int     // step that the run could not go on after, -1 if there is none
	Reached  int     // first position whose loss is within the target of the least, -1 if there is none
	Note     string  // why it has fewer steps than asked for
}

// A Result is a race.
type Result struct {
	Runs []Path
	Hash string // of all positions and losses, 16 hexadecimal digits
}

// Run runs an experiment, at the best rates if it wants those. A run that cannot start is a Path of its start with a Note. It is
// an error if the experiment is a network, or has no runs.
func Run(s *spec.State) (*Result, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	if len(s.Runs) == 0 {
		return nil, errors.New("no runs")
	}
	s = Tuned(s)
	r := &Result{Runs: make([]Path, len(s.Runs))}
	for i, run := range s.Runs {
		r.Runs[i] = Follow(s, run)
	}
	r.Hash = hash(r.Runs)
	return r, nil
}

// Follow takes all steps of one run of an experiment, at the rate that it has. A run that cannot
// start is a Path of its start with a Note, and without even that if there is no surface.
func Follow(s *spec.State, run spec.Run) Path {
	p := Path{LR: run.LR, Diverged: -1, Reached: -1}
	r, err := Start(s, run)
	if err != nil {
		p.Note = err.Error()
		if s.Surface == nil {
			return p
		}
		ground := newGround[float64](s)
		seen := ground.look()
		if !seen.finite() {
			seen.loss, seen.norm = 0, 0
		}
		p.X, p.Y, p.Loss, p.Norm = []float64{seen.at.X}, []float64{seen.at.Y}, []float64{seen.loss}, []float64{seen.norm}
		return p
	}
	return walk(s, r, run.LR, func() {})
}

// walk takes all steps of a run, and calls seen at each position.
func walk(s *spec.State, r *Runner, lr float64, seen func()) Path {
	p := Path{LR: lr, Diverged: -1, Reached: -1}
	n := s.Steps
	room := make([]float64, 6*(n+1))
	for i, to := range []*[]float64{&p.X, &p.Y, &p.Loss, &p.Norm, &p.Rate, &p.Clip} {
		*to = room[i*(n+1) : i*(n+1) : (i+1)*(n+1)]
	}
	look := func() {
		p.look(s, r)
		seen()
	}
	for look(); r.Steps() < n && r.Step(); look() {
		p.Rate = append(p.Rate, r.Rate())
		p.Clip = append(p.Clip, r.Clip())
	}
	p.Note = r.Note()
	if r.Diverged() {
		p.Diverged = r.Steps()
	}
	return p
}

// look appends where the run is.
func (p *Path) look(s *spec.State, r *Runner) {
	if p.Reached < 0 && arrived(s, r) {
		p.Reached = r.Steps()
	}
	at := r.At()
	p.X = append(p.X, at.X)
	p.Y = append(p.Y, at.Y)
	p.Loss = append(p.Loss, r.Loss())
	p.Norm = append(p.Norm, r.Norm())
}

// arrived reports whether a run is where the experiment wants it to get to.
func arrived(s *spec.State, r *Runner) bool {
	return s.Target > 0 && r.Loss()-s.Surface.Least <= s.Target
}

// hash returns the 64-bit FNV-1a hash of X, Y and loss at each position of each run, as
// float64, little-endian.
func hash(runs []Path) string {
	h := fnv.New64a()
	var b [24]byte
	for _, p := range runs {
		for i := range p.X {
			binary.LittleEndian.PutUint64(b[0:], math.Float64bits(p.X[i]))
			binary.LittleEndian.PutUint64(b[8:], math.Float64bits(p.Y[i]))
			binary.LittleEndian.PutUint64(b[16:], math.Float64bits(p.Loss[i]))
			h.Write(b[:])
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
