package gonumblas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestMatrices compares random calls of the routines of matrices with the functions of
// package kernels, to the bit, and with gonum's, within what rounding makes.
func TestMatrices(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", matrices[float32])
		t.Run("float64", matrices[float64])
	})
}

func matrices[T kernels.Float](t *testing.T) {
	cases := 150
	if testing.Short() {
		cases = 30
	}
	for i, routine := range matrixRoutines {
		rng := rand.New(rand.NewPCG(uint64(i), 21))
		for k := range cases {
			c := newMatrixCall[T](rng, routine, pick(rng, 4, 20, 70))
			got, kernel, gonums := c.with(ours), c.withKernels(), c.with(theirs)
			if got.panic != nil || gonums.panic != nil {
				t.Fatalf("%v: panics %v and %v", c, got.panic, gonums.panic)
			}
			for name, pair := range got.outputs(kernel) {
				if i := differ(pair[0], pair[1]); i >= 0 {
					t.Fatalf("%v, case %d: %s[%d] = %v, the kernel gives %v", c, k, name, i, pair[0][i], pair[1][i])
				}
			}
			if err := c.near(got, gonums); err != nil {
				t.Fatalf("%v, case %d: %v", c, k, err)
			}
		}
	}
}

// The panics that each routine must have been seen with.
var (
	squarePanics    = "triangle, n < 0, dimension of A, length of a"
	productPanics   = ", n < 0, dimension of A, dimension of B, length of a, length of b"
	wantMatrixPanic = map[string]string{
		"gemm":  "transpose, m < 0, k < 0, dimension of C, length of c" + productPanics,
		"symm":  "side, triangle, m < 0, dimension of C, length of c" + productPanics,
		"syrk":  squarePanics + ", transpose, k < 0, dimension of C, length of c",
		"syr2k": "triangle, transpose, k < 0, dimension of C, length of c" + productPanics,
		"trmm":  "side, triangle, transpose, diagonal, m < 0" + productPanics,
		"trsm":  "side, triangle, transpose, diagonal, m < 0" + productPanics,
		"symv":  squarePanics + ", zero x, zero y, length of x, length of y",
		"syr":   squarePanics + ", zero x, length of x",
		"syr2":  squarePanics + ", zero x, zero y, length of x, length of y",
		"trmv":  squarePanics + ", transpose, diagonal, zero x, length of x",
		"trsv":  squarePanics + ", transpose, diagonal, zero x, length of x",
	}
)

// TestMatrixPanics compares the checks with gonum's on arguments of every sort: the same
// panic or none, and nothing written before it.
func TestMatrixPanics(t *testing.T) {
	t.Run("float32", matrixPanicsOf[float32])
	t.Run("float64", matrixPanicsOf[float64])
}

func matrixPanicsOf[T kernels.Float](t *testing.T) {
	for i, routine := range matrixRoutines {
		rng := rand.New(rand.NewPCG(uint64(i), 23))
		seen, fine := map[string]int{}, 0
		for range 3000 {
			c := doubtfulMatrixCall[T](rng, routine)
			got, want := c.with(ours), c.with(theirs)
			if got.panic != want.panic {
				t.Fatalf("%v panics with %v, gonum with %v", c, got.panic, want.panic)
			}
			if got.panic == nil {
				fine++
				if err := c.near(got, want); err != nil {
					t.Fatalf("%v: %v", c, err)
				}
				continue
			}
			seen[fmt.Sprint(got.panic)]++
			for name, pair := range got.outputs(c) {
				if differ(pair[0], pair[1]) >= 0 {
					t.Fatalf("%v wrote to %s before it panicked", c, name)
				}
			}
		}
		wants := strings.Split(wantMatrixPanic[routine], ", ")
		for _, want := range wants {
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
		if len(seen) != len(wants) || fine < 300 {
			t.Errorf("%s: panics %v; %d calls without", routine, seen, fine)
		}
	}
}

// doubtfulMatrixCall returns a call whose arguments may be wrong, often in several ways.
func doubtfulMatrixCall[T kernels.Float](rng *rand.Rand, routine string) *matrixCall[T] {
	c := newMatrixCall[T](rng, routine, 6)
	seldom := func() bool { return rng.IntN(12) == 0 }
	for _, size := range []*int{&c.m, &c.n, &c.k} {
		if seldom() {
			*size = pick(rng, -1, 0, *size+1, *size-1)
		}
	}
	for _, stride := range []*int{&c.lda, &c.ldb, &c.ldc} {
		if seldom() {
			*stride = pick(rng, -1, 0, *stride+1, *stride-1, *stride-3)
		}
	}
	for _, x := range []*[]T{&c.a, &c.b, &c.c} {
		switch {
		case seldom():
			*x = (*x)[:max(0, len(*x)-1-rng.IntN(4))]
		case seldom():
			*x = nil
		}
	}
	if seldom() {
		c.s = 'X'
	}
	if seldom() {
		c.ul = 'A' // all, which is one of gonum's
	}
	if seldom() {
		c.d = 0
	}
	if seldom() {
		c.tA = 'n'
	}
	if seldom() {
		c.tB = 0
	}
	return c
}

// TestMatrixOverflow has arguments whose product is beyond an int, and wraps round to what
// would fit.
func TestMatrixOverflow(t *testing.T) {
	const most = math.MaxInt/2 + 2
	x := make([]float64, 64)
	for name, call := range map[string]func(){
		"Dgemm": func() { ours.Dgemm(blas.NoTrans, blas.NoTrans, 5, 1, 1, 1, x, most, x, 1, 0, x, 1) },
		"Dsymm": func() { ours.Dsymm(blas.Left, blas.Upper, 5, 1, 1, x, most, x, 1, 0, x, 1) },
		"Dsyrk": func() { ours.Dsyrk(blas.Upper, blas.NoTrans, 5, 1, 1, x, most, 0, x, 5) },
		"Dtrsm": func() { ours.Dtrsm(blas.Left, blas.Upper, blas.NoTrans, blas.Unit, 5, 1, 1, x, most, x, 1) },
		"Dtrmv": func() { ours.Dtrmv(blas.Upper, blas.NoTrans, blas.Unit, 5, x, most, x, 1) },
	} {
		func() {
			defer func() {
				if r := recover(); r != "blas: insufficient length of a" {
					t.Errorf("%s: panic %v", name, r)
				}
			}()
			call()
		}()
	}
}

// TestMatrixAllocations: after the first call, no routine allocates.
func TestMatrixAllocations(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", matrixAllocations[float32])
		t.Run("float64", matrixAllocations[float64])
	})
}

func matrixAllocations[T kernels.Float](t *testing.T) {
	for i, routine := range matrixRoutines {
		rng := rand.New(rand.NewPCG(uint64(i), 25))
		for range 20 {
			c := newMatrixCall[T](rng, routine, 70)
			call := func() {
				switch c := any(c).(type) {
				case *matrixCall[float32]:
					c.single(ours)
				case *matrixCall[float64]:
					c.double(ours)
				}
			}
			if k := kerneltest.Allocations(3, call); k != 0 {
				t.Errorf("%v: %v allocations", c, k)
			}
		}
	}
}
