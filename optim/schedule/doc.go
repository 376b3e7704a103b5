// Package schedule has learning-rate schedules: what says how large a training step is.
//
//	opt, err := optim.New(rule, params, optim.WithSchedule(schedule.Cosine{TMax: 1000}))
//
// A [Schedule] is any type with a Rate, and a [Func] makes one of a function. Those of
// this package are structs of options with torch's names and meaning:
//
//	Constant            the rule's own rate, or a factor of it in the first steps
//	StepDecay           falls by a factor every so many steps
//	MultiStep           falls by a factor at given steps
//	Exponential         falls by a factor in every step
//	InverseTime         falls as 1/t
//	Polynomial          falls to the last rate along a power; 1 is a straight line
//	Cosine              falls along half a cosine
//	CosineWarmRestarts  falls along half a cosine, again and again
//	OneCycle            rises, and falls to almost nothing
//	Plateau             falls when a metric has stopped improving
//	WarmupStableDecay   rises, stays, and falls at the end
//	Warmup              rises, and then follows another schedule
//	Sequence            follows one schedule after the other
//
// All but [Plateau] are functions of the step alone. Every rate is computed in float64,
// operation by operation, and has the same bits on every machine.
//
// Schedules may do more than have a rate, a user's own included, through the interfaces
// [Validator] (options to check), [Outer] (schedules inside), [Observer] (a metric to
// follow) and [Saver] (a state to save).
//
// This package is below package optim, which asks a schedule once for every step, and
// knows nothing of it; package train, above both, tells observers their metric.
package schedule
