package kernels_test

import (
	"math"
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
)

// bitsAt returns the bits of an index: 32 for float32, 64 for float64.
func bitsAt[T kernels.Float](at kernels.Philox, i int) uint64 {
	index := at.Index + uint64(i)
	block := uint64(256 / size[T]())
	count := index/block*16 + index%16
	x := kernels.Philox4x32([2]uint32{uint32(at.Seed), uint32(at.Seed >> 32)},
		[4]uint32{uint32(count), uint32(count >> 32), uint32(at.Stream), uint32(at.Stream >> 32)})
	part := index % block / 16
	if size[T]() == 4 {
		return uint64(x[part])
	}
	return uint64(x[2*part]) | uint64(x[2*part+1])<<32
}

// unitAt returns the number from 0 to 1 of an index.
func unitAt[T kernels.Float](at kernels.Philox, i int) float64 {
	if size[T]() == 4 {
		return float64(bitsAt[T](at, i)>>8) / (1 << 24)
	}
	return float64(bitsAt[T](at, i)>>11) / (1 << 53)
}

// fractionAt is unitAt with all of the bits for float32.
func fractionAt[T kernels.Float](at kernels.Philox, i int) float64 {
	if size[T]() == 4 {
		return float64(bitsAt[T](at, i)) / (1 << 32)
	}
	return unitAt[T](at, i)
}

// adjustRandom gives a call a place, with an index of its own for a public function,
// sometimes one of the last, and coefficients with a meaning.
func adjustRandom[T kernels.Float](c *call[T], r *rand.Rand) {
	at := kernels.Philox{Seed: r.Uint64(), Stream: r.Uint64(), Index: r.Uint64() << (6 * r.IntN(10))}
	if !c.public {
		at.Index &^= 63
	} else if r.IntN(4) == 0 {
		at.Index = -r.Uint64N(200)
	}
	c.args.SetAt(at)
	for i := range c.args.Scalar64 {
		c.args.Scalar64[i] = r.Float64()
	}
	// Every second probability is a number that is drawn: it is not below itself.
	if n := len(c.v("dst")); n > 0 && (c.has("p") || c.has("keep")) && r.IntN(2) == 0 {
		c.args.Scalar64[0] = fractionAt[T](at, r.IntN(n))
	}
}

// eachNumber is the oracle of a kernel of random numbers: f looks at the elements of every
// whole block or, of the public function, at all.
func eachNumber[T kernels.Float](f func(e element[T])) func(*call[T]) {
	return func(c *call[T]) {
		each(func(e element[T]) {
			n := len(c.v("dst"))
			if c.public || e.i < n-n%(256/size[T]()) {
				f(e)
			}
		})(c)
	}
}

// randomOracles returns the oracles of random numbers, by what the documentation says of an
// index's bits.
func randomOracles[T kernels.Float]() map[string]oracle[T] {
	return map[string]oracle[T]{
		"Uniform": {
			eachNumber(func(e element[T]) {
				lo, width, most := e.k64("lo"), e.k64("width"), e.k64("most")
				if e.public {
					first, last := T(lo), T(lo+width)
					lo, width, most = float64(first), float64(last)-float64(first), float64(nextAfter(last, -1))
				}
				e.become("dst", T(math.Min(math.FMA(unitAt[T](e.args.At, e.i), width, lo), most)))
			}),
			func(c *call[T]) {
				kernels.Uniform(c.v("dst"), T(c.k64("lo")), T(c.k64("lo")+c.k64("width")), c.args.At)
			},
		},
		"Bernoulli": {
			eachNumber(func(e element[T]) {
				if e.become("dst", 0); fractionAt[T](e.args.At, e.i) < e.k64("p") {
					e.become("dst", 1)
				}
			}),
			func(c *call[T]) { kernels.Bernoulli(c.v("dst"), c.k64("p"), c.args.At) },
		},
		"Dropout": {
			eachNumber(func(e element[T]) {
				keep, scale := e.k64("keep"), e.k64("scale")
				if e.public {
					keep = 1 - (1 - keep)
					scale = 1 / keep
				}
				if e.public || size[T]() == 8 {
					e.become("dst", mul(e.x("src"), T(scale)))
				} else {
					e.become("dst", T(float64(e.x("src"))*scale))
				}
				if !(fractionAt[T](e.args.At, e.i) < keep) {
					e.become("dst", 0)
				}
			}),
			func(c *call[T]) { kernels.Dropout(c.v("dst"), c.v("src"), 1-c.k64("keep"), c.args.At) },
		},
	}
}
