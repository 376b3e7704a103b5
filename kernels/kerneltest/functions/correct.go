package functions

import (
	"fmt"
	"math"
	"slices"
)

// margin is how near a rounding boundary a float64 leaves the decision to the table. It
// is 64 units in the last place, more than package math errs on any machine, and a
// quarter of the table's own.
const margin = 0x1p-46

// Correct returns the function that stores the correctly rounded values of the one of that
// name, y[i] = f(x[i]). It panics where the table lacks an input that package math cannot
// decide.
func Correct(name string) func(y, x []float32) {
	t, f := find(name), float64s[name]
	return func(y, x []float32) {
		for i, v := range x {
			y[i] = t.round(v, f(float64(v)))
		}
	}
}

// round returns the float32 nearest to the function's value at x, which is almost d.
func (t *table) round(x float32, d float64) float32 {
	if d != d || d == 0 || math.IsInf(d, 0) {
		return float32(d)
	}
	m := math.Abs(d) * margin
	low, high := float32(d-m), float32(d+m)
	if low == high {
		return low
	}
	i, ok := slices.BinarySearch(t.inputs, math.Float32bits(x))
	if !ok {
		panic(fmt.Sprintf("functions: the table lacks %s(%s), near %x", t.name, number(x), d))
	}
	return math.Float32frombits(t.wanted[i])
}

// bits returns a number's bits, of which NaN has one choice.
func bits(x float32) uint32 {
	if x != x {
		return 0x7fc00000
	}
	return math.Float32bits(x)
}

// number is a float32 in full.
func number(x float32) string { return fmt.Sprintf("%x = 0x%08x", x, math.Float32bits(x)) }
