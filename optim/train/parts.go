package train

import (
	"context"
	"fmt"

	"github.com/seed63264101/steepest/optim"
)

// parts returns the number of parts of a batch: none is without a sample.
func (o *FitOptions[T]) parts(b Batch) int {
	parts := max(1, o.MicroBatches)
	if b.Samples != nil {
		parts = min(parts, len(b.Samples))
	}
	return parts
}

// part returns a part of a batch, of which the first ones may have a sample more.
func (b Batch) part(i, parts int) Batch {
	if n := len(b.Samples); n > 0 {
		from := i*(n/parts) + min(i, n%parts)
		to := (i+1)*(n/parts) + min(i+1, n%parts)
		b.Samples = b.Samples[from:to:to]
	}
	b.Part, b.Parts = i, parts
	return b
}

// advance computes a batch's loss and gradients and takes the step.
func (r *Run[T]) advance(ctx context.Context, c *crew[T], b Batch) (float64, optim.Report, error) {
	if n := r.opt.Accumulated(); n > 0 && (r.o.MicroBatches > 1 || r.ranks != nil) {
		return 0, optim.Report{}, fmt.Errorf("the gradients of %d batches are accumulated already, which MicroBatches = %d would mix with its own", n, r.o.MicroBatches)
	}
	parts := r.o.parts(b)
	if parts == 1 && r.ranks == nil {
		c.start(job{b.part(0, 1), 1})
		loss, g, err := c.finish(0)
		if err != nil {
			return 0, optim.Report{}, fmt.Errorf("objective: %w", err)
		}
		report, err := r.opt.StepGradients(g)
		return loss, report, err
	}
	r.gathering = true
	defer func() {
		r.opt.Discard() // what a step that was not taken has left
		r.gathering = false
	}()
	lo, hi, err := r.share(parts)
	if err != nil {
		return 0, optim.Report{}, err
	}
	last, err := r.gather(ctx, c, b, parts, lo, hi)
	if err != nil {
		return 0, optim.Report{}, err
	}
	losses, err := r.meetStepping(r.losses)
	if err != nil {
		return 0, optim.Report{}, err
	}
	report, err := r.opt.StepGradients(last...)
	return r.lossOf(b, losses), report, err
}

// gather accumulates the gradients of the parts lo to hi of a batch, exclusive, in their order,
// and notes their losses. The last of a rank's it returns instead: what is accumulated takes
// memory, and many ranks have one part.
func (r *Run[T]) gather(ctx context.Context, c *crew[T], b Batch, parts, lo, hi int) (last []*optim.Gradients[T], err error) {
	r.losses = r.losses[:0]
	started := lo
	for i := lo; i < hi; i++ {
		for ; started < min(hi, i+len(c.workers)); started++ {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			j := job{b.part(started, parts), 1}
			if r.weighs(b) {
				// The optimizer takes the mean of the parts as if all had the same length.
				j.scale = float64(len(j.Samples)*parts) / float64(len(b.Samples))
			}
			c.start(j)
		}
		partLoss, g, err := c.finish(i)
		if err != nil {
			return nil, fmt.Errorf("objective: part %d of %d: %w", i, parts, err)
		}
		r.losses = append(r.losses, partLoss)
		if r.ranks != nil && i == hi-1 {
			return []*optim.Gradients[T]{g}, nil
		}
		if err := r.opt.AccumulateGradients(g); err != nil {
			return nil, fmt.Errorf("part %d of %d: %w", i, parts, err)
		}
	}
	return nil, nil
}

// weighs reports whether a part of a batch counts by its share of the samples.
func (r *Run[T]) weighs(b Batch) bool {
	return r.opt.Reduction() != optim.ReduceSum && b.Samples != nil
}

// lossOf returns the loss of a batch with those of its parts.
func (r *Run[T]) lossOf(b Batch, losses []float64) (loss float64) {
	parts := len(losses)
	if parts == 1 {
		return losses[0]
	}
	for i, l := range losses {
		if r.weighs(b) {
			l = float64(l * float64(len(b.part(i, parts).Samples)))
		}
		loss += l
	}
	switch {
	case r.opt.Reduction() == optim.ReduceSum:
		return loss
	case b.Samples != nil:
		return loss / float64(len(b.Samples))
	}
	return loss / float64(parts)
}
