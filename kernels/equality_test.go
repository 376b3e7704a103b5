package kernels_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// eachOp runs f for every kernel, element type and assembly level of this machine.
func eachOp(t *testing.T, f32 func(*testing.T, kerneltest.Op[float32], kernels.Level),
	f64 func(*testing.T, kerneltest.Op[float64], kernels.Level)) {
	for _, l := range kernels.Levels()[1:] {
		for _, op := range kerneltest.Ops[float32]() {
			t.Run(fmt.Sprintf("%s/type=f32/level=%v", op.Name, l), func(t *testing.T) { f32(t, op, l) })
		}
		for _, op := range kerneltest.Ops[float64]() {
			t.Run(fmt.Sprintf("%s/type=f64/level=%v", op.Name, l), func(t *testing.T) { f64(t, op, l) })
		}
	}
}

// incs are strides for the streams of the strided kernels.
var incs = [][2]int{{1, 1}, {2, 3}, {-1, 2}, {-3, -2}, {3, 1}, {-2, 5}, {1, -1}, {7, -3}, {-1, -1}}

// TestSameBits compares every kernel with its reference: all short lengths, each at a part
// of the offsets, and the lengths around every block edge.
func TestSameBits(t *testing.T) { eachOp(t, sameBits[float32], sameBits[float64]) }

func sameBits[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var pools [kerneltest.NumCases]*kerneltest.Pool[T]
	for c := range pools {
		pools[c] = kerneltest.NewPool[T](kerneltest.Values(c), r)
	}
	check := func(s kerneltest.Shape, off int, c kerneltest.Values) {
		t.Helper()
		s.Incs = incs[(s.N+off)%len(incs)][:]
		a := kerneltest.NewFrom(op, s, kerneltest.Heap[T](off), pools[c])
		overwrite(op, a, s.N+off)
		if err := kerneltest.Compare(op, l, a); err != nil {
			t.Fatalf("n=%d rows=%d stride=%d incs=%v offset=%d values=%d: %v", s.N, s.Rows, s.Stride, s.Incs, off, c, err)
		}
	}
	maxRows, step := mostRows(op), max(2, rowStep())
	if op.Family == "rowwise" || op.Family == "indexed" { // each row begins at another offset anyway
		step *= 3
	}
	for n := range 301 {
		// Under emulation, lengths beyond two turns of the longest loop are every third.
		if testing.Short() && n > 150 && n%3 != 0 {
			continue
		}
		// Every rest of a vector meets every offset: a length meets a part of them, and the
		// next ones with its rest the others.
		for off := (n + n/16) % step; off < 17; off += step {
			rows := 1 + (n+off)%maxRows
			check(kerneltest.Shape{N: n, Rows: rows, Stride: n + off%3}, off, kerneltest.Values((n+off)%int(kerneltest.NumCases)))
		}
		// And more than the first-level cache holds: rows far apart, and many. What goes row by
		// row knows no difference, and every ninth length has all rests of a vector.
		byRow := op.Family == "rowwise" || op.Family == "indexed"
		if op.IsRows() && (!byRow || n%4 == 0) && (!testing.Short() || n%9 == 0 || byRow && n%3 == 0) {
			few, many := 1+n%7, min(100, 1+8192/max(1, n))
			check(kerneltest.Shape{N: n, Rows: few, Stride: max(n, kerneltest.FarStride(few))}, n%17, kerneltest.Values(n%int(kerneltest.NumCases)))
			check(kerneltest.Shape{N: n, Rows: many, Stride: n + n%2}, n%17, kerneltest.Normal)
		}
	}
	for _, s := range edgeShapes(op) {
		values := kerneltest.Normal
		if !s.blocks {
			values = kerneltest.Values(r.IntN(int(kerneltest.NumCases)))
		}
		check(s.Shape, r.IntN(17), values)
	}
}

// overwrite sets a product's beta to 0 in a third of the calls: what was there is not
// read then, which is a way of its own.
func overwrite[T kernels.Float](op kerneltest.Op[T], a *kerneltest.Args[T], k int) {
	if op.Count(kerneltest.Target) > 0 && k%3 == 0 {
		a.Scalar[len(a.Scalar)-1] = 0
	}
}

// TestAliases passes the same slice for every pair of parameters that may be one.
func TestAliases(t *testing.T) { eachOp(t, aliases[float32], aliases[float64]) }

func aliases[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	pool := kerneltest.NewPool[T](kerneltest.Normal, rand.New(rand.NewPCG(3, 4)))
	for _, pair := range op.Alias {
		for _, n := range []int{0, 1, 2, 3, 5, 7, 10, 16, 20, 45, 63, 200, 1000, 20000} {
			for off := range 3 {
				shape := kerneltest.Shape{N: n, Rows: mostRows(op), Stride: n + off}
				a := kerneltest.NewFrom(op, shape, kerneltest.Heap[T](off), pool)
				a.Join(op, pair)
				if err := kerneltest.Compare(op, l, a); err != nil {
					t.Fatalf("n=%d, %s is %s: %v", n, pair[0], pair[1], err)
				}
			}
		}
	}
}

// TestWritesOnlyDestinations checks that a kernel leaves the elements around its
// slices, and the slices it only reads, alone.
func TestWritesOnlyDestinations(t *testing.T) {
	eachOp(t, writesOnly[float32], writesOnly[float64])
}

func writesOnly[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	const border, canary = 40, 12345
	r := rand.New(rand.NewPCG(5, 6))
	table, err := kerneltest.TableOf[T](l)
	if err != nil {
		t.Fatal(err)
	}
	draw := kerneltest.Draw[T](kerneltest.Normal, r)
	for n := range 150 {
		var whole [][]T
		alloc := func(_, n int) []T {
			x := make([]T, n+2*border)
			for i := range x {
				x[i] = canary
			}
			whole = append(whole, x)
			return x[border : border+n]
		}
		a := kerneltest.New(op, kerneltest.Shape{N: n, Rows: 5, Stride: n + 2, Incs: incs[n%len(incs)][:]}, alloc, draw)
		var bytes [][]byte
		a.Place(func(_, n int) []byte {
			x := slices.Repeat([]byte{canary % 256}, n+2*border)
			bytes = append(bytes, x)
			return x[border : border+n]
		})
		before := a.Clone()
		op.Bind(table, a)(1)
		for i, x := range bytes {
			for j := range border {
				if x[j] != canary%256 || x[len(x)-1-j] != canary%256 {
					t.Fatalf("n=%d: wrote outside vector %d of other elements", n, i)
				}
			}
		}
		if err := a.ReadOnly(op, before); err != nil {
			t.Fatalf("n=%d: wrote to what it only reads: %v", n, err)
		}
		for i, x := range whole {
			for j := range border {
				if x[j] != canary || x[len(x)-1-j] != canary {
					t.Fatalf("n=%d: wrote outside slice %d", n, i)
				}
			}
		}
	}
}

// TestNoAllocation checks that no table entry allocates.
func TestNoAllocation(t *testing.T) { eachOp(t, noAllocation[float32], noAllocation[float64]) }

func noAllocation[T kernels.Float](t *testing.T, op kerneltest.Op[T], l kernels.Level) {
	table, err := kerneltest.TableOf[T](l)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	a := kerneltest.New(op, kerneltest.Shape{N: 1000, Rows: 7, Stride: 1000}, kerneltest.Heap[T](0), kerneltest.Draw[T](kerneltest.Normal, r))
	call := op.Bind(table, a)
	if n := kerneltest.Allocations(10, func() { call(1) }); n != 0 {
		t.Fatalf("%v allocations in a call", n)
	}
}
