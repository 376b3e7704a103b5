package train

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// An Objective is what a run minimises. It returns the loss at the parameters' present
// values and adds its gradients to g, which is indexed as the optimizer's parameters are:
// all dense ones are zero, and sparse ones have no rows. Both are means over the samples of
// the batch. An error ends the run.
//
// With a loss scale the gradients, but not the loss, are multiplied by
// [optim.Optimizer.LossScale]. [FindRate] should be given no loss scale.
type Objective[T kernels.Float] func(b Batch, g *optim.Gradients[T]) (loss float64, err error)

// A Batch says what an Objective is called for.
type Batch struct {
	Step    int   // iterations of the run before this one, the skipped ones included
	Epoch   int   // passes over the samples before this one; 0 without Batches
	Samples []int // indices of the samples, to be read during the call; nil without Batches
}
