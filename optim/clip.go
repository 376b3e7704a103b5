package optim

// gradNorm reduces the gathered gradients where that is to be done, and returns their
// norm. It notes the parameters' own sums of squares where clipping needs them.
func (o *Optimizer[T]) gradNorm() wide {
	if o.world == nil { // or they are there already
		o.run(square)
		o.pass.reduces = false
	}
	sum := o.sumSquares(false)
	if !isCertain[T](sum) {
		o.run(squareAgain)
		sum = o.sumSquares(true)
	}
	return sum.root()
}

// sumSquares adds up the blocks' sums, to each parameter's and to the total. If that
// is certain, a parameter's own can be lost only where its norm is nothing beside the
// 1e-6 of clipping.
func (o *Optimizer[T]) sumSquares(again bool) Sum {
	var sum, own Sum
	for _, i := range o.tables {
		o.params[i].squares = Sum{} // if there are no rows
	}
	notes := o.needsOwn || len(o.tables) > 0
	blocks, squares := o.plan.blocks, o.plan.squares
	if o.world != nil {
		blocks, squares = o.world.squares(o, again)
	}
	for k, b := range blocks {
		own = own.plus(squares[k])
		if k+1 < len(blocks) && blocks[k+1].param == b.param {
			continue
		}
		if notes {
			o.params[b.param].squares = own
		}
		sum = sum.plus(own)
		own = Sum{}
	}
	if len(o.tables) == 0 {
		return sum
	}
	sum = Sum{} // in the order of the parameters, which blocks of rows are not in
	for i := range o.params {
		if p := &o.params[i]; p.cohort >= 0 {
			sum = sum.plus(p.squares)
		}
	}
	return sum
}

// clip computes the coefficients that clip by norms: those of single parameters and of
// groups, which it notes with the parameters, and that of all gradients. n is the norm
// of the gradients times factor. It returns also the least of the first.
func (o *Optimizer[T]) clip(n wide, factor float64) (least, all wide) {
	least, all = one, one
	if o.needsOwn {
		n = o.clipParams(factor)
		for i := range o.params {
			if p := &o.params[i]; p.cohort >= 0 && p.coef.over(least).value() < 1 {
				least = p.coef
			}
		}
	}
	if o.clipNorm.set {
		all = n.clip(o.clipNorm.value)
	}
	return least, all
}

// clipParams computes the coefficients that clip the parameters by their own norms and
// by those of what GroupClipNorm names, and returns the norm of what they leave.
func (o *Optimizer[T]) clipParams(factor float64) wide {
	for i := range o.params {
		p := &o.params[i]
		p.coef = one
		if p.cohort >= 0 && o.clipParamNorm.set {
			p.coef = p.squares.root().times(wide{frac: factor}).clip(o.clipParamNorm.value)
		}
	}
	for i := range o.settings {
		if s := &o.settings[i]; s.clipNorm.set {
			coef := o.leftOf(i, factor).clip(s.clipNorm.value)
			for j := range o.params {
				if p := &o.params[j]; o.groups[p.group].clip == i {
					p.coef = p.coef.times(coef)
				}
			}
		}
	}
	return o.leftOf(-1, factor)
}

// leftOf returns the norm of what the coefficients leave of the gradients of the
// parameters that a setting's GroupClipNorm holds for, or of all if it is -1.
func (o *Optimizer[T]) leftOf(setting int, factor float64) wide {
	var left Sum
	for i := range o.params {
		p := &o.params[i]
		if p.cohort >= 0 && (setting < 0 || o.groups[p.group].clip == setting) {
			left = left.plus(p.squares.root().times(wide{frac: factor}).times(p.coef).square())
		}
	}
	return left.root()
}
