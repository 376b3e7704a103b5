package optim

import "math"

// Step takes one training step. A batch holds one gradient for each parameter,
// in the order of the parameters. Several batches are the gradients of
// micro-batches; their mean is taken, or what [WithReduction] says, in the order of
// [WithReductionOrder], together with those that [Optimizer.Accumulate] has gathered.
// Without a batch the step is taken with the latter alone. Step reads the gradients
// and leaves them as they are, unless [ZeroGrads] is set.
//
// The order of things is torch's: reduce, divide by the loss scale, clip, update.
//
// A gradient that is infinite or NaN, or that becomes so in the reduction, skips
// the step: parameters and state stay as they are, the report says why, and a
// [LossScaler] backs off. That is not an error, unless it has happened several
// times in a row: then the report comes with a *[SkippedError], see
// [FailAfterSkips]. Accumulated gradients are used up by a skipped step too.
//
// It is an error if there is no gradient at all, if every parameter is frozen, if
// a gradient is missing, nil, of another length than its parameter or in the
// memory of a parameter, and if the schedule gives a learning rate that is
// negative or not finite. Then nothing changes whatever.
//
// With [Unchecked] no gradient is looked at before the update.
//
// Of an optimizer that is [Distributed] all ranks must call Step or StepGradients together, each
// with its own share of the micro-batches, which may be none. An error on one of them is one on
// all, and so is one of the transport; after that the parameters may be those of half a step.
func (o *Optimizer[T]) Step(batches ...[][]T) (Report, error) {
	defer o.release()
	return o.step(len(batches), o.takeDense("Step", batches, o.pending))
}

// step takes the step of so many batches that were taken, unless there was an error.
func (o *Optimizer[T]) step(batches int, err error) (Report, error) {
	if !ranked || o.world == nil {
		return o.tryStep(batches, err)
	}
	return o.stepOnRanks(batches, err)
}

// stepOnRanks is step with others. Apart from it, what it captures is not allocated for one
// process.
func (o *Optimizer[T]) stepOnRanks(batches int, err error) (r Report, _ error) {
	err = o.world.within("Step", func() error {
		r, err = o.tryStep(batches, err)
		return err
	})
	return r, err
}

func (o *Optimizer[T]) tryStep(batches int, err error) (Report, error) {
	var lr float64
	if err == nil {
		lr, err = o.nextRates()
	}
	if ranked && o.world != nil {
		err = o.world.agree(o, "Step", o.eachOfStep, err)
	}
	if err != nil {
		return Report{}, err
	}
	r, err := o.take(lr, batches)
	if err != nil {
		return Report{}, err
	}
	return r, o.skipped.update(&o.config, &r)
}

// take takes the step at the rate. The errors are those of a transport.
func (o *Optimizer[T]) take(lr float64, batches int) (Report, error) {
	factor := o.gather(batches) / o.scaling.scale // of the gradients in o.grads
	n := wide{frac: math.NaN()}
	if !o.unchecked {
		n = o.gradNorm().times(wide{frac: factor})
	}
	if err := o.failed(); err != nil {
		return Report{}, err
	}
	r := Report{Step: o.steps + 1, LR: lr, GradNorm: n.value(), LossScale: o.scaling.scale, GroupLRs: o.rates}
	if !o.unchecked && (!n.isFinite() || o.overflows(n, factor)) {
		r.Skipped, r.Reason = true, o.blame(factor)
		if o.pass.clears {
			o.run(zero)
		}
	} else {
		r.ClipCoef = o.prepare(n, factor)
		o.update()
		o.steps++
	}
	o.scaling.update(o.scaler, r.Skipped)
	o.pending, o.nodes = 0, o.nodes[:0]
	return r, o.failed()
}

// failed returns the error of the transport, after which this process knows no more where the
// others are.
func (o *Optimizer[T]) failed() error {
	if !ranked || o.world == nil {
		return nil
	}
	return o.world.failed()
}

// prepare computes the coefficients of the step from the norm of the gradients
// times factor. It returns the least coefficient of clipping by norms.
func (o *Optimizer[T]) prepare(n wide, factor float64) float64 {
	least, all := o.clip(n, factor)
	for i := range o.cohorts {
		c := &o.cohorts[i]
		first := &o.params[c.members[0]]
		scale := wide{frac: factor}.times(all).times(first.coef)
		c.clip = T(wide{frac: o.clipValue.value}.over(scale).value())
		shift, rest := split[T](scale)
		if c.pre = 1; shift != 0 {
			c.pre = T(math.Ldexp(1, -shift))
		}
		c.rate = o.rates[c.group]
		c.Prepare(StepInfo{Step: c.steps + 1, LR: c.rate, Scale: rest})
	}
	return least.times(all).value()
}

// update takes the prepared step.
func (o *Optimizer[T]) update() {
	if o.measures {
		o.run(measure)
		o.pass.reduces = false
		o.conclude()
	}
	if o.failed() != nil {
		return
	}
	if ranked && o.world != nil {
		o.world.apply(o)
	} else {
		o.run(apply)
	}
	for i := range o.cohorts {
		o.cohorts[i].steps++
	}
}

// conclude adds up what the blocks have measured, and tells the updaters.
func (o *Optimizer[T]) conclude() {
	for i := range o.params {
		o.params[i].own = [2]Sum{}
	}
	blocks, measured := o.plan.blocks[:o.plan.dense.blocks], o.plan.measured
	if ranked && o.world != nil {
		blocks, measured = o.world.measured(o)
	}
	for k, b := range blocks {
		p := &o.params[b.param]
		p.own = plus2(p.own, measured[k])
	}
	for i := range o.cohorts {
		o.cohorts[i].total = [2]Sum{}
	}
	for i := range o.params {
		if p := &o.params[i]; p.cohort >= 0 {
			first := &o.cohorts[o.cohorts[p.cohort].leader]
			first.total = plus2(first.total, p.own)
		}
	}
	for i := range o.cohorts {
		if c := &o.cohorts[i]; c.measurer != nil {
			c.measurer.Conclude(o.cohorts[c.leader].total)
		}
	}
}

// plus2 adds pairs of sums.
func plus2(a, b [2]Sum) [2]Sum { return [2]Sum{a[0].plus(b[0]), a[1].plus(b[1])} }
