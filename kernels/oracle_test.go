package kernels_test

import (
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// The tests in the files *_oracle_test.go take the documentation for their
// source, never package generic: a mistake there would be the same mistake on
// every level, and comparing levels would not show it.

// onEveryLevel runs a test of the public functions with each level active, for
// both element types.
func onEveryLevel(t *testing.T, f32, f64 func(*testing.T)) {
	t.Helper()
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		t.Run("type=f32/level="+l.String(), f32)
		t.Run("type=f64/level="+l.String(), f64)
	}
}

// restoreLevel makes the level that is active now active again after the test.
func restoreLevel(t *testing.T) {
	before := kernels.ActiveLevel()
	t.Cleanup(func() { activate(t, before) })
}

func activate(t *testing.T, l kernels.Level) {
	t.Helper()
	if err := kernels.SetLevel(l); err != nil {
		t.Fatal(err)
	}
}

// size returns the number of bytes of a T.
func size[T kernels.Float]() int { return int(unsafe.Sizeof(T(0))) }

// The contract's numbers: 256 bytes of accumulators, and blocks of 64 KiB of
// elements, which is 16384 float32 or 8192 float64.
func lanesOf[A kernels.Float]() int { return 256 / size[A]() }
func blockOf[T kernels.Float]() int { return 65536 / size[T]() }

// unit returns the largest relative error of one rounding to T.
func unit[T kernels.Float]() float64 {
	if size[T]() == 4 {
		return 0x1p-24
	}
	return 0x1p-53
}

// least returns the smallest positive T.
func least[T kernels.Float]() T {
	f := 0x1p-1074
	if size[T]() == 4 {
		f = 0x1p-149
	}
	return T(f)
}

// greatest returns the largest finite T.
func greatest[T kernels.Float]() T {
	f := 0x1.fffffffffffffp1023
	if size[T]() == 4 {
		f = 0x1.fffffep127
	}
	return T(f)
}
