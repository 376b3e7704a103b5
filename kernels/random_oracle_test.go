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
	if c.op.Name == "TruncatedNormal" { // probabilities, and bounds in their order
		k := c.args.Scalar64
		k[3] *= 1 - k[2]
		k[4], k[5] = 3*min(k[4], k[5])-1.5, 3*max(k[4], k[5])-1.5
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

// uniform expects the uniform number between bounds.
func (e element[T]) uniform(lo, hi T) {
	width := float64(hi) - float64(lo)
	x := T(math.FMA(unitAt[T](e.args.At, e.i), width, float64(lo)))
	if x >= hi {
		x = nextAfter(hi, lo)
	}
	e.become("dst", x)
}

// normal expects a normal deviate.
func (e element[T]) normal(mean, std float64) {
	var x, tail float64
	bits, half := bitsAt[T](e.args.At, e.i), 0.5/(1<<32)
	if size[T]() == 4 {
		x = float64(bits)/(1<<32) + half - 0.5
		tail = 0.5 - math.Abs(x)
	} else {
		below := bits>>63 == 0
		if !below {
			bits = ^bits // counted from the other side
		}
		tail = (float64(bits) + 0.5) / (1 << 64)
		x = (float64(1<<63-1-bits) + 0.5) / (1 << 64)
		if below {
			x = -x
		}
	}
	z := quantile(x, tail)
	e.meet("dst", closeTo[T]{mean + std*z, 8 * std * math.Abs(z) * unit[T]()})
}

// truncated expects the quantile of a part of the distribution.
func (e element[T]) truncated(mean, std, least, width, lo, hi float64) {
	u := fractionAt[T](e.args.At, e.i)
	if e.public && lo+hi > 2*mean { // mirrored
		u = 1 - u
	}
	p := math.Max(0x1p-65, math.Min(math.FMA(u, width, least), 1-0x1p-53))
	z := quantile(p-0.5, math.Min(p, 1-p))
	// An error of the probability is one of z by the density.
	slack := 8*std*math.Abs(z)*unit[T]() + std*math.Exp(z*z/2)*0x1p-50
	e.meet("dst", closeTo[T]{math.Max(lo, math.Min(mean+std*z, hi)), slack})
}

// phi is the distribution function of the normal distribution.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// quantile returns that of the normal distribution at a distance x from 1/2, where the tail
// is 1/2 - |x|.
func quantile(x, tail float64) float64 {
	z := math.Sqrt2 * math.Erfinv(2*math.Abs(x))
	if tail < 0.1 {
		z = math.Sqrt(-2 * math.Log(tail))
		for range 20 { // Newton's steps, on the logarithm of the tail
			t := math.Erfc(z/math.Sqrt2) / 2
			z += math.Log(t/tail) * t * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
		}
	}
	return math.Copysign(z, x)
}

// The fans and the gain of the layers that the oracles initialize.
const fanIn, fanOut, gain = 30, 70, 5.0 / 3

// randomOracles returns the oracles of random numbers, by what the documentation says of an
// index's bits.
func randomOracles[T kernels.Float]() map[string]oracle[T] {
	return map[string]oracle[T]{
		"Uniform": {
			eachNumber(func(e element[T]) {
				lo, width, most := e.k64("lo"), e.k64("width"), e.k64("most")
				if e.public {
					e.uniform(T(lo), T(lo+width))
					return
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
		"Normal": {
			eachNumber(func(e element[T]) {
				mean, std := e.k64("mean"), e.k64("std")
				if e.public {
					mean, std = float64(T(mean)), float64(T(std))
				}
				e.normal(mean, std)
			}),
			func(c *call[T]) { kernels.Normal(c.v("dst"), T(c.k64("mean")), T(c.k64("std")), c.args.At) },
		},
		"TruncatedNormal": {
			eachNumber(func(e element[T]) {
				mean, std, lo, hi := e.k64("mean"), e.k64("std"), e.k64("lo"), e.k64("hi")
				least, width := e.k64("least"), e.k64("width")
				if e.public {
					mean, std, lo, hi = float64(T(mean)), float64(T(std)), float64(T(lo)), float64(T(hi))
					least, width = phi((lo-mean)/std), phi((hi-mean)/std)-phi((lo-mean)/std)
				}
				e.truncated(mean, std, least, width, lo, hi)
			}),
			func(c *call[T]) {
				kernels.TruncatedNormal(c.v("dst"), T(c.k64("mean")), T(c.k64("std")), T(c.k64("lo")), T(c.k64("hi")), c.args.At)
			},
		},
		"XavierUniform": {
			eachNumber(func(e element[T]) {
				a := T(math.Sqrt(3) * (gain * math.Sqrt(2.0/(fanIn+fanOut))))
				e.uniform(-a, a)
			}),
			func(c *call[T]) { kernels.XavierUniform(c.v("dst"), fanIn, fanOut, gain, c.args.At) },
		},
		"XavierNormal": {
			eachNumber(func(e element[T]) { e.normal(0, gain*math.Sqrt(2.0/(fanIn+fanOut))) }),
			func(c *call[T]) { kernels.XavierNormal(c.v("dst"), fanIn, fanOut, gain, c.args.At) },
		},
		"HeUniform": {
			eachNumber(func(e element[T]) {
				a := T(math.Sqrt(3) * (gain * math.Sqrt(1.0/fanIn)))
				e.uniform(-a, a)
			}),
			func(c *call[T]) { kernels.HeUniform(c.v("dst"), fanIn, gain, c.args.At) },
		},
		"HeNormal": {
			eachNumber(func(e element[T]) { e.normal(0, gain*math.Sqrt(1.0/fanIn)) }),
			func(c *call[T]) { kernels.HeNormal(c.v("dst"), fanIn, gain, c.args.At) },
		},
	}
}
