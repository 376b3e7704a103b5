package kernels_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestMultiplyAdd holds the multiply-add of every level, an instruction or plain Go,
// against exact arithmetic, where rounding is hard.
func TestMultiplyAdd(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 40_000
	}
	t.Run("type=f32", func(t *testing.T) { multiplyAdd[float32](t, n, 24, -149, 127) })
	t.Run("type=f64", func(t *testing.T) { multiplyAdd[float64](t, n/4, 53, -1074, 1023) })
}

// multiplyAdd tries n inputs of a type with so many bits, of the exponents of its least
// and its largest number.
func multiplyAdd[T kernels.Float](t *testing.T, n, bits, lo, hi int) {
	type table struct {
		kernels.Level
		*kerneltest.Table[T]
	}
	var tables []table
	for _, l := range kernels.Levels() {
		all, err := kerneltest.TableOf[T](l)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table{l, all})
	}
	h := hard[T]{rand.New(rand.NewPCG(81, 82)), bits, lo, hi}
	seen, counted := map[string]int{}, 20_000
	a, b, sum := make([]T, 2), make([]T, 2), make([]T, 1)
	for i := range n {
		x, y, z := h.draw(i)
		if z == 0 {
			z = 0 // the sum's +0 swallows the sign
		}
		want := fma(x, y, z)
		if i < counted {
			h.count(seen, x, y, z, want)
		}
		a[0], b[0] = 1, z // the sum's first term
		a[1], b[1] = x, y
		for _, table := range tables {
			sum[0] = T(math.Copysign(0, -1)) // where a sum of -0 shows
			table.GemmBlock(1, 1, 2, 1, a, 2, 1, b, 1, 1, sum, 1)
			same(t, sum[0], want, "level %v: %x * %x + %x", table.Level, float64(x), float64(y), float64(z))
		}
	}
	for _, what := range []string{"zero", "minus zero", "infinite", "largest", "cancelled", "z or its neighbour", "the product rounded",
		"a tie", "a subnormal tie", "close above a tie", "close below a tie", "close to a subnormal tie"} {
		if seen[what] < counted/1000 {
			t.Errorf("of %d results only %d are of the kind: %s", counted, seen[what], what)
		}
	}
}

// hard draws factors and addends whose multiply-add is hard to round.
type hard[T kernels.Float] struct {
	*rand.Rand
	bits, lo, hi int
}

// number returns a random number of some exponent.
func (h hard[T]) number(exponent int) float64 {
	x := math.Ldexp(float64(h.Int64N(1<<(h.bits-1))+1<<(h.bits-1)), exponent-h.bits+1)
	if h.IntN(2) == 0 {
		x = -x
	}
	return x
}

// draw returns the i-th input.
func (h hard[T]) draw(i int) (x, y, z T) {
	switch i % 8 {
	case 0: // any bits
		return kerneltest.FromBits[T](h.Uint64()), kerneltest.FromBits[T](h.Uint64()), kerneltest.FromBits[T](h.Uint64())
	case 1: // ordinary numbers, and what cancels their product, all of it or but for some units
		x, y = T(h.number(h.IntN(9)-4)), T(h.number(h.IntN(9)-4))
		if h.IntN(4) == 0 { // without an error of rounding
			x, y = T(1+h.IntN(1<<(h.bits/2))), T(1+h.IntN(1<<(h.bits/2)))
		}
		z = -x * y
		for range h.IntN(3) {
			z = next(z)
		}
		return x, y, z
	case 2: // a product as small as it gets, or as large, and any number
		e := h.lo - h.bits + h.IntN(3*h.bits)
		if h.IntN(3) == 0 {
			e = h.hi - h.IntN(3)
		}
		half := e / 2
		return T(h.number(half)), T(h.number(e - half)), T(h.number(h.lo + h.bits + h.IntN(h.hi-h.lo-h.bits)))
	case 3: // both subnormal, or hardly not, or less
		e := h.lo - h.bits + h.IntN(2*h.bits)
		half := e / 2
		x, y = T(h.number(half)), T(h.number(e-half))
		if h.IntN(3) > 0 {
			z = T(h.number(h.lo + h.IntN(h.bits+2)))
		}
		return x, y, z
	}
	// A product that is an odd multiple of half a unit of the sum's last place, but for a
	// small part of it or none: u(2^k+s) * v(2^k-s) = u*v*(4^k - s²).
	k := h.bits - 4
	u, v := float64(2*h.IntN(4)+1), float64(2*h.IntN(4)+1)
	s := float64(h.IntN(1 << (1 + h.IntN(h.bits/2))))
	if h.IntN(8) == 0 {
		s = 0
	}
	p, q := u*(math.Ldexp(1, k)+s), v*(math.Ldexp(1, k)-s)
	if h.IntN(2) == 0 {
		p = -p
	}
	unit := h.IntN(9) - 4 // of z
	switch h.IntN(5) {
	case 0: // the largest numbers
		unit = h.hi - h.bits + 1
	case 1: // the least ones
		unit = h.lo
	}
	m := h.number(h.bits - 1)
	switch h.IntN(6) {
	case 0: // a power of two, which has a nearer neighbour below
		m = math.Copysign(math.Ldexp(1, h.bits-1), m)
	case 1, 2: // the number below one
		m = math.Copysign(math.Ldexp(1, h.bits)-1, m)
	case 3:
		m = math.Trunc(m * h.Float64() * h.Float64()) // subnormal, with the least unit
	}
	first := unit / 2
	return T(math.Ldexp(p, first-k)), T(math.Ldexp(q, unit-1-first-k)), T(math.Ldexp(m, unit))
}

// next returns the neighbour above.
func next[T kernels.Float](x T) T {
	if size[T]() == 4 {
		return T(math.Nextafter32(float32(x), float32(math.Inf(1))))
	}
	return T(math.Nextafter(float64(x), math.Inf(1)))
}

// count notes what kind of result it is.
func (h hard[T]) count(seen map[string]int, x, y, z, got T) {
	note := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	note("zero", got == 0 && !math.Signbit(float64(got)))
	note("minus zero", got == 0 && math.Signbit(float64(got)))
	note("infinite", math.IsInf(float64(got), 0))
	note("largest", got == greatest[T]() || got == -greatest[T]())
	exact := fmaExactly(x, y, z)
	if exact == nil || exact.Sign() == 0 {
		return
	}
	note("cancelled", got != 0 && math.Abs(float64(got)) < 0x1p-20*math.Abs(float64(z)))
	note("z or its neighbour", x*y != 0 && (got == z || next(got) == z || next(z) == got))
	note("the product rounded", z != 0 && got == x*y)
	e := exact.MantExp(nil)     // below 2^e
	unit := max(h.lo, e-h.bits) // of the last place
	least := e < h.lo+h.bits    // subnormal
	if e < unit || e > h.hi+1 {
		return
	}
	// Rounded to one place more: a tie, or close to one, if the last bit is set.
	near := new(big.Float).SetPrec(uint(e - unit + 1)).Set(exact)
	if near.MantExp(nil)-int(near.MinPrec()) != unit-1 {
		return
	}
	off := near.Sub(exact, near.Copy(near).SetPrec(4400))
	note("a tie", off.Sign() == 0 && !least)
	note("a subnormal tie", off.Sign() == 0 && least)
	close := off.Sign() != 0 && off.MantExp(nil) < unit-h.bits-5
	note("close above a tie", close && off.Sign() == exact.Sign())
	note("close below a tie", close && off.Sign() != exact.Sign())
	note("close to a subnormal tie", close && least)
}
