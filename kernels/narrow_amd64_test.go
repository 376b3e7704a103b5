//go:build !purego

package kernels

import (
	"reflect"
	"slices"
	"testing"
)

// TestNarrow checks what a core gets whose data paths have half the width of
// AVX-512: AVX2's kernels where loads, stores or conversions bind, and only there.
func TestNarrow(t *testing.T) {
	defer func(before bool) { halfWidth = before }(halfWidth)
	tables := func(half bool) (*Table[float32], *Table[float64]) {
		halfWidth = half
		return assembly(AVX512)
	}
	whole32, whole64 := tables(false)
	narrow32, narrow64 := tables(true)
	half32, half64 := assembly(AVX2)
	checkNarrow(t, whole32, narrow32, half32)
	checkNarrow(t, whole64, narrow64, half64)
}

func checkNarrow[T Float](t *testing.T, whole, narrow, half *Table[T]) {
	t.Helper()
	entry := func(table *Table[T], i int) uintptr { return reflect.ValueOf(table).Elem().Field(i).Pointer() }
	swapped := []string{"Axpy", "Axpby", "Scal", "Add", "Mul", "Swap", "Rot", "Rotm", "Lerp", "Clamp",
		"Dsdot", "SumSquares", "SumSquaresScaled", "IndexAbs"}
	for i := range reflect.TypeFor[Table[T]]().NumField() {
		name := reflect.TypeFor[Table[T]]().Field(i).Name
		want, from := entry(whole, i), "AVX-512"
		if slices.Contains(swapped, name) {
			want, from = entry(half, i), "AVX2"
		}
		if entry(narrow, i) != want {
			t.Errorf("%T: %s is not the kernel of %s", *narrow, name, from)
		}
	}
}
