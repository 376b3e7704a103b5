package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// gemmCase is a matrix product with everything that may differ between two of them, and
// the reference's result.
type gemmCase[T kernels.Float] struct {
	transA, transB kernels.Transpose
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	lda, ldb, ldc  int
	want           []T
}

func (p gemmCase[T]) String() string {
	return fmt.Sprintf("transA=%v transB=%v m=%d n=%d k=%d alpha=%v beta=%v lda=%d ldb=%d ldc=%d",
		p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.beta, p.lda, p.ldb, p.ldc)
}

// check compares a result with the reference's, what lies between the rows included.
func (p gemmCase[T]) check(t *testing.T, c []T, on string) {
	t.Helper()
	for i, want := range p.want {
		if !kerneltest.Same(c[i], want) {
			t.Fatalf("%s, %v: c[%d][%d] is %s, want %s", on, p, i/p.ldc, i%p.ldc, bitsOf(c[i]), bitsOf(want))
		}
	}
}

// run computes the product on the active level, in memory for C.
func (p gemmCase[T]) run(t *testing.T, c []T) {
	t.Helper()
	copy(c, p.c)
	kernels.Gemm(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc)
	p.check(t, c, "level "+kernels.ActiveLevel().String())
}

// gemms draws products.
type gemms[T kernels.Float] struct {
	*rand.Rand
	values [kerneltest.NumCases]func() T
}

func newGemms[T kernels.Float]() gemms[T] {
	g := gemms[T]{Rand: rand.New(rand.NewPCG(11, 12))}
	for c := range g.values {
		g.values[c] = kerneltest.Draw[T](kerneltest.Values(c), g.Rand)
	}
	return g
}

// product returns a product of the given sizes. Its strides and values are drawn, and so
// are alpha and beta, of which each is mostly not 0.
func (g gemms[T]) product(transA, transB kernels.Transpose, m, n, k int, alloc kerneltest.Alloc[T]) gemmCase[T] {
	value := g.values[g.IntN(len(g.values))]
	factors := []T{0, 1, -1, 1, value(), value()}
	return g.productOf(transA, transB, m, n, k, factors[g.IntN(len(factors))], factors[g.IntN(len(factors))], value, alloc)
}

func (g gemms[T]) productOf(transA, transB kernels.Transpose, m, n, k int, alpha, beta T, value func() T, alloc kerneltest.Alloc[T]) gemmCase[T] {
	p := gemmCase[T]{transA: transA, transB: transB, m: m, n: n, k: k, alpha: alpha, beta: beta}
	matrix := func(i int, trans kernels.Transpose, rows, columns int) ([]T, int) {
		if trans {
			rows, columns = columns, rows
		}
		stride := max(1, columns) + g.IntN(2)*g.IntN(20)
		size := 0
		if rows > 0 && columns > 0 {
			size = (rows-1)*stride + columns
		}
		x := alloc(i, size)
		for i := range x {
			x[i] = value()
		}
		return x, stride
	}
	p.a, p.lda = matrix(0, transA, m, k)
	p.b, p.ldb = matrix(1, transB, k, n)
	p.c, p.ldc = matrix(2, kernels.NoTrans, m, n)
	p.refer()
	return p
}

// refer computes the reference's result.
func (p *gemmCase[T]) refer() {
	p.want = append(p.want[:0], p.c...)
	generic.Gemm(bool(p.transA), bool(p.transB), p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.want, p.ldc)
}

// transpositions are all combinations of those of both factors.
var transpositions = [][2]kernels.Transpose{{kernels.NoTrans, kernels.NoTrans}, {kernels.Trans, kernels.NoTrans},
	{kernels.NoTrans, kernels.Trans}, {kernels.Trans, kernels.Trans}}

// onLevels compares products on every level.
func (g gemms[T]) onLevels(t *testing.T, all []gemmCase[T]) {
	t.Helper()
	var c []T
	for _, l := range kernels.Levels() {
		activate(t, l)
		for _, p := range all {
			if c = append(c[:0], p.c...); len(c) == 0 {
				c = nil
			}
			p.run(t, c)
		}
	}
}

// TestGemm compares products with the reference on every level: all small sizes with all
// transpositions, sizes around the edges of tiles, panels and blocks, and larger ones.
func TestGemm(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", gemmSizes[float32])
	t.Run("type=f64", gemmSizes[float64])
}

func gemmSizes[T kernels.Float](t *testing.T) {
	g := newGemms[T]()
	var all []gemmCase[T]
	add := func(way [2]kernels.Transpose, m, n, k int) {
		all = append(all, g.product(way[0], way[1], m, n, k, kerneltest.Heap[T](g.IntN(17))))
	}
	one := func(m, n, k int) { add(transpositions[g.IntN(len(transpositions))], m, n, k) }
	each := one // under emulation
	step := 3
	if !testing.Short() {
		step = 1
		each = func(m, n, k int) {
			for _, way := range transpositions {
				add(way, m, n, k)
			}
		}
	}
	compare := func() {
		t.Helper()
		g.onLevels(t, all)
		all = all[:0]
	}
	for m := range 21 {
		for n := range 21 {
			for k := (m + n) % step; k < 21; k += step {
				each(m, n, k)
			}
		}
		compare()
	}
	for range 600 / step {
		one(g.IntN(81), g.IntN(81), g.IntN(81))
	}
	compare()
	// Every place where a tile of rows or a vector of columns ends.
	for n := range 150 {
		for m := 1 + n%step; m < 22; m += step {
			one(m, n, 1+g.IntN(4))
		}
	}
	compare()
	for i := 0; i < 6; i += step {
		edge := []int{255, 256, 257, 511, 512, 513}[i]
		each(1+g.IntN(12), 1+g.IntN(70), edge)
		each(edge, 1+g.IntN(40), 1+g.IntN(40))
		each(30+g.IntN(20), edge, 60+g.IntN(20))
	}
	compare()
	for range 40 / step {
		each(30+g.IntN(20), 150+g.IntN(100), 1+g.IntN(100))
		one(1+g.IntN(30), 1+g.IntN(140), 250+g.IntN(20))
	}
	each(5500+g.IntN(40), 1+g.IntN(9), 1+g.IntN(4)) // rows that one call takes at most
	each(180+g.IntN(40), 200+g.IntN(40), 1+g.IntN(9))
	compare()
}

// TestGemmFactors has every pair of special alpha and beta; where beta is 0, C is full
// of NaN.
func TestGemmFactors(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", gemmFactors[float32])
	t.Run("type=f64", gemmFactors[float64])
}

func gemmFactors[T kernels.Float](t *testing.T) {
	g := newGemms[T]()
	nan := T(math.NaN())
	factors := []T{0, T(math.Copysign(0, -1)), 1, -1, 0.7, 2, nan, T(math.Inf(1)), T(math.Inf(-1)), least[T](), greatest[T]()}
	var all []gemmCase[T]
	for i, alpha := range factors {
		for j, beta := range factors {
			for s, size := range [][3]int{{0, 3, 2}, {3, 0, 2}, {3, 5, 0}, {3, 5, 4}, {13, 70, 9}, {33, 21, 5}, {2, 3, 300}} {
				way := transpositions[(i+j+s)%len(transpositions)]
				value := g.values[(i+j/2+s)%len(g.values)]
				p := g.productOf(way[0], way[1], size[0], size[1], size[2], alpha, beta, value, kerneltest.Heap[T](s))
				if beta == 0 {
					for i := range p.c {
						p.c[i] = nan
					}
					p.refer()
				}
				all = append(all, p)
			}
		}
	}
	g.onLevels(t, all)
}

// TestGemmPaths takes every way through Gemm for the same products, whichever it would
// choose itself.
func TestGemmPaths(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", gemmPaths[float32])
	t.Run("type=f64", gemmPaths[float64])
}

func gemmPaths[T kernels.Float](t *testing.T) {
	g := newGemms[T]()
	sizes := [][3]int{{1, 1, 1}, {1, 150, 300}, {150, 1, 300}, {300, 40, 9}, {257, 130, 3}, {10, 64, 256}, {17, 129, 257}, {33, 12, 513}}
	for range 60 {
		sizes = append(sizes, [3]int{1 + g.IntN(40), 1 + g.IntN(150), 1 + g.IntN(40)})
	}
	for i, s := range sizes {
		if testing.Short() && i%5 != 1 {
			continue
		}
		for _, trans := range transpositions {
			value := g.values[g.IntN(len(g.values))]
			p := g.productOf(trans[0], trans[1], s[0], s[1], s[2], T(1.5), []T{0, 1, -0.7}[g.IntN(3)], value, kerneltest.Heap[T](i%17))
			for _, l := range kernels.Levels() {
				activate(t, l)
				for _, way := range kernels.GemmPaths(p.transB) {
					c := append([]T(nil), p.c...)
					kernels.GemmOn(way, p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc)
					p.check(t, c, fmt.Sprintf("level %v, on %+v", l, way))
				}
			}
		}
	}
}
