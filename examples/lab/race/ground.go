package race

import (
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/train"
)

// A ground is the objective under a run, with the run's parameters.
type ground[T kernels.Float] struct {
	problem *surface.Problem
	p       []T // parameters
	whole   []T // gradient over all samples where look was last called
	part    []T // gradient of a mini-batch
	batches sampler
	taken   int // steps
}

func newGround[T kernels.Float](s *spec.State) ground[T] {
	n := s.Surface.Kind.Dim
	room := make([]T, 3*n)
	g := ground[T]{problem: s.Surface, p: room[:n:n], whole: room[n : 2*n : 2*n], part: room[2*n:]}
	g.p[0] = T(s.Start.X)
	if n > 1 {
		g.p[1] = T(s.Start.Y)
	}
	if s.Batch > 0 && s.Batch < s.Surface.Samples {
		g.batches = sampler{options: train.Batches{Samples: s.Surface.Samples, Size: s.Batch, Seed: s.Seed}}
	}
	return g
}

// look evaluates the whole objective at the parameters.
func (g *ground[T]) look() sight {
	loss := surface.Eval(g.problem, nil, g.p, g.whole)
	slope := point(g.whole)
	return sight{at: point(g.p), loss: float64(loss), norm: length(slope)}
}

// slope returns the gradient for a step at the parameters, where look was called last unless
// there is to be a fresh evaluation.
func (g *ground[T]) slope(fresh bool) []T {
	samples := g.batches.of(g.taken)
	g.taken++
	if samples == nil && !fresh {
		return g.whole
	}
	surface.Eval(g.problem, samples, g.p, g.part)
	return g.part
}

// point returns one or two parameters as a Point.
func point[T kernels.Float](p []T) surface.Point {
	if len(p) == 1 {
		return surface.Point{X: float64(p[0])}
	}
	return surface.Point{X: float64(p[0]), Y: float64(p[1])}
}

// length returns the Euclidean norm.
func length(p surface.Point) float64 {
	return math.Sqrt(float64(p.X*p.X) + float64(p.Y*p.Y))
}

// A sampler has the mini-batches of train.Batches, whose Append makes an epoch's order anew
// for each step. Without options it has none.
type sampler struct {
	options train.Batches
	order   []int // of an epoch
	epoch   int
}

// of returns the samples of a step's batch, or nil for all.
func (s *sampler) of(step int) []int {
	if s.options.Samples == 0 {
		return nil
	}
	if epoch := s.options.Epoch(step); s.order == nil || s.epoch != epoch {
		all := s.options
		all.Size = all.Samples
		s.order, s.epoch = all.Append(s.order[:0], epoch), epoch
	}
	from := step % s.options.PerEpoch() * s.options.Size
	return s.order[from:min(from+s.options.Size, len(s.order))]
}
