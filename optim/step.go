package optim

import (
	"fmt"
	"math"
)

// Step takes one training step. A batch holds one gradient for each parameter,
// in the order of the parameters. Several batches are the gradients of
// micro-batches; their mean is taken, or what [WithReduction] says, together with
// those that [Optimizer.Accumulate] has gathered. Without a batch the step is
// taken with the latter alone. Step reads the gradients and leaves them as they
// are, unless [ZeroGrads] is set.
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
func (o *Optimizer[T]) Step(batches ...[][]T) (Report, error) {
	if len(batches) == 0 && o.pending == 0 {
		return Report{}, fmt.Errorf("optim: Step without gradients")
	}
	if len(o.cohorts) == 0 {
		return Report{}, fmt.Errorf("optim: Step with every parameter frozen")
	}
	if err := o.checkMode(); err != nil {
		return Report{}, err
	}
	if err := o.checkBatches("Step", batches); err != nil {
		return Report{}, err
	}
	lr, err := o.nextRate()
	if err != nil {
		return Report{}, err
	}

	factor := o.gather(batches) / o.scaling.scale // of the gradients in o.grads
	n := o.gradNorm().times(wide{frac: factor})
	r := Report{Step: o.steps + 1, LR: lr, GradNorm: n.value(), LossScale: o.scaling.scale}
	if !n.isFinite() || overflows(o.grads, n, factor) {
		r.Skipped, r.Reason = true, o.blame(factor)
		if o.now.clears {
			o.run(zero)
		}
	} else {
		r.ClipCoef = o.prepare(n, lr, factor)
		o.update()
		o.steps++
	}
	o.scaling.update(o.scaler, r.Skipped)
	o.pending = 0
	o.release()
	return r, o.skipped.update(&o.config, &r)
}

// gradNorm returns the norm of the gathered gradients, and notes the parameters'
// own sums of squares.
func (o *Optimizer[T]) gradNorm() wide {
	sum := o.sumSquares()
	if !isCertain[T](sum) {
		o.run(squareAgain)
		sum = o.sumSquares()
	}
	return sum.root()
}

// sumSquares adds up the blocks' sums, to each parameter's, which clipping by
// their own norms needs, and to the total. If that is certain, a parameter's own can
// be lost only where its norm is nothing beside the 1e-6 of clipping.
func (o *Optimizer[T]) sumSquares() squares {
	var sum, own squares
	blocks := o.plan.blocks
	for k, b := range blocks {
		own = own.plus(o.plan.squares[k])
		if k+1 < len(blocks) && blocks[k+1].param == b.param {
			continue
		}
		if o.clipParamNorm.set {
			o.params[b.param].squares = own
		}
		sum = sum.plus(own)
		own = squares{}
	}
	return sum
}

// blame finds the first gradient that is not finite.
func (o *Optimizer[T]) blame(factor float64) Reason {
	for i, g := range o.grads {
		if j, v, found := blame(g, factor); found {
			return Reason{o.params[i].Name, j, v}
		}
	}
	return Reason{}
}

// prepare computes the coefficients of the step from the norm of the gradients
// times factor. It returns the least coefficient of clipping by norms.
func (o *Optimizer[T]) prepare(n wide, lr, factor float64) float64 {
	least := one
	if o.clipParamNorm.set {
		n = o.clipParams(factor)
		for i := range o.params {
			if p := &o.params[i]; p.cohort >= 0 && p.coef.over(least).value() < 1 {
				least = p.coef
			}
		}
	}
	coef := one
	if o.clipNorm.set {
		coef = n.clip(o.clipNorm.value)
	}
	for i := range o.cohorts {
		c := &o.cohorts[i]
		first := &o.params[c.members[0]]
		scale := wide{frac: factor}.times(coef).times(first.coef)
		c.limit = T(wide{frac: o.clipValue.value}.over(scale).value())
		shift, rest := split[T](scale)
		c.pre = T(math.Ldexp(1, -shift))
		c.prepare(tick{t: first.steps + 1, lr: lr * o.groups[c.group].factor, scale: rest})
	}
	return least.times(coef).value()
}

// clipParams computes the coefficients that clip the parameters by their own
// norms, and returns the norm of what they leave.
func (o *Optimizer[T]) clipParams(factor float64) wide {
	var left squares
	for i := range o.params {
		p := &o.params[i]
		if p.cohort < 0 {
			continue
		}
		n := p.squares.root().times(wide{frac: factor})
		p.coef = n.clip(o.clipParamNorm.value)
		left = left.plus(n.times(p.coef).square())
	}
	return left.root()
}

// update takes the prepared step.
func (o *Optimizer[T]) update() {
	if o.trust {
		o.run(direct)
		for i := range o.params {
			o.params[i].pp, o.params[i].dd = squares{}, squares{}
		}
		for k, b := range o.plan.blocks {
			p := &o.params[b.param]
			p.pp, p.dd = p.pp.plus(o.plan.pp[k]), p.dd.plus(o.plan.dd[k])
		}
	}
	o.run(apply)
	for i := range o.cohorts {
		for _, j := range o.cohorts[i].members {
			o.params[j].steps++
		}
	}
}
