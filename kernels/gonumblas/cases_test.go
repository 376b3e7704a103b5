package gonumblas_test

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

func quiet[T kernels.Float]() T { return T(math.NaN()) }

// shape says what a call is like; everything else is drawn.
type shape struct {
	m, n, incX, incY int
	pad              int // what lda has above n, and how far slices begin in theirs
	special          bool
	seed             uint64
}

// drawShape draws one with few large sizes.
func drawShape(rng *rand.Rand) shape {
	size := func() int { return rng.IntN([]int{4, 20, 80, 301}[rng.IntN(4)]) }
	strides := []int{-3, -2, -1, 1, 1, 1, 2, 3}
	return shape{
		m: size(), n: size(), pad: rng.IntN(4),
		incX: strides[rng.IntN(len(strides))], incY: strides[rng.IntN(len(strides))],
		special: rng.IntN(4) == 0, seed: rng.Uint64(),
	}
}

// newCall draws a call whose arguments are right.
func newCall[T kernels.Float](routine string, s shape) *call[T] {
	rng := rand.New(rand.NewPCG(s.seed, 3))
	number := func() T { return plain[T](rng, 10) }
	switch {
	case s.special:
		number = func() T { return special[T](rng) }
	case routine == "rotg" || routine == "rotmg":
		number = func() T { return plain[T](rng, 40) }
	}
	numbers := func(n int) []T {
		v := make([]T, n+s.pad)[s.pad:]
		for i := range v {
			v[i] = number()
		}
		return v
	}
	c := &call[T]{
		routine: routine, m: s.m, n: s.n, incX: s.incX, incY: s.incY, lda: max(1, s.n+s.pad),
		tA:   []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}[rng.IntN(3)],
		flag: blas.Flag(rng.IntN(4) - 2),
	}
	if routine == "scal" || routine == "nrm2" || routine == "asum" || routine == "iamax" {
		c.incX = max(s.incX, -s.incX) // or else nothing is done
	}
	for i := range c.coef {
		c.coef[i], c.h[i] = number(), number()
		switch rng.IntN(8) { // these have ways of their own
		case 0:
			c.coef[i] = 0
		case 1:
			c.coef[i] = 1
		case 2:
			c.coef[i] = T(math.Copysign(0, -1))
		}
	}
	nx, ny := c.lengths()
	c.x = numbers(max(0, (nx-1)*max(c.incX, -c.incX)+1) + s.pad)
	c.y = numbers(max(0, (ny-1)*max(c.incY, -c.incY)+1) + s.pad)
	if routine == "gemv" || routine == "ger" {
		c.a = numbers(max(0, c.lda*(s.m-1)+s.n) + s.pad)
	}
	return c
}

// plain returns a number whose magnitude lies within 2^±exp.
func plain[T kernels.Float](rng *rand.Rand, exp int) T {
	return T(math.Ldexp(rng.Float64()+1, rng.IntN(2*exp)-exp) * float64(1-2*rng.IntN(2)))
}

// special returns mostly ordinary numbers, and sometimes one on which naive code
// goes wrong. The large ones are powers of 2, so that sums of them overflow in any
// order or in none.
func special[T kernels.Float](rng *rand.Rand) T {
	large, tiny, normal := 0x1p1023, 0x1p-1074, 0x1p-1022
	if is32[T]() {
		large, tiny, normal = 0x1p127, 0x1p-149, 0x1p-126
	}
	var v float64
	switch rng.IntN(160) {
	case 0:
		v = math.NaN()
	case 1:
		v = math.Inf(1)
	case 2, 3:
		v = large
	case 4, 5, 6:
		v = tiny * float64(rng.IntN(5))
	case 7:
		v = normal - tiny
	case 8:
		v = normal
	case 9, 10:
		v = 0
	case 11:
		v = math.Sqrt(normal)
	default:
		return T(rng.IntN(7) - 3) // with many ties
	}
	if rng.IntN(2) == 0 {
		v = -v
	}
	return T(v)
}
