package golden

import (
	"math"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestHash: every bit of every number counts, and so does the order; NaNs do not
// differ.
func TestHash(t *testing.T) {
	seen := map[Hash][]float64{}
	for _, list := range [][]float64{
		{}, {0}, {0, 0}, {math.Copysign(0, -1)}, {1}, {1, 2}, {2, 1}, {math.Nextafter(1, 2)}, {math.NaN()},
		{math.Inf(1)}, {0x1p-1074}, {1, math.Copysign(0, -1)}, {0, 1},
	} {
		var h Hash
		for _, x := range list {
			h.Add(x)
		}
		if other, ok := seen[h]; ok {
			t.Errorf("%v and %v have the hash %016x", list, other, h)
		}
		seen[h] = list
	}
	var a, b Hash
	a.Add(math.NaN())
	b.Add(math.Float64frombits(0xfff0_0000_0000_0001))
	if a != b {
		t.Error("two NaNs differ")
	}
}

// TestTable: what is written is read.
func TestTable(t *testing.T) {
	for _, bad := range []string{"x\n", "kernel Axpy\n", "kernel Axpy 12x\n", "\n"} {
		if table, err := parse(bad); err == nil {
			t.Errorf("%q is read as %v", bad, table)
		}
	}
	table, err := parse(text)
	if err != nil || len(table) == 0 {
		t.Errorf("%d hashes, %v", len(table), err)
	}
}

// TestSource fixes the numbers that the hashes in the table are made from.
func TestSource(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testSource[float32](t, 0xea75aab892acdcf6, 0x4ac5d8950e6c2565) })
	t.Run("float64", func(t *testing.T) { testSource[float64](t, 0x2fe9adc3ab0743fb, 0xf3e3a585bdeab909) })
}

func testSource[T kernels.Float](t *testing.T, usual, any Hash) {
	s := NewSource[T]("a name")
	var u, a Hash
	for range 1000 {
		x := float64(s.Usual())
		if !(math.Abs(x) >= 1.0/16 && math.Abs(x) < 2) {
			t.Errorf("%v is not usual", x)
		}
		u.Add(x)
		a.Add(float64(s.Any()))
	}
	if u != usual || a != any {
		t.Errorf("the numbers' hashes are %016x and %016x, want %016x and %016x", u, a, usual, any)
	}
}
