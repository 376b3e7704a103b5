package optim

import (
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// Gradients are those of one batch, of dense parameters and of sparse ones. They are indexed
// as the optimizer's parameters are; [Optimizer.NewGradients] makes them.
//
// In an optimizer of float32 the gradient of a dense parameter may be bfloat16, in BF16 in the
// place of Dense, whatever the parameter's own format. A step does with it what it does
// with the same numbers as float32, and gives the same bits: sums of several batches, the
// norm, clipping and the rule's own arithmetic are not rounded to bfloat16.
type Gradients[T kernels.Float] struct {
	Dense [][]T                // of each parameter, as long as it; nil for one that is sparse or has BF16
	BF16  [][]kernels.BFloat16 // of each parameter whose gradient is bfloat16; nil if none is
	Rows  []RowGradients[T]    // of each parameter that is sparse; nil if none is
}

// RowGradients are the gradients of some rows of a sparse parameter. A row may appear more
// than once: its gradients are added up, in the order of their appearance.
type RowGradients[T kernels.Float] struct {
	Rows   []int // indices of rows
	Values []T   // their gradients in the same order, one behind the other

	dim int // elements of a row; 0 if NewGradients has not made it
}

// Add appends rows, and returns room for their gradients, all zero, which is good until the
// next Add. r must be one of [Optimizer.NewGradients].
func (r *RowGradients[T]) Add(rows ...int) []T {
	r.Rows = append(r.Rows, rows...)
	n := len(r.Values)
	r.Values = slices.Grow(r.Values, len(rows)*r.dim)[:n+len(rows)*r.dim]
	clear(r.Values[n:])
	return r.Values[n:]
}

// Reset sets the dense gradients, of either type, to zero and removes all rows. The memory stays.
func (g *Gradients[T]) Reset() {
	for _, d := range g.Dense {
		clear(d)
	}
	for _, d := range g.BF16 {
		clear(d)
	}
	for i := range g.Rows {
		g.Rows[i].Rows, g.Rows[i].Values = g.Rows[i].Rows[:0], g.Rows[i].Values[:0]
	}
}

// NewGradients returns gradients of zeros for the parameters, in their order: bfloat16 ones for
// parameters that are BF16. A caller may put a Dense gradient in the place of one of these, and
// a BF16 one in the place of a Dense one.
func (o *Optimizer[T]) NewGradients() *Gradients[T] {
	g := &Gradients[T]{Dense: make([][]T, len(o.params))}
	for i := range o.params {
		switch p := &o.params[i]; {
		case p.Sparse:
			if g.Rows == nil {
				g.Rows = make([]RowGradients[T], len(o.params))
			}
			g.Rows[i].dim = p.Shape[1]
		case len(p.BF16) > 0:
			if g.BF16 == nil {
				g.BF16 = make([][]kernels.BFloat16, len(o.params))
			}
			g.BF16[i] = make([]kernels.BFloat16, p.Len())
		default:
			g.Dense[i] = make([]T, p.Len())
		}
	}
	return g
}

// StepGradients is [Optimizer.Step] with gradients of any kind: its batches have those of some
// rows of parameters that are Sparse, too. The norm that limits clip, the look for what is
// not finite, schedule, groups and snapshots are one for all parameters. It takes the
// gradients that [Optimizer.Accumulate] and [Optimizer.AccumulateGradients] have gathered as
// well. A table without rows in a step stays as it is; the step counts for it.
//
// The gradients of a row that appears more than once, in a batch or in several, are added up
// in the order of their appearance, and divided by the number of batches if their mean is
// taken: the step is that of dense gradients in which the other rows are 0, but that rows
// without a gradient and their state stay as they are. Weight decay, [L1] and [Bounds] reach
// the rows of the step alone. Bias corrections, as Adam's, go by the steps of the table, not
// by a row's. With every row in every step the rules that do not go by rows give the same
// bits as with a dense parameter.
//
// The errors are Step's, and nil among the batches; rows of a parameter that is not Sparse,
// and a dense gradient of one that is; an index that is not that of a row; another number
// of elements than a row's for each index; a gradient that is in Dense and in BF16; and one
// in BF16 where the optimizer's type is float64. Then nothing changes.
func (o *Optimizer[T]) StepGradients(batches ...*Gradients[T]) (Report, error) {
	defer o.release()
	return o.step(len(batches), o.takeGradients("StepGradients", batches, o.pending))
}

// AccumulateGradients is [Optimizer.Accumulate] with gradients of any kind. Of parameters that
// are Sparse it keeps the sums of the rows that were given.
func (o *Optimizer[T]) AccumulateGradients(batches ...*Gradients[T]) error {
	defer o.release()
	if err := o.takeGradients("AccumulateGradients", batches, 0); err != nil {
		return err
	}
	o.accumulate(len(batches))
	return nil
}
