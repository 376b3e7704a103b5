package catalog

import (
	"math"

	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// What is constant in the quantile function of the normal distribution stands in
// kernels/generic/coefs_normal.go.

// normals describes normal deviates.
func normals() []*Kernel {
	return []*Kernel{
		{
			Name: "Normal", Doc: "dst[i] = mean + std*z for a normal deviate z", Family: "random",
			Params: params(Out, "dst", Words, "words", Scalar64, "mean", "std"),
			Loop: Random{Body: func(b *Body, of Elem, words []Val) {
				b.Store("dst", b.MulAdd(b.Coef("std"), normal(b, of, words), b.Coef("mean")))
			}},
		},
		{
			Name: "TruncatedNormal", Doc: "dst[i] = mean + std*z for the quantile z at least + width*u, from lo to hi", Family: "random",
			Params: params(Out, "dst", Words, "words", Scalar64, "mean", "std", "least", "width", "lo", "hi"),
			Loop: Random{Body: func(b *Body, of Elem, words []Val) {
				p := b.MulAdd(fraction(b, of, words), b.Coef("width"), b.Coef("least"))
				b.Note("the distance x from 1/2, t = 1 - 4x^2")
				t := b.Mul(p, b.MulAdd(p, number(b, -4), number(b, 4)))
				over := overDistance(b, of, b.Max(number(b, generic.NormalLeast), t))
				x := b.MulAdd(b.Coef("std"), b.Mul(b.Sub(p, number(b, 0.5)), over), b.Coef("mean"))
				b.Store("dst", b.Min(b.Coef("hi"), b.Max(b.Coef("lo"), x)))
			}},
		},
	}
}

// normal returns the quantile at the middle of the interval that an element's bits name.
func normal(b *Body, of Elem, words []Val) Val {
	b.Note("the distance x from 1/2, t = 1 - 4x^2")
	if of == F32 {
		x := b.Sub(b.Insert(word, words[0], upperUnits), number(b, generic.UpperUnits+0.5))
		x = b.Add(x, number(b, 0x1p-33))
		return b.Mul(x, overDistance(b, of, b.MulAdd(b.Mul(x, number(b, -4)), x, number(b, 1))))
	}
	upper := b.Sub(b.Insert(word, words[1], upperUnits), number(b, generic.UpperUnits+0.5))
	lower := b.Sub(b.Insert(word, words[0], lowerUnits), number(b, generic.LowerUnits-0x1p-65))
	x := b.Add(upper, lower)
	lower = b.Xor(lower, b.And(upper, bits(b, signBit)))
	tail := b.Sub(b.Sub(number(b, 0.5), b.Abs(upper)), lower)
	return b.Mul(x, overDistance(b, of, b.Mul(tail, b.MulAdd(tail, number(b, -4), number(b, 4)))))
}

// overDistance returns the quantile at a distance x from 1/2, over x, for t = 1 - 4x^2.
func overDistance(b *Body, of Elem, t Val) Val {
	zero := number(b, 1<<52+logBias)
	if of == F32 {
		minusK, m, _ := binary(b, t, zero, generic.RootHalf)
		b.Note("w = -log2 t")
		f := b.Sub(m, number(b, 1))
		w := b.MulAdd(f, horner(b, f, generic.NormalLog2[:]), minusK)
		b.Note("p(w)/q(w)")
		return b.Div(horner(b, w, generic.NormalAbove32[:]), horner(b, w, generic.NormalBelow32[:]))
	}
	minusK, m, _ := binary(b, t, zero, generic.LogLeast64)
	b.Note("s = -f/(2 + f), w = -log t = -k log 2 + s (2 + s s p)")
	f := b.Sub(m, number(b, 1))
	s := b.Div(f, b.Sub(number(b, -2), f))
	z := b.Mul(s, s)
	p := b.MulAdd(z, horner(b, z, generic.LogTail64[:]), number(b, 2))
	w := b.MulAdd(minusK, number(b, math.Ln2), b.Mul(s, p))
	b.Note("p(w)/q(w), whose errors by the rounding of w w cancel")
	square := b.Mul(w, w)
	return b.Div(evenOdd(b, w, square, generic.NormalAbove64[:]), evenOdd(b, w, square, generic.NormalBelow64[:]))
}
