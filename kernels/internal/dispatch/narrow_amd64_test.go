//go:build !purego

package dispatch

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels/generic"
)

// TestNarrow checks what a core gets whose data paths have half the width of
// AVX-512: AVX2's kernels where those were measured to be faster, and only there.
// Tests and benchmarks get every level's own kernels there, too.
func TestNarrow(t *testing.T) {
	defer func(half bool, l Level) {
		halfWidth = half
		if err := SetLevel(l); err != nil {
			t.Fatal(err)
		}
	}(halfWidth, level)
	both := []string{"Axpy", "Axpby", "Scal", "Add", "Sub", "Mul", "Swap", "Rot", "Rotm", "Lerp", "Clamp",
		"Dsdot", "SumSquares", "SumSquaresScaled", "IndexAbs",
		"SumRowsAdd", "MeanRowsAdd", "SumSlicesAdd", "RowSubtractMax", "RowShares", "Gemv", "GemvT"}
	for _, half := range []bool{false, true} {
		halfWidth = half
		for _, l := range Levels()[1:] {
			if err := SetLevel(l); err != nil {
				t.Fatal(err)
			}
			var narrow32, narrow64 []string
			if half && l == AVX512 {
				narrow32, narrow64 = both, append([]string{"Ger"}, both...)
			}
			checkNarrow[float32](t, l, narrow32)
			checkNarrow[float64](t, l, narrow64)
		}
	}
}

// checkNarrow checks where the entries of a level's tables come from: those of the
// active table that are named from AVX2, and all others from the level itself.
func checkNarrow[T generic.Float](t *testing.T, l Level, narrow []string) {
	t.Helper()
	own, err := Of[T](l)
	if err != nil {
		t.Fatal(err)
	}
	field := func(table *Table[T], i int) reflect.Value { return reflect.ValueOf(table).Elem().Field(i) }
	from := func(table *Table[T], i int) string {
		return runtime.FuncForPC(field(table, i).Pointer()).Name()
	}
	f32, f64 := reflect.TypeFor[Table[float32]](), reflect.TypeFor[Table[float64]]()
	for i := range f32.NumField() {
		name := f32.Field(i).Name
		if f32.Field(i).Type == f64.Field(i).Type && reflect.TypeFor[T]() == reflect.TypeFor[float64]() {
			if !field(Active[T](), i).IsNil() || !field(own, i).IsNil() {
				t.Errorf("level %v has %s, which is of float32, for float64", l, name)
			}
			continue
		}
		want := l
		if slices.Contains(narrow, name) {
			want = AVX2
		}
		if f := from(Active[T](), i); !strings.Contains(f, "/asm/"+want.String()+"."+name) {
			t.Errorf("half width %v, level %v: %s runs %s, want one of %v", halfWidth, l, name, f, want)
		}
		if f := from(own, i); !strings.Contains(f, "/asm/"+l.String()+"."+name) {
			t.Errorf("half width %v: level %v's own %s is %s", halfWidth, l, name, f)
		}
	}
}
