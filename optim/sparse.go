package optim

// StepSparse is [Optimizer.Step] for models in which parameters are Sparse: its batches have
// the gradients of some of their rows, too. The norm that limits clip, the look for what is
// not finite, schedule, groups and snapshots are one for all parameters. It takes the
// gradients that [Optimizer.Accumulate] and [Optimizer.AccumulateSparse] have gathered as
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
// and a dense gradient of one that is; an index that is not that of a row; and another number
// of elements than a row's for each index. Then nothing changes.
func (o *Optimizer[T]) StepSparse(batches ...*Gradients[T]) (Report, error) {
	defer o.release()
	if err := o.takeSparse("StepSparse", batches, o.pending); err != nil {
		return Report{}, err
	}
	return o.step(len(batches))
}

// AccumulateSparse is [Optimizer.Accumulate] for models in which parameters are Sparse. It
// keeps the sums of the rows that were given.
func (o *Optimizer[T]) AccumulateSparse(batches ...*Gradients[T]) error {
	defer o.release()
	if err := o.takeSparse("AccumulateSparse", batches, 0); err != nil {
		return err
	}
	o.accumulate(len(batches))
	return nil
}
