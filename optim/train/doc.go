// Package train runs a training and watches it: package optim takes one step, this package
// many.
//
//	result, err := train.Fit(ctx, opt, objective, train.FitOptions[float32]{
//		Batches:     &train.Batches{Samples: len(images), Size: 64, Seed: 1},
//		Epochs:      10,
//		Checkpoints: &checkpoint.Dir{Path: "run", Keep: 3},
//		Resume:      true,
//	})
//
// [Fit] is a small loop over a user's gradient function, the [Objective]. A [Run] is the same
// loop as a value that can be left, saved and entered again as if nothing had happened.
//
//	Batches        says which samples belong to a step, shuffled anew in each epoch
//	StepLimit      ends a run after so many iterations
//	GradNormLimit  at a small gradient
//	LossChange     when the loss hardly changes
//	EarlyStopping  when a metric on validation data gets no better; keeps the best parameters
//	StopFunc       when a user's function says so
//	Divergence     fails at a loss that is infinite, NaN, or far above its average
//	History        records a run, for a table in CSV
//	WeightAverage  averages the parameters, exponentially (EMA) or evenly (SWA)
//	MovingAverage  averages a loss
//
// [FindRate] takes a few steps with each of many learning rates to find one to begin with.
// [Sweep] trains a run for each of some rates, and values of another option, to the end.
//
// # Batches, parts and workers
//
// An objective is called for the samples of a [Batch]. [FitOptions.MicroBatches] cuts the batch
// of a step into parts, and [FitOptions.Workers] computes them at the same time; the bits
// are those of one worker. kernels.Gather copies the rows of the samples side by side.
//
// # Several ranks
//
// With an optimizer that is [optim.Distributed] all ranks make the same run, with the same
// options and data, and call Fit together. Each calls its objective for its share of a batch's
// parts; a batch with fewer samples than MicroBatches is shared as well. Losses, metrics,
// averages, the History and the reason to stop are the same on all ranks, and have the bits of
// one process with [optim.WithReductionOrder](ReduceTree) and the same MicroBatches.
//
// The ranks meet before each step, after Validate, and at the end. What goes wrong on one ends
// Fit on all, after the same iteration and with an error that names the rank: an error or a panic
// of a callback, a context that is cancelled, a rule that ends the run there alone, another option
// or metric. Progress, Workers, and ProgressEvery without a History may differ: one rank may
// print for all. A metric that is dear can be computed in parts, or by one rank, and be shared by
// [optim.Optimizer.AllGather]. Every rank must call NewRun without an error, or Fit, which tells
// the others.
//
// # Saving a run
//
// What a run depends on is one Snapshot: the optimizer with its schedules, the place in the
// epoch, averages, what the rules and Divergence know, the History. With
// [FitOptions.Checkpoints] the run saves it as it goes, and when it is cancelled; with
// [FitOptions.Resume] a program that is started again goes on from there. By hand,
// checkpoint.Save(path, run) and checkpoint.Load(path, run) do the same at one place. What is
// not in it are the arguments of [NewRun], which the program makes again, and what callbacks
// remember. On several ranks a Snapshot is taken, and restored, by all together; it is that of
// one process, and a run goes on from it on any number of ranks.
//
// # Rules of one's own
//
// A [StopRule] is any type with a Stop. It may do more through the interfaces [Validator]
// (options to check), [Saver] and [VectorSaver] (a state to save with a Run), [MetricRule]
// (metrics are needed) and [Keeper] (parameters to put back).
//
// All but Fit, Run, FindRate and Sweep can be used in a loop of one's own. Errors begin with
// the package that found them: train where a run is at fault, optim where a step is.
package train
