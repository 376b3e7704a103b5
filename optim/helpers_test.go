package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// to converts a vector.
func to[T, S kernels.Float](x []S) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// deviation returns the largest difference, relative to the largest magnitude of
// want. It is NaN if a difference is.
func deviation[T kernels.Float](got []T, want []float64) float64 {
	_, d := opttest.Farthest(got, want)
	return d
}

// follows fails unless got deviates from want by no more than tol; format and args
// say what they are.
func follows[T kernels.Float](t testing.TB, got []T, want []float64, tol float64, format string, args ...any) {
	t.Helper()
	if i, d := opttest.Farthest(got, want); !(d <= tol) {
		t.Fatalf("%s: element %d is %v (%x), want %v (%x): off by %.3g of the largest, want at most %.3g",
			fmt.Sprintf(format, args...), i, got[i], float64(got[i]), want[i], want[i], d, tol)
	}
}

func mustNew[T kernels.Float](t testing.TB, rule Rule, params []Param[T], opts ...Option) *Optimizer[T] {
	t.Helper()
	o, err := New(rule, params, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// mustStep takes a step that may not fail and may not be skipped.
func mustStep[T kernels.Float](t testing.TB, o *Optimizer[T], batches ...[][]T) Report {
	t.Helper()
	r, err := o.Step(batches...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Skipped || r.Reason != (Reason{}) {
		t.Fatalf("step %d skipped: %v", r.Step, r.Reason)
	}
	return r
}

var wantError = opttest.WantError

// with returns a copy of v changed by f.
func with[R any](v R, f func(*R)) R { f(&v); return v }

func random[T kernels.Float](rng *rand.Rand, lengths ...int) [][]T {
	return opttest.Random[T](rng, lengths...)
}

// named gives vectors the names p0, p1, ...
func named[T kernels.Float](xs [][]T) []Param[T] {
	params := make([]Param[T], len(xs))
	for i, x := range xs {
		params[i] = Param[T]{Name: fmt.Sprintf("p%d", i), Value: x}
	}
	return params
}

// bits returns everything that a run left behind, as bit patterns.
func (o *Optimizer[T]) bits() []uint64 {
	o.settle()
	all := []uint64{uint64(o.steps)}
	add := func(x []T) {
		for _, v := range x {
			all = append(all, math.Float64bits(float64(v)))
		}
	}
	for _, p := range o.params {
		all = append(all, uint64(p.steps))
		add(p.Value)
		for _, s := range p.state {
			add(s)
		}
		if p.packing == nil {
			continue
		}
		for _, s := range append([]packed.Vector{p.packing.values}, p.packing.state...) {
			addInts(&all, s.BF16)
			addInts(&all, s.Rest)
			addInts(&all, s.Int8.Codes)
			addInts(&all, s.Int8.Exponents)
		}
	}
	return all
}

// addInts appends integers to a list of bits.
func addInts[E kernels.BFloat16 | int16 | uint8](all *[]uint64, x []E) {
	for _, v := range x {
		*all = append(*all, uint64(v))
	}
}

// some returns a sixth of the rules where tests are short, as under emulation:
// enough to see that what the test is about holds there, since TestGoldenRules
// compares all rules.
func some(rules []Rule) []Rule {
	if !testing.Short() {
		return rules
	}
	var some []Rule
	for i := 0; i < len(rules); i += 6 {
		some = append(some, rules[i])
	}
	return some
}
