package neural

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Contender makes the optimizer of a run. Where it gives parameters a
// BF16 in the place of their Value, the network computes with what these are after each step.
type Contender func(params []optim.Param[float32]) (*optim.Optimizer[float32], error)

// A Trainer trains one network for each contender, with the same data, initial weights and
// mini-batches, side by side.
type Trainer struct {
	Steps int // that each run is to take
	Batch int // samples in a mini-batch, at most those to train with
	Runs  []*Run

	seed  uint64 // of the mini-batches
	order []int  // of the samples in the present epoch
	step  int
	every int // steps between two points of the curves
}

// mostPoints is how many points the curves of a run have at most, about.
const mostPoints = 200

// maxKept bounds the numbers of all parameters that a path keeps.
const maxKept = 1 << 20

// NewTrainer returns a trainer of so many steps. A batch of 0 is all samples; otherwise an epoch
// is in the order of train.Batches with the seed.
func NewTrainer(c Config, steps, batch int, seed uint64, contenders ...Contender) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if batch <= 0 || batch > c.Samples {
		batch = c.Samples
	}
	t := &Trainer{Steps: steps, Batch: batch, seed: seed, order: make([]int, c.Samples)}
	data := NewData(c)
	for _, contender := range contenders {
		r, err := newRun(newNetwork(c, data), contender)
		if err != nil {
			return nil, err
		}
		t.Runs = append(t.Runs, r)
	}
	points := mostPoints
	if len(t.Runs) > 0 {
		points = min(points, max(20, maxKept/t.Runs[0].Network.Len()))
	}
	t.every = max(1, (steps+points-1)/points)
	return t, nil
}

// Step returns the number of steps taken.
func (t *Trainer) Step() int { return t.step }

// Epoch returns the number of passes over the samples that are complete.
func (t *Trainer) Epoch() int { return t.step / t.perEpoch() }

func (t *Trainer) perEpoch() int { return (len(t.order) + t.Batch - 1) / t.Batch }

// Done reports whether all steps are taken.
func (t *Trainer) Done() bool { return t.step >= t.Steps }

// Advance takes one step of each run, unless they are done.
func (t *Trainer) Advance() {
	if t.Done() {
		return
	}
	samples := t.samples()
	for _, r := range t.Runs {
		r.advance(t.step, samples, t.step%t.every == 0)
	}
	if t.step++; t.Done() {
		for _, r := range t.Runs {
			r.finish(t.step)
		}
	}
}

// samples returns those of the next mini-batch, nil for all.
func (t *Trainer) samples() []int {
	if t.Batch == len(t.order) {
		return nil
	}
	n := t.perEpoch()
	if t.step%n == 0 {
		kernels.Permutation(t.order, t.seed, uint64(t.step/n))
	}
	from := t.step % n * t.Batch
	return t.order[from:min(from+t.Batch, len(t.order))]
}

// Hash returns 16 hexadecimal digits, FNV-1a over what each run computed, in float64: the loss of
// each step's samples, and then the parameters.
func (t *Trainer) Hash() string {
	h := fnv.New64a()
	var b [8]byte
	add := func(x float64) {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
		h.Write(b[:])
	}
	for _, r := range t.Runs {
		for _, loss := range r.Losses {
			add(loss)
		}
		for _, values := range r.Network.Values() {
			for _, v := range values {
				add(float64(v))
			}
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
