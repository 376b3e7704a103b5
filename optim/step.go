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
// [LossScaler] backs off. That is not an error. Accumulated gradients are used
// up by a skipped step too.
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
	n := newNorm(o.grads, o.sumSquares()).times(factor)
	r := Report{Step: o.steps + 1, LR: lr, GradNorm: n.value(), LossScale: o.scaling.scale}
	if !n.isFinite() || overflows(o.grads, n, factor) {
		r.Skipped, r.Reason = true, o.blame(factor)
		o.skipped++
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
	return r, nil
}

// sumSquares adds up the blocks' sums, to each parameter's, which clipping by
// their own norms needs, and to the total.
func (o *Optimizer[T]) sumSquares() float64 {
	var sum, own float64
	blocks := o.plan.blocks
	for k, b := range blocks {
		own += o.plan.squares[k]
		if k+1 < len(blocks) && blocks[k+1].param == b.param {
			continue
		}
		if o.clipParamNorm.set {
			o.params[b.param].squares = own
		}
		sum += own
		own = 0
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
func (o *Optimizer[T]) prepare(n norm, lr, factor float64) float64 {
	least := 1.0
	if o.clipParamNorm.set {
		n = o.clipParams(factor)
		for i := range o.params {
			if o.params[i].cohort >= 0 {
				least = min(least, o.params[i].coef)
			}
		}
	}
	coef := 1.0
	if o.clipNorm.set {
		coef = n.clip(o.clipNorm.value)
	}
	for i := range o.cohorts {
		c := &o.cohorts[i]
		first := &o.params[c.members[0]]
		scale := factor * coef * first.coef
		c.limit = T(o.clipValue.value / scale)
		c.prepare(tick{t: first.steps + 1, lr: lr * o.groups[c.group].factor, scale: scale})
	}
	return least * coef
}

// clipParams computes the coefficients that clip the parameters by their own
// norms, and returns the norm of what they leave.
func (o *Optimizer[T]) clipParams(factor float64) norm {
	var largest float64
	for i := range o.params {
		p := &o.params[i]
		if p.cohort < 0 {
			continue
		}
		n := newNorm(o.grads[i:i+1], p.squares).times(factor)
		p.coef = n.clip(o.clipParamNorm.value)
		p.clipped = n.times(p.coef).value()
		largest = max(largest, p.clipped)
	}
	if largest == 0 {
		return norm{}
	}
	// Squares relative to the largest norm cannot overflow.
	var sum float64
	for i := range o.params {
		if p := &o.params[i]; p.cohort >= 0 {
			v := p.clipped / largest
			sum += float64(v * v)
		}
	}
	return norm{frac: largest * math.Sqrt(sum)}
}

// update takes the prepared step.
func (o *Optimizer[T]) update() {
	if o.trust {
		o.run(direct)
		for i := range o.params {
			o.params[i].pp, o.params[i].dd = 0, 0
		}
		for k, b := range o.plan.blocks {
			o.params[b.param].pp += o.plan.pp[k]
			o.params[b.param].dd += o.plan.dd[k]
		}
	}
	o.run(apply)
	for i := range o.cohorts {
		for _, j := range o.cohorts[i].members {
			o.params[j].steps++
		}
	}
}
