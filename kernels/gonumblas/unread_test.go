package gonumblas_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestReadsItsElements: what lies between the elements, before and behind them does
// not show in any result. Slices are often longer than a vector.
func TestReadsItsElements(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", readsItsElements[float32])
		t.Run("float64", readsItsElements[float64])
	})
}

func readsItsElements[T kernels.Float](t *testing.T) {
	for k, routine := range routinesOf[T]() {
		if routine == "rotg" || routine == "rotmg" {
			continue // no vectors
		}
		rng := rand.New(rand.NewPCG(uint64(k), 13))
		for range 100 {
			s := drawShape(rng)
			s.pad = 1 + rng.IntN(4)
			switch rng.IntN(4) {
			case 0:
				s.n = rng.IntN(10) // the short ways
			case 1:
				s.m, s.n = min(s.m, 20), min(s.n, 20)
			}
			c := newCall[T](routine, s)
			if rng.IntN(4) == 0 {
				clear(c.x) // so that Nrm2 takes a second look
			}
			clean, dirty := c.strangers(0), c.strangers(quiet[T]())
			want, got := clean.withOurs(), dirty.withOurs()
			if i := differ(got.results, want.results); i >= 0 {
				t.Fatalf("%s: %v, with other neighbours %v", c.describe(), got.results, want.results)
			}
			clean, dirty = want.strangers(0), got.strangers(0)
			for name, pair := range clean.outputs(&dirty) {
				if i := differ(pair[0], pair[1]); i >= 0 {
					t.Fatalf("%s: %s[%d] = %v, with other neighbours %v", c.describe(), name, i, pair[1][i], pair[0][i])
				}
			}
		}
	}
}

// strangers returns the call with a value for all that is in its slices and not in
// its vectors and matrix.
func (c call[T]) strangers(v T) call[T] {
	c.x, c.y, c.a = clone(c.x), clone(c.y), clone(c.a)
	nx, ny := c.lengths()
	if c.n == 0 || c.m == 0 && (c.routine == "gemv" || c.routine == "ger") {
		nx, ny = 0, 0
	}
	for i := range c.x {
		if !within(i, nx, c.incX) {
			c.x[i] = v
		}
	}
	for i := range c.y {
		if !within(i, ny, c.incY) {
			c.y[i] = v
		}
	}
	for i := range c.a {
		if i%c.lda >= c.n || i/c.lda >= c.m {
			c.a[i] = v
		}
	}
	return c
}

// within reports whether a vector of n elements has one at place i of its slice.
func within(i, n, inc int) bool {
	inc = max(inc, -inc)
	return i%inc == 0 && i/inc < n
}

// TestBigNorm: two squares overflow, their root does not, whatever comes behind.
func TestBigNorm(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		for _, n := range []int{2, 8, 9, 200} {
			x := make([]float64, n, n+1)
			x[0], x[n-1] = 1e200, 1e200
			for _, x := range [][]float64{x, append(x, 1e300)} {
				if got := ours.Dnrm2(n, x, 1); got < 1.4142135623730949e200 || got > 1.4142135623730952e200 {
					t.Errorf("norm of 1e200 twice among %d: %v", n, got)
				}
			}
			if got := ours.Dnrm2(2, x, n-1); got < 1.4142135623730949e200 || got > 1.4142135623730952e200 {
				t.Errorf("strided norm of 1e200 twice: %v", got)
			}
		}
	})
}
