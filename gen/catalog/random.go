package catalog

import (
	. "github.com/seed63264101/steepest/gen/vec"
	"github.com/seed63264101/steepest/kernels/generic"
)

// random describes what is made of random numbers. An element has one word of 32 bits for
// float32, and two for float64, of which the first has the lower bits.
func random() []*Kernel {
	return []*Kernel{
		{
			Name: "Uniform", Doc: "dst[i] = min(lo + width*u, most) for u from 0 to 1, without 1", Family: "random",
			Params: params(Out, "dst", Words, "words", Scalar64, "lo", "width", "most"),
			Loop: Random{Body: func(b *Body, of Elem, words []Val) {
				x := b.MulAdd(unit(b, of, words), b.Coef("width"), b.Coef("lo"))
				b.Store("dst", b.Min(b.Coef("most"), x))
			}},
		},
		{
			Name: "Bernoulli", Doc: "dst[i] = 1 if u < p, otherwise 0", Family: "random",
			Params: params(Out, "dst", Words, "words", Scalar64, "p"),
			Loop: Random{Body: func(b *Body, of Elem, words []Val) {
				b.Store("dst", b.KeepLess(fraction(b, of, words), b.Coef("p"), number(b, 1)))
			}},
		},
		{
			Name: "Dropout", Doc: "dst[i] = scale*src[i] if u < keep, otherwise 0", Family: "random",
			Params: params(Out, "dst", In, "src", Words, "words", Scalar64, "keep", "scale"),
			Alias:  [][2]string{{"dst", "src"}},
			Loop: Random{Body: func(b *Body, of Elem, words []Val) {
				x := b.Mul(b.Coef("scale"), b.Load("src"))
				b.Store("dst", b.KeepLess(fraction(b, of, words), b.Coef("keep"), x))
			}},
		},
	}
}

const (
	// upperUnits is a float64 whose last 32 bits count units of 2^-32, and lowerUnits one
	// whose last 32 bits count units of 2^-64.
	upperUnits, lowerUnits = 0x413 << 52, 0x3f3 << 52 // 2^20 and 2^-12

	word = 1<<32 - 1
)

// fraction is unit with all of a word's bits for float32.
func fraction(b *Body, of Elem, words []Val) Val {
	if of == F32 {
		b.Note("32 bits")
		return b.Sub(b.Insert(word, words[0], upperUnits), bits(b, upperUnits))
	}
	return unit(b, of, words)
}

// unit returns a number from 0 to 1, without 1: as many of an element's bits as T has.
func unit(b *Body, of Elem, words []Val) Val {
	if of == F32 {
		b.Note("24 bits")
		return b.Sub(b.Insert(word&^(1<<8-1), words[0], upperUnits), bits(b, upperUnits))
	}
	b.Note("53 bits")
	upper := b.Insert(word, words[1], upperUnits)
	lower := b.Insert(word&^(1<<11-1), words[0], lowerUnits)
	return b.Add(b.Sub(upper, number(b, generic.UpperUnits+generic.LowerUnits)), lower)
}
