package race

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
)

// A Cloud is the gradients of mini-batches at one point.
type Cloud struct {
	At        surface.Point
	Batch     int           // samples in each
	Full      surface.Point // gradient over all samples
	X, Y      []float64     // gradients of the first batches of the experiment's seed
	Mean, Std surface.Point // of these
}

// NewCloud returns the gradients of n mini-batches at a point. It is an error if the objective
// has no samples, or the experiment takes them all at once.
func NewCloud(s *spec.State, at surface.Point, n int) (*Cloud, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	if s.Surface.Samples == 0 {
		return nil, fmt.Errorf("%s is no mean over samples: its gradient has no noise", s.Surface.Kind.Name)
	}
	if s.Batch == 0 || s.Batch >= s.Surface.Samples {
		return nil, errors.New("the batch is all samples: there is no noise")
	}
	if s.Double {
		return newCloud[float64](s, at, n), nil
	}
	return newCloud[float32](s, at, n), nil
}

func newCloud[T kernels.Float](s *spec.State, at surface.Point, n int) *Cloud {
	there := *s
	there.Start = at
	ground := newGround[T](&there)
	ground.look()
	c := &Cloud{At: point(ground.p), Batch: s.Batch, Full: point(ground.whole)}
	for range n {
		g := point(ground.slope(true))
		c.X, c.Y = append(c.X, g.X), append(c.Y, g.Y)
	}
	c.Mean.X, c.Std.X = moments(c.X)
	c.Mean.Y, c.Std.Y = moments(c.Y)
	return c
}

// moments returns mean and standard deviation.
func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	var squares float64
	for _, v := range x {
		squares += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(squares / float64(len(x)))
}

// Seeded returns the path of a run with the seed that is by so many larger than the
// experiment's.
func Seeded(s *spec.State, run spec.Run, more int) Path {
	other := *s
	other.Seed += uint64(more)
	return Follow(&other, run)
}

// A Reading is a run with batches of one size.
type Reading struct {
	Path  Path
	Batch int       // samples in one
	Read  []float64 // samples read up to each position
}

// Sizes returns a run with batches of all samples, of the experiment's size, and of one, for as
// many steps each, without what would be there twice.
func Sizes(s *spec.State, run spec.Run) ([]Reading, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	n := s.Surface.Samples
	if n == 0 {
		return nil, fmt.Errorf("%s is no mean over samples: there are no batches", s.Surface.Kind.Name)
	}
	sizes := []int{n}
	if s.Batch > 1 && s.Batch < n {
		sizes = append(sizes, s.Batch)
	}
	var all []Reading
	for _, size := range append(sizes, 1) {
		other := *s
		other.Batch = size
		r := Reading{Path: Follow(&other, run), Batch: size}
		for i := range r.Path.X {
			r.Read = append(r.Read, float64(samplesRead(i, size, n)))
		}
		all = append(all, r)
	}
	return all, nil
}

// samplesRead returns how many samples so many steps have read: the last batch of an epoch has
// what is left.
func samplesRead(steps, size, samples int) int {
	perEpoch := (samples + size - 1) / size
	return steps/perEpoch*samples + steps%perEpoch*size
}
