package kernels_test

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// An estimate is a number computed in float64, and how far from it one may be that
// a kernel computed with every operation rounded to T. An operation passes the
// errors of its operands on and adds that of its own rounding, twice, because
// float64 rounds here, too. The error is infinite where nothing is known: beyond
// the range of T, and on both sides of a jump.
type estimate[T kernels.Float] struct{ value, err float64 }

// given is a kernel's argument.
func given[T kernels.Float](x T) estimate[T] { return estimate[T]{float64(x), 0} }

func (a estimate[T]) differs(got float64) string {
	if math.IsInf(a.err, 1) || kerneltest.Same(got, a.value) || math.Abs(got-a.value) <= a.err {
		return ""
	}
	return fmt.Sprintf("%s, want %.17g: off by %.3g, bound %.3g", bitsOf(T(got)), a.value, math.Abs(got-a.value), a.err)
}

// combine returns op(a, b) and the error that the operands' errors make of it. op
// is monotonic in both, so that the extremes lie at the ends of their ranges.
func (a estimate[T]) combine(b estimate[T], op func(x, y float64) float64) estimate[T] {
	z := estimate[T]{op(a.value, b.value), 0}
	for _, x := range []float64{a.value - a.err, a.value + a.err} {
		for _, y := range []float64{b.value - b.err, b.value + b.err} {
			if v := op(x, y); !kerneltest.Same(v, z.value) {
				z.err = max(z.err, math.Abs(v-z.value))
			}
		}
	}
	if z.err != z.err || math.IsInf(a.err+b.err, 1) {
		z.err = math.Inf(1)
	}
	return z
}

// rounded adds the error of rounding to T.
func (a estimate[T]) rounded() estimate[T] {
	if a.value-a.value != 0 {
		return a
	}
	most := math.Abs(a.value) + a.err
	a.err += 2*unit[T]()*most + 2*float64(least[T]())
	if most > float64(greatest[T]()) {
		a.err = math.Inf(1)
	}
	return a
}

func (a estimate[T]) plus(b estimate[T]) estimate[T] {
	return a.combine(b, func(x, y float64) float64 { return x + y }).rounded()
}

func (a estimate[T]) minus(b estimate[T]) estimate[T] {
	return a.combine(b, func(x, y float64) float64 { return x - y }).rounded()
}

func (a estimate[T]) times(b estimate[T]) estimate[T] {
	return a.combine(b, func(x, y float64) float64 { return x * y }).rounded()
}

func (a estimate[T]) squared() estimate[T] { return a.times(a) }

func (a estimate[T]) over(b estimate[T]) estimate[T] {
	z := a.combine(b, func(x, y float64) float64 { return x / y }).rounded()
	if b.err > 0 && math.Abs(b.value) <= b.err {
		z.err = math.Inf(1)
	}
	return z
}

// max is a where a > b, otherwise b, as the documentation has it.
func (a estimate[T]) max(b estimate[T]) estimate[T] {
	return a.combine(b, func(x, y float64) float64 {
		if x > y {
			return x
		}
		return y
	})
}

// apply is combine for functions of one number.
func (a estimate[T]) apply(f func(x float64) float64) estimate[T] {
	return a.combine(estimate[T]{}, func(x, _ float64) float64 { return f(x) })
}

// root is the square root of what cannot be negative but for rounding errors.
func (a estimate[T]) root() estimate[T] {
	return a.apply(func(x float64) float64 {
		if x < 0 {
			return 0
		}
		return math.Sqrt(x)
	}).rounded()
}

func (a estimate[T]) abs() estimate[T] {
	if math.Abs(a.value) < a.err {
		return estimate[T]{math.Abs(a.value), a.err}
	}
	return a.apply(math.Abs)
}

// shrunk is a moved towards 0 by width, and 0 where that would pass it.
func (a estimate[T]) shrunk(width T) estimate[T] {
	return a.apply(func(x float64) float64 {
		if math.Abs(x) <= float64(width) {
			return 0
		}
		return x - math.Copysign(float64(width), x)
	}).rounded()
}

// sign is -1, 0 or 1, and unknown where the sign of a is.
func (a estimate[T]) sign() estimate[T] {
	z := a.apply(func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x
	})
	if z.err > 0 {
		z.err = math.Inf(1)
	}
	return z
}

// within adds an error of what a kernel may take for 0, or raise to it, unless the
// number is exactly 0 or cannot be as small.
func (a estimate[T]) within(tiny float64) estimate[T] {
	if a != (estimate[T]{}) && math.Abs(a.value)-a.err < tiny {
		a.err += tiny
	}
	return a
}
