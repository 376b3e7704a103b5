package gonumblas_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

// TestPanics compares our checks with gonum's on arguments of every sort: the same
// panic or none, in the order of the checks, and nothing written before it.
func TestPanics(t *testing.T) {
	t.Run("float32", panics[float32])
	t.Run("float64", panics[float64])
}

// The panics that each routine must have been seen with, so that the random
// arguments do not miss one.
var (
	onePanics    = "zero x, n < 0, length of x"
	twoPanics    = onePanics + ", zero y, length of y"
	matrixPanics = twoPanics + ", m < 0, leading dimension of A, length of a"
	wantPanics   = map[string]string{
		"scal": onePanics, "nrm2": onePanics, "asum": onePanics, "iamax": onePanics,
		"axpy": twoPanics, "dot": twoPanics, "dsdot": twoPanics, "sdsdot": twoPanics,
		"copy": twoPanics, "swap": twoPanics, "rot": twoPanics, "rotm": twoPanics,
		"ger": matrixPanics, "gemv": matrixPanics + ", illegal transpose",
	}
)

func panics[T kernels.Float](t *testing.T) {
	for _, routine := range routinesOf[T]() {
		if routine == "rotg" || routine == "rotmg" {
			continue // they take any numbers
		}
		// The same numbers with -short, because the rarest panics need them.
		rng := rand.New(rand.NewPCG(uint64(len(routine)), 7))
		seen, fine, empty := map[string]int{}, 0, 0
		for range 2000 {
			c := doubtful[T](rng, routine)
			got, want := c.withOurs(), c.withGonum()
			if got.panic != want.panic {
				t.Fatalf("%s panics with %v, gonum with %v", c.describe(), got.panic, want.panic)
			}
			if got.panic == nil {
				fine++
				if c.n == 0 {
					empty++
				}
				// Small whole numbers, which no order of additions rounds.
				if routine != "nrm2" && fmt.Sprint(got.results) != fmt.Sprint(want.results) {
					t.Fatalf("%s returns %v, gonum %v", c.describe(), got.results, want.results)
				}
				// Zeros may differ in sign: Gemv adds the +0 that y counts as.
				if !slices.Equal(got.x, want.x) || !slices.Equal(got.y, want.y) || !slices.Equal(got.a, want.a) {
					t.Fatalf("%s: got\n%v\n%v\n%v, gonum\n%v\n%v\n%v", c.describe(), got.x, got.y, got.a, want.x, want.y, want.a)
				}
				continue
			}
			seen[fmt.Sprint(got.panic)]++
			if differ(c.x, got.x) >= 0 || differ(c.y, got.y) >= 0 || differ(c.a, got.a) >= 0 {
				t.Fatalf("%s wrote before it panicked", c.describe())
			}
		}
		for want := range strings.SplitSeq(wantPanics[routine], ", ") {
			n := 0
			for message, k := range seen {
				if strings.Contains(message, want) {
					n += k
				}
			}
			if n == 0 {
				t.Errorf("%s: no panic with %q among %v", routine, want, seen)
			}
		}
		if len(seen) != 1+strings.Count(wantPanics[routine], ", ") || fine < 100 || empty < 10 {
			t.Errorf("%s: panics %v; %d calls without, %d of them empty", routine, seen, fine, empty)
		}
	}
}

// doubtful returns a call whose arguments may be wrong, often in several ways.
func doubtful[T kernels.Float](rng *rand.Rand, routine string) call[T] {
	pick := func(v ...int) int { return v[rng.IntN(len(v))] }
	c := call[T]{
		routine: routine,
		tA:      []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}[rng.IntN(3)],
		m:       pick(-1, 0, 1, 2, 3, 5, 70),
		n:       pick(-2, -1, 0, 0, 1, 2, 3, 5, 9, 70),
		flag:    blas.Flag(pick(-2, -1, 0, 1, -3, 2)),
		incX:    pick(-3, -2, -1, 0, 1, 1, 1, 2, 3),
		incY:    pick(-3, -2, -1, 0, 1, 1, 1, 2, 3),
	}
	if rng.IntN(12) == 0 {
		c.tA = blas.Transpose([]byte{0, 'X', 'n', 't'}[rng.IntN(4)])
	}
	c.lda = max(c.n, 1) + pick(0, 0, 0, 1, 3)
	if rng.IntN(6) == 0 {
		c.lda = pick(-1, 0, c.n-1, -c.n)
	}
	for i := range c.coef {
		c.coef[i] = T(pick(0, 1, 1, 2, -1))
		c.h[i] = T(pick(-2, 0, 1, 3))
	}
	slice := func(need int) []T {
		length := max(0, need+pick(0, 0, 0, 0, 0, 0, 2, 2, -1, -2))
		if rng.IntN(25) == 0 {
			return nil
		}
		s := make([]T, length)
		for i := range s {
			s[i] = T(rng.IntN(9) - 4)
		}
		return s
	}
	nx, ny := c.lengths()
	c.x = slice(1 + (nx-1)*max(c.incX, -c.incX))
	c.y = slice(1 + (ny-1)*max(c.incY, -c.incY))
	c.a = slice(c.lda*(c.m-1) + c.n)
	return c
}

func (c *call[T]) describe() string {
	return fmt.Sprintf("%s[%T](tA %q, m %d, n %d, coef %v, flag %d, h %v, x of %d by %d, y of %d by %d, a of %d, lda %d)",
		c.routine, T(0), c.tA, c.m, c.n, c.coef, c.flag, c.h, len(c.x), c.incX, len(c.y), c.incY, len(c.a), c.lda)
}

// TestZeroFactors: the checks' test has no exceptional values, for which it makes a
// difference that a factor of 0 clears, and that Gemv does not read y for one.
func TestZeroFactors(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", zeroFactors[float32])
		t.Run("float64", zeroFactors[float64])
	})
}

func zeroFactors[T kernels.Float](t *testing.T) {
	nan := quiet[T]()
	for _, inc := range []int{1, 2, -1, -2} {
		step := max(inc, -inc)
		for _, n := range []int{1, 5, 70, 1100} {
			for _, routine := range []string{"scal", "gemv", "gemv of 0", "axpy", "ger"} {
				c := call[T]{routine: routine, tA: blas.NoTrans, m: n, n: n, incX: inc, incY: 1, lda: n}
				c.x = make([]T, (n-1)*step+1)
				c.y = make([]T, n)
				for i := range c.x {
					c.x[i] = nan
				}
				switch routine {
				case "gemv", "gemv of 0": // y, not x, has the NaN
					if routine == "gemv" {
						c.coef[0] = 1
					}
					c.routine = "gemv"
					c.x, c.y, c.incX, c.incY = c.y, c.x, 1, inc
					c.n, c.m, c.lda = 3, n, 3
					c.a = make([]T, 3*n)
				case "ger":
					c.n, c.lda, c.y = 3, 3, make([]T, 3)
					c.a = make([]T, 3*n)
				}
				got, want := c.withOurs(), c.withGonum()
				if differ(got.x, want.x) >= 0 || differ(got.y, want.y) >= 0 || differ(got.a, want.a) >= 0 || got.panic != want.panic {
					t.Errorf("%s: other zeros than gonum's", c.describe())
				}
			}
		}
	}
}
