package train

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// An Objective is what a run minimises. It returns the loss at the parameters' present
// values and adds its gradients to g, which is indexed as the optimizer's parameters are:
// all dense ones are zero, and sparse ones have no rows. Those of parameters that are BF16 are
// in g.BF16, unless the objective puts Dense ones in their places. All are means over the
// samples of the batch. g and the samples are good during the call. An error ends the run.
//
// With [FitOptions.Workers] it is called for several parts of a batch at a time. It must not
// write to what these calls share; scratch memory can be kept for each Batch.Worker. What it
// computes may depend on Step and Part, but not on Worker.
//
// With a loss scale the gradients, but not the loss, are multiplied by
// [optim.Optimizer.LossScale]. [FindRate] should be given no loss scale.
type Objective[T kernels.Float] func(b Batch, g *optim.Gradients[T]) (loss float64, err error)

// A Batch says what an Objective is called for.
type Batch struct {
	Step   int // iterations of the run before this one, the skipped ones included
	Epoch  int // passes over the samples before this one; 0 without Batches
	Part   int // number of this part of the step's batch, from 0
	Parts  int // of the step's batch: 1 unless there are MicroBatches
	Worker int // number of the goroutine that calls, from 0: no two calls at a time have the same

	Samples []int // indices of the samples, to be read during the call; nil without Batches
}
