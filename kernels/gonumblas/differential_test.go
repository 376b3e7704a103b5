package gonumblas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestAgainstGonum compares random calls of every routine with gonum's.
func TestAgainstGonum(t *testing.T) {
	restoreLevel(t)
	cases := 400
	if testing.Short() {
		cases = 60
	}
	for k, routine := range routines {
		t.Run(routine, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(k), 11))
			for range cases {
				s := drawShape(rng)
				compare[float32](t, routine, s)
				compare[float64](t, routine, s)
				if t.Failed() {
					break // one report is enough
				}
			}
		})
	}
}

// FuzzBLAS is TestAgainstGonum with arguments that the fuzzer chooses.
func FuzzBLAS(f *testing.F) {
	restoreLevel(f)
	for k := range routines {
		for i, special := range []bool{false, true} {
			f.Add(byte(k), uint16(37), uint16(100+k), byte(3), byte(3), byte(0), special, uint64(k))
			f.Add(byte(k), uint16(150), uint16(20), byte(i), byte(5), byte(2), special, uint64(k))
			f.Add(byte(k), uint16(3), uint16(300), byte(4), byte(2), byte(1), special, uint64(k))
		}
	}
	f.Add(byte(5), uint16(73), uint16(2), byte(3), byte(0), byte(2), true, uint64(14)) // a norm of zeros, a number behind them
	strides := []int{-3, -2, -1, 1, 2, 3}
	f.Fuzz(func(t *testing.T, routine byte, m, n uint16, incX, incY, pad byte, special bool, seed uint64) {
		s := shape{
			m: int(m % 301), n: int(n % 301), pad: int(pad % 8), special: special, seed: seed,
			incX: strides[int(incX)%len(strides)], incY: strides[int(incY)%len(strides)],
		}
		compare[float32](t, routines[int(routine)%len(routines)], s)
		compare[float64](t, routines[int(routine)%len(routines)], s)
	})
}

// compare makes a call on every level and with gonum.
func compare[T kernels.Float](t *testing.T, routine string, s shape) {
	t.Helper()
	if !is32[T]() && (routine == "dsdot" || routine == "sdsdot") {
		return
	}
	if routine == "rotmg" {
		s.special = false // gonum loops forever on infinite factors
	}
	c := newCall[T](routine, s)
	var generic *call[T]
	for _, level := range kernels.Levels() {
		setLevel(t, level)
		got := c.withOurs()
		if got.panic != nil {
			t.Fatalf("%s panics with %v", c.describe(), got.panic)
		}
		if generic == nil {
			generic = got
			continue
		}
		kerneltest.CountCompared(len(got.x) + len(got.y) + len(got.a) + len(got.results))
		for name, pair := range generic.outputs(got) {
			if i := differ(pair[0], pair[1]); i >= 0 {
				t.Errorf("%s: %s[%d] = %v (%x) with %v, %v (%x) with generic", c.describe(), name, i,
					pair[1][i], float64(pair[1][i]), level, pair[0][i], float64(pair[0][i]))
			}
		}
		if i := differ(generic.results, got.results); i >= 0 {
			t.Errorf("%s = %v with %v, %v with generic", c.describe(), got.results, level, generic.results)
		}
	}

	want := c.withGonum()
	if want.panic != nil {
		t.Fatalf("%s: gonum panics with %v", c.describe(), want.panic)
	}
	if err := c.near(generic, want, s.special); err != nil {
		t.Errorf("%s, seed %d: %v", c.describe(), s.seed, err)
	}
	if err := c.untouched(generic); err != nil {
		t.Errorf("%s, seed %d: %v", c.describe(), s.seed, err)
	}
}

// outputs pairs the slices of two calls.
func (c *call[T]) outputs(d *call[T]) map[string][2][]T {
	return map[string][2][]T{"x": {c.x, d.x}, "y": {c.y, d.y}, "a": {c.a, d.a}}
}

// untouched returns an error if a call wrote where it may not: into what it only
// reads, between the strides, or beyond the end.
func (c *call[T]) untouched(done *call[T]) error {
	nx, ny := c.lengths()
	switch c.routine {
	case "swap", "rot", "rotm":
	case "scal":
		ny = 0
	case "axpy", "copy", "gemv":
		nx = 0
	default:
		nx, ny = 0, 0
	}
	for i := range c.x {
		if !within(i, nx, c.incX) && bits(c.x[i]) != bits(done.x[i]) {
			return fmt.Errorf("wrote x[%d]", i)
		}
	}
	for i := range c.y {
		if !within(i, ny, c.incY) && bits(c.y[i]) != bits(done.y[i]) {
			return fmt.Errorf("wrote y[%d]", i)
		}
	}
	for i := range c.a {
		element := c.routine == "ger" && i%c.lda < c.n && i/c.lda < c.m
		if !element && bits(c.a[i]) != bits(done.a[i]) {
			return fmt.Errorf("wrote a[%d]", i)
		}
	}
	return nil
}

// near returns an error unless two calls' results agree as closely as two correct
// roundings of the same sums must. Special values must give the same sort of
// number where no order of additions matters.
func (c *call[T]) near(got, want *call[T], special bool) error {
	u := 0x1p-53
	if is32[T]() {
		u = 0x1p-24
	}
	exact := func() error {
		for name, pair := range got.outputs(want) {
			if i := differ(pair[0], pair[1]); i >= 0 {
				return fmt.Errorf("%s[%d] = %v, gonum %v", name, i, pair[0][i], pair[1][i])
			}
		}
		if i := differ(got.results, want.results); i >= 0 {
			return fmt.Errorf("%v, gonum %v", got.results, want.results)
		}
		return nil
	}
	apart := func(name string, i int, g, w, bound float64) error {
		if !(math.Abs(g-w) <= bound) {
			return fmt.Errorf("%s[%d] = %v, gonum %v: apart by %.3g, which may be %.3g", name, i, g, w, math.Abs(g-w), bound)
		}
		return nil
	}
	x, y := c.elements(c.x, c.incX, 0), c.elements(c.y, c.incY, 1)
	switch c.routine {
	case "copy", "swap", "scal", "iamax", "rotmg":
		return exact()
	case "nrm2", "asum", "rotg":
		for i, g := range got.results {
			w := want.results[i]
			if sortOf(g) != sortOf(w) {
				return fmt.Errorf("%v, gonum %v", got.results, want.results)
			}
			if bound := float64(c.n+8) * u * math.Abs(w); sortOf(g) == "finite" && !(math.Abs(g-w) <= bound+smallest[T]()) {
				return fmt.Errorf("%v, gonum %v", g, w)
			}
		}
		return nil
	}
	if special {
		return nil // which of two infinities comes first is up to the order
	}
	alpha, beta := float64(c.coef[0]), float64(c.coef[1])
	switch c.routine {
	case "dot", "dsdot", "sdsdot":
		sum := 0.0
		for i := range x {
			sum += math.Abs(x[i] * y[i])
		}
		bound := float64(c.n+8) * sum
		switch c.routine {
		case "dot":
			bound *= u
		case "dsdot":
			bound *= 0x1p-53
		case "sdsdot":
			bound = bound*0x1p-53 + 3*u*(math.Abs(alpha)+sum)
		}
		return apart("sum", 0, got.results[0], want.results[0], bound)
	case "ger":
		for i := range c.a {
			bound := 0.0
			if i%c.lda < c.n && i/c.lda < c.m {
				bound = 4 * u * (math.Abs(alpha*x[i/c.lda]*y[i%c.lda]) + math.Abs(float64(c.a[i])))
			}
			if err := apart("a", i, float64(got.a[i]), float64(want.a[i]), bound); err != nil {
				return err
			}
		}
		return nil
	}
	xs, ys := got.elements(got.x, c.incX, 0), got.elements(got.y, c.incY, 1)
	wantX, wantY := want.elements(want.x, c.incX, 0), want.elements(want.y, c.incY, 1)
	for i := range y {
		var inX, inY float64
		switch c.routine {
		case "axpy":
			inY = 3 * (math.Abs(alpha*x[i]) + math.Abs(y[i]))
		case "rot":
			inX = 3 * (math.Abs(alpha*x[i]) + math.Abs(beta*y[i]))
			inY = 3 * (math.Abs(alpha*y[i]) + math.Abs(beta*x[i]))
		case "rotm":
			h := c.matrix()
			inX = 3 * (math.Abs(h[0]*x[i]) + math.Abs(h[1]*y[i]))
			inY = 3 * (math.Abs(h[2]*x[i]) + math.Abs(h[3]*y[i]))
		case "gemv":
			sum := 0.0
			for j := range x {
				at := i*c.lda + j
				if c.tA != blas.NoTrans {
					at = j*c.lda + i
				}
				sum += math.Abs(float64(c.a[at]) * x[j])
			}
			inY = float64(len(x)+8) * (math.Abs(alpha)*sum + math.Abs(beta*y[i]))
		}
		if c.routine != "gemv" {
			if err := apart("x", i, xs[i], wantX[i], inX*u); err != nil {
				return err
			}
		}
		if err := apart("y", i, ys[i], wantY[i], inY*u); err != nil {
			return err
		}
	}
	return nil
}

// matrix returns what rotm multiplies by: h11, h12, h21, h22.
func (c *call[T]) matrix() [4]float64 {
	h := [4]float64{float64(c.h[0]), float64(c.h[2]), float64(c.h[1]), float64(c.h[3])}
	switch c.flag {
	case blas.OffDiagonal:
		h[0], h[3] = 1, 1
	case blas.Diagonal:
		h[1], h[2] = 1, -1
	case blas.Identity:
		h = [4]float64{1, 0, 0, 1}
	}
	return h
}

// elements returns a vector's elements in the order of BLAS, of x or of y.
func (c *call[T]) elements(v []T, inc, which int) []float64 {
	if c.n == 0 || c.m == 0 && (c.routine == "gemv" || c.routine == "ger") {
		return nil
	}
	nx, ny := c.lengths()
	e := make([]float64, []int{nx, ny}[which])
	for i, v := range gather(len(e), v, inc) {
		e[i] = float64(v)
	}
	return e
}

// sortOf is the sort of number that a result is.
func sortOf(x float64) string {
	switch {
	case x != x:
		return "NaN"
	case math.IsInf(x, 1):
		return "+Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	}
	return "finite"
}

func smallest[T kernels.Float]() float64 {
	if is32[T]() {
		return math.SmallestNonzeroFloat32
	}
	return math.SmallestNonzeroFloat64
}
