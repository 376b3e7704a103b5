package fuzz

import (
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// gemmInput is what the fuzzer chose for a matrix product.
type gemmInput struct {
	m, n, k uint16
	pads    byte   // two bits for each matrix: what lies between its rows
	how     byte   // a bit for each transposition, then three for alpha and three for beta
	place   uint32 // where the slices lie
	bits    []byte
}

// FuzzGemm compares whole products, on every level, with the reference: what is cut,
// turned and packed on the way.
func FuzzGemm(f *testing.F) {
	const front, back, heap = 0x555555, 0xaaaaaa, 0x05000000
	for i := range uint16(24) {
		how := byte(37 * i)
		f.Add(i%2 == 0, i, 3*i, 5*i, byte(i), how, uint32(back), plain(i%2 == 0))
		f.Add(i%2 == 0, 31+i, 90+7*i, 20+11*i, byte(i), how, uint32(front), falling(i%2 == 0))
		f.Add(i%2 == 1, 40+i, 130+i, 250+i, byte(i), how, uint32(heap), special(i%2 == 1))
	}
	m := new(memory)
	f.Cleanup(m.close)
	f.Fuzz(func(t *testing.T, double bool, rows, columns, depth uint16, pads, how byte, place uint32, bits []byte) {
		c := gemmInput{rows, columns, depth, pads, how, place, bits}
		if double {
			runGemm[float64](t, m, c)
		} else {
			runGemm[float32](t, m, c)
		}
	})
}

func runGemm[T kernels.Float](t *testing.T, mem *memory, c gemmInput) {
	defer panicOnFault()()
	m, n, k := int(c.m)%40, int(c.n)%150, int(c.k)%280
	if c.m%16 == 15 { // more rows than a block has
		m, n, k = 250+m, n%100, k%60
	}
	transA, transB := kernels.Transpose(c.how&1 != 0), kernels.Transpose(c.how&2 != 0)
	draw := numbers[T](c.bits)
	factor := func(choice byte) T { return []T{0, 1, -1, 1, draw(), draw(), draw(), 0.5}[choice%8] }
	alpha, beta := factor(c.how>>2), factor(c.how>>5)
	alloc := place[T](mem, c.place)
	matrix := func(i, rows, columns int) ([]T, int) {
		stride := max(1, columns) + int(c.pads>>(2*i)&3)*5
		x := alloc(i, max(0, min(rows, columns, 1)*((rows-1)*stride+columns)))
		for i := range x {
			x[i] = draw()
		}
		return x, stride
	}
	rowsA, columnsA, rowsB, columnsB := m, k, k, n
	if transA {
		rowsA, columnsA = k, m
	}
	if transB {
		rowsB, columnsB = n, k
	}
	a, lda := matrix(0, rowsA, columnsA)
	b, ldb := matrix(1, rowsB, columnsB)
	x, ldc := matrix(2, m, n)
	before := append([]T(nil), x...)
	want := append([]T(nil), x...)
	generic.Gemm(bool(transA), bool(transB), m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
	was := kernels.ActiveLevel()
	defer kernels.SetLevel(was)
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		copy(x, before)
		kernels.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, x, ldc)
		for i := range want {
			if !kerneltest.Same(x[i], want[i]) {
				t.Fatalf("Gemm of %T, level %v, %+v: c[%d] = %v (%x), want %v (%x)", T(0), l, c, i, x[i], float64(x[i]), want[i], float64(want[i]))
			}
		}
	}
}
