package fuzz

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// triangleInput is what the fuzzer chose for a function of symmetric or triangular
// matrices.
type triangleInput struct {
	routine, options byte // which function, and which of its options
	m, n             uint16
	pads             byte   // two bits for each matrix: what lies between its rows
	factors          byte   // four bits each for alpha and beta
	place            uint32 // where the slices lie
	bits             []byte
}

// FuzzTriangle compares the functions of symmetric and triangular matrices, on every level,
// with the reference. What is not to be read, the other triangle, a diagonal of ones and
// what lies between rows, is NaN for the one and 7 for the other, and must stay.
func FuzzTriangle(f *testing.F) {
	const front, back, heap = 0x555555, 0xaaaaaa, 0x05000000
	for routine := range byte(len(kerneltest.TriangleRoutines)) {
		for i := range uint16(16) {
			double, options, how := i%2 == 0, byte(i), byte(37*i)
			f.Add(double, routine, options, 1+i, 3*i, byte(i), how, uint32(back), plain(double))
			f.Add(double, routine, options, 33+i, 1+2*i, byte(i), how, uint32(front), falling(double))
			f.Add(!double, routine, options, 5*i, 60+7*i, byte(i), how, uint32(heap), special(!double))
			f.Add(double, routine, options, 16*i+15, i, byte(i), how, uint32(back), falling(double))
			f.Add(double, routine, options, i, 16*i+15, byte(i), how, uint32(back), plain(double))
		}
	}
	m := new(memory)
	f.Cleanup(m.close)
	f.Fuzz(func(t *testing.T, double bool, routine, options byte, rows, columns uint16, pads, factors byte, place uint32, bits []byte) {
		c := triangleInput{routine, options, rows, columns, pads, factors, place, bits}
		if double {
			runTriangle[float64](t, m, c)
		} else {
			runTriangle[float32](t, m, c)
		}
	})
}

// mostTriangle is the largest number of rows or columns.
const mostTriangle = 535

// sizes returns the sizes of a call: one in 16 is beyond a block of terms, or beyond two.
func (c triangleInput) sizes() (m, n int) {
	m, n = int(c.m)%100, int(c.n)%100
	switch {
	case c.m%16 == 15:
		m, n = mostTriangle-int(c.m/16)%20*15, n%6
	case c.n%16 == 15:
		m, n = m%6, mostTriangle-int(c.n/16)%20*15
	}
	return m, n
}

func runTriangle[T kernels.Float](t *testing.T, mem *memory, c triangleInput) {
	defer panicOnFault()()
	all := kerneltest.TriangleOptions[T](kerneltest.TriangleRoutines[int(c.routine)%len(kerneltest.TriangleRoutines)])
	m, n := c.sizes()
	pads := c.pads
	got := all[int(c.options)%len(all)].Sized(m, n, place[T](mem, c.place), func() int {
		pad := int(pads&3) * 5
		pads >>= 2
		return pad
	})
	factors := c.factors
	got.Draw(func(n int) int {
		choice := int(factors&15) % n
		factors >>= 4
		return choice
	}, numbers[T](c.bits))
	got.Fill(T(math.NaN()))
	before, want := got.Clone(), got.Clone()
	want.Fill(7)
	want.Reference()
	was := kernels.ActiveLevel()
	defer kernels.SetLevel(was)
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		got.Restore(before)
		got.Public()
		if err := got.Compare(before, want); err != nil {
			t.Fatalf("level %v, places %#x: %v", l, c.place, err)
		}
	}
}
