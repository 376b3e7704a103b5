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
	if n := r.opt.Accumulated(); n > 0 && r.o.MicroBatches > 1 {
		return 0, optim.Report{}, fmt.Errorf("the gradients of %d batches are accumulated already, which MicroBatches = %d would mix with its own", n, r.o.MicroBatches)
	}
	parts := r.o.parts(b)
	if parts == 1 {
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
	loss, err := r.gather(ctx, c, b, parts)
	if err != nil {
		return 0, optim.Report{}, err
	}
	report, err := r.opt.StepGradients()
	return loss, report, err
}

// gather accumulates the gradients of a batch's parts, in their order, and returns its loss.
func (r *Run[T]) gather(ctx context.Context, c *crew[T], b Batch, parts int) (loss float64, err error) {
	sum := r.opt.Reduction() == optim.ReduceSum
	started := 0
	for i := range parts {
		for ; started < min(parts, i+len(c.workers)); started++ {
			if ctx.Err() != nil {
				return 0, context.Cause(ctx)
			}
			j := job{b.part(started, parts), 1}
			if !sum && b.Samples != nil {
				// The optimizer takes the mean of the parts as if all had the same length.
				j.scale = float64(len(j.Samples)*parts) / float64(len(b.Samples))
			}
			c.start(j)
		}
		partLoss, g, err := c.finish(i)
		if err != nil {
			return 0, fmt.Errorf("objective: part %d of %d: %w", i, parts, err)
		}
		if err := r.opt.AccumulateGradients(g); err != nil {
			return 0, fmt.Errorf("part %d of %d: %w", i, parts, err)
		}
		if !sum && b.Samples != nil {
			partLoss = float64(partLoss * float64(len(b.part(i, parts).Samples)))
		}
		loss += partLoss
	}
	switch {
	case sum:
		return loss, nil
	case b.Samples != nil:
		return loss / float64(len(b.Samples)), nil
	}
	return loss / float64(parts), nil
}
