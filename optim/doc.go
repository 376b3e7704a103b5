// Package optim turns gradients into training steps: update rules, learning-rate
// schedules, clipping, and a step that composes them.
//
// It is thin. The user owns the model, computes the gradients and hands them to
// [Optimizer.Step]; parameters and gradients are plain slices of float32 or
// float64.
//
//	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{
//		{Name: "weights", Value: w},
//		{Name: "bias", Value: b},
//	}, optim.ClipNorm(1), optim.WithSchedule(optim.Cosine{TMax: 1000}))
//	...
//	report, err := opt.Step([][]float32{gw, gb})
//
// # Rules
//
// A rule is a struct of options with the names and the meaning they have in
// torch.optim. With g the gradient, multiplied by the clip coefficient, and by
// -1 where Maximize is set, γ the step's learning rate, λ WeightDecay, μ
// Momentum, τ Dampening and t the number of the step, counted from 1:
//
//	rule       state   update of one element p                          source
//	SGD        -       d = g + λp; p -= γd                               torch SGD
//	Momentum   b       d = g + λp; b = μb + (1-τ)d; p -= γb              Polyak 1964, torch SGD
//	  Nesterov b       as above, but p -= γ(d + μb)                      Sutskever et al. 2013, torch SGD
//	Adam       m, v    d = g + λp; m = β1·m + (1-β1)d;                   Kingma and Ba 2015, torch Adam
//	                   v = β2·v + (1-β2)d²;
//	                   p -= γ · m/(1-β1^t) / (sqrt(v/(1-β2^t)) + ε)
//	AdamW      m, v    p -= γλp, then as Adam with λ = 0                 Loshchilov and Hutter 2019, torch AdamW
//
// State starts at zero; Momentum's first step is b = d, without dampening. Each
// rule is one fused kernel, a single pass over memory. A moment too small to
// matter is stored as zero (see [kernels.Adam]), so that no step slows down on
// subnormal numbers.
//
// # The step
//
// Step checks its arguments, reads every gradient once for the global norm and
// for non-finite values, derives the clip coefficient, asks the schedule for the
// learning rate, and then updates each parameter in one pass into which the clip
// coefficient is folded: the gradients are never rewritten. Several gradients
// per parameter, those of micro-batches or of workers, are reduced on the way.
//
// A step with an infinite or NaN gradient is skipped as a whole: parameters,
// state and step counter stay as they were, and the [Report] says which
// parameter was to blame. After the first Step with some number of micro-batches
// no further Step with that number allocates.
//
// # Errors
//
// Bad options are errors of [New]; bad gradients, and a bad learning rate from a
// user's schedule, are errors of Step, found before anything changes. They name
// the parameter or the option and the bad value. No function panics.
//
// # Reproducibility
//
// A training run gives the same bits on every level of package kernels and on
// every machine: kernels have one result, and what is computed here, once per
// step, is rounded operation by operation in float64.
package optim
