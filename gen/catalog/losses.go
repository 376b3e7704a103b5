package catalog

import (
	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// losses describes the losses of each element, and their gradients for x, times scale.
func losses() []*Kernel {
	return []*Kernel{
		loss("SquaredError", "(x[i] - y[i])^2", nil, func(b *Body, x, y Val) (loss, grad Val) {
			d := b.Sub(x, y)
			return b.Mul(d, d), b.Mul(b.Coef("scale"), b.Add(d, d))
		}),
		loss("Huber", "d^2/2 or, beyond delta, delta*(|d| - delta/2), d = x[i] - y[i]", []string{"delta"}, func(b *Body, x, y Val) (loss, grad Val) {
			d, delta := b.Sub(x, y), b.Coef("delta")
			a := b.Abs(d)
			c := b.Min(delta, a)
			slope := b.Max(b.Sub(b.Const(zero), delta), b.Min(delta, d))
			return b.Mul(c, b.Sub(a, b.Mul(b.Const(half), c))), b.Mul(b.Coef("scale"), slope)
		}),
		loss("Hinge", "max(0, 1 - x[i]*y[i])", nil, func(b *Body, x, y Val) (loss, grad Val) {
			m := b.Sub(b.Const(one), b.Mul(y, x))
			slope := b.And(b.Sub(b.Const(zero), b.Mul(b.Coef("scale"), y)), b.Less(b.Const(zero), m))
			return b.Max(b.Const(zero), m), b.Select(b.Equal(m, m), slope, m)
		}),
		{
			Name: "BinaryCrossEntropy", Family: "loss",
			Doc:    "losses[i] = weight*y[i]*log(1 + exp(-x[i])) + (1 - y[i])*log(1 + exp(x[i])), grad[i] = scale times its slope",
			Params: params(Out, "grad", "losses", In, "x", "y", Scalar64, "weight", "scale"),
			Alias:  lossAlias,
			Loop:   Function{Body: binaryCrossEntropy},
		},
	}
}

// lossAlias: all of an element is read before anything is written.
var lossAlias = [][2]string{{"grad", "x"}, {"grad", "y"}, {"losses", "x"}, {"losses", "y"}, {"x", "y"}}

// loss describes a loss of few operations.
func loss(name, formula string, scalars []string, f func(b *Body, x, y Val) (loss, grad Val)) *Kernel {
	k := &Kernel{
		Name: name, Doc: "losses[i] = " + formula + ", grad[i] = scale times its slope", Family: "loss",
		Params: params(Out, "grad", "losses", In, "x", "y"),
		Alias:  lossAlias,
		Loop: Map{Body: func(b *Body) {
			loss, grad := f(b, b.Load("x"), b.Load("y"))
			b.Store("losses", loss)
			b.Store("grad", grad)
		}},
	}
	for _, s := range append(scalars, "scale") {
		k.Params = append(k.Params, Param{Name: s, Kind: Scalar})
	}
	return k
}

func binaryCrossEntropy(b *Body, of Elem) {
	x := b.Load("x")
	var e, l Val
	if of == F32 {
		e = expOfMinus(b, b.Min(number(b, -generic.ExpLeast32), b.Abs(x)))
		l = log1pOfPower(b, e)
	} else {
		e, l = powerAndLog64(b, x)
	}
	x = b.Again(x)
	b.Note("the weights of both sides")
	zero, one, y := number(b, 0), number(b, 1), b.Load("y")
	positive, negative := b.Mul(b.Coef("weight"), y), b.Sub(one, y)
	b.Note("e for the likely side, times 1/(1 + e)")
	isNegative := b.Less(x, zero)
	above, below := b.Select(isNegative, e, one), b.Select(isNegative, one, e)
	slope := b.Div(b.Sub(b.Mul(negative, above), b.Mul(positive, below)), b.Add(one, e))
	b.Store("grad", b.Mul(b.Coef("scale"), slope))
	b.Note("log(1 + e) beside |x|, on one side")
	up, down := b.Add(b.Max(zero, x), l), b.Add(b.Max(zero, b.Sub(zero, x)), l)
	b.Store("losses", b.MulAdd(positive, down, b.Mul(negative, up)))
}
