//go:build unix

package kernels_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestGuardPages runs every kernel on slices that touch an inaccessible page, in
// front and behind. A stray access ends the test binary.
func TestGuardPages(t *testing.T) { eachOp(t, guardPages[float32], guardPages[float64]) }

func guardPages[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	t.Parallel()
	const rows, indexed, many, mostSlices, maxInc, maxLen = 6, 38, 64, 100, 7, 301
	edges := slices.DeleteFunc(edgeShapes(op), func(s edgeShape) bool { // what would take long
		if op.IsProduct() {
			return s.N > 600
		}
		if isTree(op) && s.N <= 70 {
			return false
		}
		return s.Rows == 1 && s.N > 20000 || s.N*s.Rows > 150000 || s.Rows%2 == 0 && s.N*s.Rows < 131072
	})
	most := max(rows*kerneltest.FarStride(rows)+maxInc*maxLen, indexed*2*maxLen)
	for _, s := range edges {
		most = max(most, maxInc*s.N, s.Elements(kerneltest.Matrix, 1))
		if op.IsProduct() {
			most = max(most, s.Elements(kerneltest.Left, 1), s.Elements(kerneltest.Right, 1), s.Elements(kerneltest.Transposed, 1))
		}
	}
	first := placement[T]{kerneltest.First[T], kerneltest.First[int], kerneltest.First[byte]}
	last := placement[T]{kerneltest.Last[T], kerneltest.Last[int], kerneltest.Last[byte]}
	var guards []*kerneltest.Guard
	number := len(op.Params) + many
	if isTree(op) {
		number = len(op.Params) + mostSlices
	}
	for range number {
		g, err := kerneltest.NewGuard(most * 8)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		guards = append(guards, g)
	}
	pool := kerneltest.NewPool[T](kerneltest.Normal, rand.New(rand.NewPCG(9, 10)))
	check := func(s kerneltest.Shape, inc int, place placement[T]) {
		t.Helper()
		s.Incs = incs[(s.N+inc)%len(incs)][:]
		a := kerneltest.NewFrom(op, s, func(i, n int) []T { return place.elements(guards[i], n) }, pool)
		for i, rows := range a.Rows {
			a.Rows[i] = place.rows(guards[len(a.Vec)+i], len(rows))
			copy(a.Rows[i], rows)
		}
		a.Place(func(i, n int) []byte { return place.bytes(guards[len(a.Vec)+i], n) })
		overwrite(op, a, s.N+inc)
		if err := kerneltest.Compare(op, l, a); err != nil {
			t.Fatalf("n=%d rows=%d stride=%d: %v", s.N, s.Rows, s.Stride, err)
		}
	}
	for n := range maxLen {
		// Two numbers of rows for each length, and of matrices one of two that is larger
		// than the first-level cache: rows far apart, or many, each with lengths of all
		// remainders by powers of two. Short strided vectors have ways of their own: all
		// pairs of strides. Under emulation, what is longer than a turn and a half of the
		// longest loop, which has 64 elements, is every fifth and ninth length.
		if testing.Short() && n > 96 && n%5 != 0 && n%9 != 0 {
			continue
		}
		variants := 2
		if op.IsStrided() && n <= 64 {
			variants = len(incs)
		}
		for v := range variants {
			s := kerneltest.Shape{N: n, Rows: 1 + (n+n/12+3*v)%rows, Stride: n + n%2}
			switch {
			case op.Family == "indexed": // what is some rows ahead, and what is not
				s.Rows = 1 + (n/2*7+v*19)%indexed
			case !op.IsRows() || (n+v)%2 == 0:
			case n > 8192/many && n/3%2 == 0:
				s.Rows = 1 + 8192/n
			default:
				s.Stride = max(n, kerneltest.FarStride(s.Rows))
			}
			check(s, v, first)
			check(s, v, last)
		}
	}
	// Around the edges of blocks, what runs too far does so at the back, or where a
	// stride is negative at the front.
	for i, s := range edges {
		check(s.Shape, i, last)
		if op.IsStrided() && i%3 == 0 {
			check(s.Shape, i, first)
		}
	}
}

// placement puts slices against a guard page.
type placement[T kernels.Float] struct {
	elements func(g *kerneltest.Guard, n int) []T
	rows     func(g *kerneltest.Guard, n int) []int
	bytes    func(g *kerneltest.Guard, n int) []byte
}

// TestGemmGuardPages multiplies matrices that touch an inaccessible page, in front and
// behind.
func TestGemmGuardPages(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", gemmGuardPages[float32])
	t.Run("type=f64", gemmGuardPages[float64])
}

func gemmGuardPages[T kernels.Float](t *testing.T) {
	g := newGemms[T]()
	sizes := [][3]int{{1, 1, 1}, {1, 140, 300}, {140, 1, 300}, {260, 100, 9}, {40, 130, 70}}
	for range 150 {
		sizes = append(sizes, [3]int{1 + g.IntN(40), 1 + g.IntN(150), 1 + g.IntN(40)})
	}
	var guards []*kerneltest.Guard
	for range 3 {
		guard, err := kerneltest.NewGuard(300 * 300 * size[T]())
		if err != nil {
			t.Fatal(err)
		}
		defer guard.Close()
		guards = append(guards, guard)
	}
	for i, s := range sizes {
		if testing.Short() && i%4 != 0 {
			continue
		}
		for _, place := range []func(*kerneltest.Guard, int) []T{kerneltest.First[T], kerneltest.Last[T]} {
			for _, trans := range transpositions {
				p := g.product(trans[0], trans[1], s[0], s[1], s[2], func(i, n int) []T { return place(guards[i], n) })
				inPlace := p.c
				p.c = append([]T(nil), p.c...)
				for _, l := range kernels.Levels() {
					activate(t, l)
					p.run(t, inPlace)
				}
			}
		}
	}
}

// TestGemmUnread has factors that cannot be read but for their first element, which is
// NaN: with alpha = 0, and without terms, they do not matter.
func TestGemmUnread(t *testing.T) { onEveryLevel(t, gemmUnread[float32], gemmUnread[float64]) }

func gemmUnread[T kernels.Float](t *testing.T) {
	guard, err := kerneltest.NewGuard(1)
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	const n = 20
	last := kerneltest.Last[T](guard, 1)
	last[0] = T(math.NaN())
	unreadable := unsafe.Slice(&last[0], n*n)
	for _, trans := range transpositions {
		for _, beta := range []T{0, 1, -2} {
			for _, alpha := range []T{0, T(math.Copysign(0, -1)), 1} {
				k := n
				if alpha != 0 {
					k = 0
				}
				c := make([]T, n*n)
				for i := range c {
					c[i] = T(i)
				}
				kernels.Gemm(trans[0], trans[1], n, n, k, alpha, unreadable, n, unreadable, n, beta, c, n)
				for i := range c {
					same(t, c[i], beta*T(i), "alpha=%v beta=%v k=%d: element %d", alpha, beta, k, i)
				}
			}
		}
	}
}
