// Package optim turns gradients into training steps: update rules, parameter
// groups, clipping, and a step that composes them with a learning-rate schedule.
//
// It is thin. The user owns the model, computes the gradients and hands them to
// [Optimizer.Step]; parameters and gradients are plain slices of float32 or
// float64.
//
//	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{
//		{Name: "weights", Value: w},
//		{Name: "bias", Value: b},
//	}, optim.ClipNorm(1), optim.WithSchedule(schedule.Cosine{TMax: 1000}))
//	...
//	report, err := opt.Step([][]float32{gw, gb})
//
// # Rules
//
// A rule is a struct of options with the names and the meaning they have in
// torch.optim, where torch has the rule. NewAdam and the like fill in the usual
// values. The documentation of each struct has its formula; the file RULES.md, in
// the package's directory, puts formulas, state, options and papers side by side,
// and GUIDE.md leads from symptoms (the loss explodes, stalls, is NaN) to settings.
//
//	rule               state  bytes  after
//	SGD                    0     12  torch SGD
//	Momentum               1     20  Polyak 1964, Sutskever et al. 2013 (Nesterov), torch SGD
//	Adagrad                1     20  Duchi et al. 2011
//	RMSprop                1     20  Tieleman and Hinton 2012
//	  with Momentum       +1     +8
//	  with Centered       +1     +8  Graves 2013
//	Adadelta               2     28  Zeiler 2012
//	Adam                   2     28  Kingma and Ba 2015
//	  with AMSGrad        +1     +8  Reddi et al. 2018
//	AdamW                  2     28  Loshchilov and Hutter 2019
//	  with AMSGrad        +1     +8
//	Adamax                 2     28  Kingma and Ba 2015
//	NAdam                  2     28  Dozat 2016
//	RAdam                  2     28  Liu et al. 2020
//	AdaBelief              2     28  Zhuang et al. 2020
//	Lion                   1     20  Chen et al. 2023
//	FTRL                   2     28  McMahan et al. 2013
//	LARS                   1     28  You et al. 2017
//	LAMB                   2     40  You et al. 2020
//	Prodigy                4     52  Mishchenko and Defazio 2024
//	ScheduleFreeAdamW      2     28  Defazio et al. 2024
//	Muon                   1     20  Jordan et al. 2024
//	Adafactor              3     64  Shazeer and Stern 2018
//
// State is the number of vectors that the rule keeps for each parameter, as long as the
// parameter but for Adafactor's; bytes are the memory traffic of the update for one
// float32 parameter, reads and writes. Each rule is one fused kernel, a single pass over
// memory, but for LARS and LAMB, which need norms of the whole parameter first, Prodigy, which
// needs sums over all parameters, Muon, which multiplies matrices, and Adafactor, whose state
// is a number for each row and column of a matrix, or a vector of a vector's length.
//
// A first moment too small to matter is stored as zero, and a second one kept at or above a
// floor of 2^-102 (float32) or 2^-968 (see the numeric contract of package kernels): no step
// slows down on subnormal numbers, and none is longer for it. In float32 the floor's root,
// 4.4e-16, shows where both the gradients and Eps are smaller than about 1e-14. Adafactor is
// the exception: it divides gradients of any size, and subnormal ones slow it down. Its means
// of rows and columns are stored as zero below 2^-95 (2^-959), since Eps1 limits what divides.
//
// The parameters of [ScheduleFreeAdamW] hold the point where gradients are taken;
// [Optimizer.EvalMode] and [Optimizer.TrainMode] change to the averaged point for
// evaluation and back.
//
// # Rules of one's own
//
// A [RuleFunc] is a rule of one function, to try an idea with.
//
// A [Rule] is an interface of five methods, and so a user's struct can be one. It makes
// an [Updater], whose Prepare computes the coefficients of a step and whose Update
// takes the step for a part of a parameter, with the functions of package kernels or in
// a loop. The step cuts the parts, clips, scales and hands them to the workers; groups,
// schedules, snapshots and reports know the rule as they know those of this package,
// which have no other way in. Methods that only some rules need are
//
//   - of a Rule: [Decayer], a weight decay, which groups may change; [Scratcher],
//     vectors that hold nothing between steps; [StateShaper], state of other lengths
//     than the parameter's; [ShapeChooser], another rule for parameters of some shapes;
//     [Lazy], fit for sparse parameters; [L1Checker], none for [L1]; [Signer], state in 8
//     bits;
//   - of an Updater: [Initializer], state that does not start at zero; [Carrier],
//     numbers carried from step to step; [Measurer], sums over whole parameters before
//     the step; [WholeUpdater], whole matrices instead of parts; [Evaluator], another
//     point to evaluate than to train at.
//
// A struct that embeds one of this package's rules is a rule as well, and may have
// methods of its own in the place of some. WithDecay and ForShape, which return a rule, it
// must have itself where they are called. What a rule says of itself is checked by [New].
//
// # The step
//
// Step checks its arguments, reads every gradient once for the norms and for
// non-finite values, asks the schedule for the learning rate, and then updates
// each parameter in one pass into which everything that multiplies the gradients
// is folded: they are never rewritten. The order is torch's:
//
//  1. reduce the gradients of micro-batches ([WithReduction]), given at once or
//     one by one ([Optimizer.Accumulate]);
//  2. divide by the loss scale ([WithLossScaler]);
//  3. clip: each parameter's norm ([ClipParamNorm]), a group's ([GroupClipNorm]), the
//     norm of all ([ClipNorm]), each element ([ClipValue]);
//  4. update, move towards 0 and back into bounds where a group says so ([L1],
//     [Bounds]), and clear the gradients if [ZeroGrads] is set.
//
// A step with an infinite or NaN gradient is skipped as a whole: parameters,
// state and step counter stay as they were, the loss scale backs off, and the
// [Report] says which parameter was to blame. Ten in a row, without a loss scale that
// adapts itself, are an error ([FailAfterSkips]). [Unchecked] leaves out the first
// reading, and with it the norms and the skipping. After the first Step with some
// number of micro-batches no further Step with that number allocates.
//
// # Parameters
//
// [WithGroup] gives the parameters whose names it matches options of their own: a
// learning-rate factor and a weight decay ([LRFactor], [WeightDecay]), a rule and a
// schedule ([GroupRule], [GroupSchedule]), a norm to clip to ([GroupClipNorm]), bounds and
// an L1 penalty. [WithoutDecay] and [BiasOrNorm] are its usual use. A group that matches
// nothing is an error, if it is not [MayBeEmpty]; [Optimizer.Groups] tells what came of
// them all.
//
// [Optimizer.Freeze] leaves parameters out of all steps until [Optimizer.Thaw], and
// [Optimizer.AddParams] adds new ones. Each parameter counts its own steps.
// [Optimizer.Reset] begins anew from the present values.
//
// A parameter that is Sparse is a table of which each step touches a few rows: word vectors,
// or the factors of users and items. [Optimizer.StepGradients] and [Optimizer.AccumulateGradients]
// take [Gradients] of both kinds:
//
//	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{
//		{Name: "words", Value: table, Shape: []int{vocabulary, dim}, Sparse: true},
//		{Name: "weights", Value: w},
//	}, optim.ClipNorm(1))
//	g := opt.NewGradients()
//	...
//	room := g.Rows[0].Add(3, 17, 3) // for the gradients of these rows, in this order
//	...                             // into room and g.Dense[1]
//	report, err := opt.StepGradients(g)
//	g.Reset()
//
// Clipping, schedule, groups and snapshots are one for all. The rule of a table is [Lazy].
// [Optimizer.Grow] puts a longer table in the place of one.
//
// # Formats of fewer bits
//
// An optimizer of float32 can keep its rule's state in bfloat16 or in 8 bits
// ([WithStateFormat], [GroupStateFormat]), and parameters may be of bfloat16 ([Param].BF16),
// rounded at random or split without loss ([WithSplitParams]):
//
//	opt, err := optim.New(optim.NewAdamW(1e-3), []optim.Param[float32]{
//		{Name: "weights", BF16: w},
//	}, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(1))
//
// A step is that of float32 between a decoding and an encoding, in one pass where there is a
// fused kernel. The encoding rounds stochastically, by bits that are a function of the seed,
// the parameter's step and the element's place: nothing is lost in the mean, and all that is
// said here of reproducible runs holds. The file RULES.md says which rule has which format, and
// what it saves.
//
// In an optimizer of float32 [Gradients] may be bfloat16, in BF16, as backward passes in that
// type give them. Nothing in a step is rounded to it: the bits are those of the same gradients
// as float32.
//
// # Workers
//
// With [Workers] several goroutines share a step. They split it at blocks of 64
// KiB, many small parameters to one piece of work, and what is added over blocks is
// added in their order: the bits are those of one goroutine.
//
// # Several processes
//
// [Distributed] makes an optimizer that of one of several processes, ranks, that train one model
// together and are joined by a [Transport]; the module optim/distributed has one over MPI:
//
//	world, err := mpi.Init()
//	...
//	opt, err := optim.New(optim.NewAdamW(1e-3), params, optim.Distributed(world, 16))
//	lo, hi, n := opt.Share()
//	for number := lo; number < hi; number++ {
//		...                   // the gradients of micro-batch number of n
//		err = opt.Accumulate(grads)
//	}
//	report, err := opt.Step() // the same on all ranks
//
// Each rank has all parameters, and the rule's state of a part of them. Micro-batches are
// numbered over all ranks and added in a tree over their numbers ([ReduceTree]), sums of squares
// come from blocks that all ranks have alike: so any number of ranks gives the bits of one
// process with [WithReductionOrder](ReduceTree), whatever level each of them runs on. A rank on
// which something fails, or is otherwise than on the others, is an error of all that names it.
//
// # The rooms
//
// This package takes steps. What comes before a step, how long it is to be, and what comes
// around it, a loop over steps, are packages of their own:
//
//	optim/schedule    learning-rate schedules; knows nothing of optimizers
//	optim             rules, groups, clipping, the step, its state
//	optim/train       the loop: batches, when it ends, what watches and saves it, rate finder, sweeps
//	optim/checkpoint  saves any of it in a file
//	optim/gradcheck   compares an objective's gradients with differences of its losses
//	optim/gonumopt    L-BFGS and other line-search methods, by gonum
//	optim/distributed a module of its own: several processes, by MPI, and what they save
//
// A schedule is set by [WithSchedule] and asked once for each step. A loop of one's own tells a
// metric to [Optimizer.Observe], and takes the mini-batch that [Optimizer.Iterations] says;
// train.Fit does both.
//
// # Saved state
//
// [Optimizer.Snapshot] and [Optimizer.Restore] copy everything that the next step
// depends on, train.Run has both for what watches a run besides; package
// checkpoint writes it to a safetensors file, atomically, and reads it back. A
// resumed run gives the bits of one that never stopped, also on another level.
//
// # Errors
//
// Bad options are errors of [New]; bad gradients, and a bad learning rate from a
// user's schedule, are errors of Step, found before anything changes. They name
// the parameter or the option and the bad value. Nothing panics, whatever the
// arguments, but the methods of nil pointers and functions.
//
// # Reproducibility
//
// A training run gives the same bits on every level of package kernels and on
// every machine, with any number of workers and of ranks: kernels have one result, and what is
// computed here, once per step, is rounded operation by operation in float64.
package optim
