package train

import (
	"cmp"
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// Batches says which samples the mini-batch of a step has. It is a pure function of the
// options and the step, so that a run that is resumed in the middle of an epoch goes on with
// the samples that come next.
//
// An epoch is a pass over all samples: in the order of kernels.Permutation(order, Seed, epoch),
// which is another one for each epoch, or InOrder. It is cut in batches of Size samples.
// The last batch has the rest, if the samples do not divide, or is left out with DropLast:
// the samples that are in it differ between epochs that are shuffled.
//
// The rows of a matrix that are a batch's, kernels.Gather copies side by side.
type Batches struct {
	Samples  int    // number of samples, > 0
	Size     int    // samples in a batch, > 0; with DropLast at most Samples
	Seed     uint64 // of the order
	DropLast bool   // leave out a last batch that is shorter
	InOrder  bool   // do not shuffle
}

// Validate returns an error if an option is out of its domain.
func (b Batches) Validate() error {
	if err := cmp.Or(domain.Whole("Samples", b.Samples, 1), domain.Whole("Size", b.Size, 1)); err != nil {
		return err
	}
	if b.DropLast && b.Size > b.Samples {
		return fmt.Errorf("Size = %d, want at most Samples = %d beside DropLast, which leaves no batch", b.Size, b.Samples)
	}
	return nil
}

// PerEpoch returns the number of batches in an epoch, 0 for options that Validate refuses.
func (b Batches) PerEpoch() int {
	switch {
	case b.Samples < 1 || b.Size < 1:
		return 0
	case b.DropLast:
		return b.Samples / b.Size
	}
	return (b.Samples-1)/b.Size + 1
}

// Steps returns the number of batches in so many epochs, at most the largest int.
func (b Batches) Steps(epochs int) int {
	n := b.PerEpoch()
	if n == 0 || epochs < 1 {
		return 0
	}
	if epochs > math.MaxInt/n {
		return math.MaxInt
	}
	return epochs * n
}

// Epoch returns the number of epochs before that of a step. The first step is 0.
func (b Batches) Epoch(step int) int {
	if n := b.PerEpoch(); n > 0 {
		return max(step, 0) / n
	}
	return 0
}

// Append appends the indices of the samples of a step's batch to dst. It makes the order of
// the whole epoch for that: a [Run], whose steps follow each other, makes it once an epoch.
func (b Batches) Append(dst []int, step int) []int {
	return append(dst, newSampler(b).batch(step)...)
}

// A sampler is Batches with the order of an epoch in memory.
type sampler struct {
	Batches
	order []int // nil before the first
	epoch int   // whose order it is
}

func newSampler(b Batches) *sampler { return &sampler{Batches: b} }

// of returns a step's Batch, one without samples if s is nil.
func (s *sampler) of(step int) Batch {
	b := Batch{Step: step, Parts: 1}
	if s != nil {
		b.Epoch, b.Samples = s.Epoch(step), s.batch(step)
	}
	return b
}

// batch returns the samples of a step, none if there is no such batch. The slice is good
// until the next epoch's.
func (s *sampler) batch(step int) []int {
	n := s.PerEpoch()
	if n == 0 || step < 0 {
		return nil
	}
	if epoch := step / n; s.order == nil || s.epoch != epoch && !s.InOrder {
		s.arrange(epoch)
	}
	from := step % n * s.Size
	to := from + min(s.Size, s.Samples-from)
	return s.order[from:to:to]
}

// arrange sets the order to that of an epoch.
func (s *sampler) arrange(epoch int) {
	if s.order == nil {
		s.order = make([]int, s.Samples)
	}
	s.epoch = epoch
	if !s.InOrder {
		kernels.Permutation(s.order, s.Seed, uint64(epoch))
		return
	}
	for i := range s.order {
		s.order[i] = i
	}
}
