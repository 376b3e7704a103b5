package kernels_test

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// An oracle knows what a kernel must compute from its documentation alone, and
// never from package generic: a mistake there would be the same mistake on every
// level, and comparing levels would not show it.
type oracle[T kernels.Float] struct {
	// expect states what a call must return and write.
	expect func(c *call[T])
	// public calls the public function of the kernel's name, nil if there is none.
	public func(c *call[T])
}

// oracles returns the oracle of every kernel of the catalog, and of the public
// functions that are made of kernels, by name. TestEveryKernelHasAnOracle
// compares the list with both.
func oracles[T kernels.Float](t *testing.T) map[string]oracle[T] {
	t.Helper()
	all := map[string]oracle[T]{}
	for _, family := range []map[string]oracle[T]{
		level1Oracles[T](), reduceOracles[T](), level2Oracles[T](), rowOracles[T](), rowwiseOracles[T](), indexedOracles[T](), momentOracles[T](), productOracles[T](),
		updateOracles[T](), functionOracles[T](), lossOracles[T](), randomOracles[T](), composedOracles[T](),
	} {
		for name, o := range family {
			if all[name].expect != nil {
				t.Fatalf("two oracles for %s", name)
			}
			all[name] = o
		}
	}
	return all
}

// TestEveryKernelHasAnOracle fails by name for a kernel or a public function that
// no oracle watches, and for an oracle that watches nothing.
func TestEveryKernelHasAnOracle(t *testing.T) {
	all := oracles[float32](t)
	public := publicFunctions(t)
	known := map[string]bool{}
	for _, name := range formatNames() {
		known[name] = true // see TestFormatOracles
	}
	for _, op := range append(kerneltest.Ops[float32](), composed[float32]()...) {
		if known[op.Name] {
			continue
		}
		known[op.Name] = true
		switch o := all[op.Name]; {
		case o.expect == nil:
			t.Errorf("%s has no oracle: add one to oracles", op.Name)
		case o.public == nil && public[op.Name] > 0:
			t.Errorf("the oracle of %s does not call the public function", op.Name)
		}
	}
	for name := range all {
		if !known[name] {
			t.Errorf("%s has an oracle and is no kernel", name)
		}
	}
	for _, r := range kerneltest.TriangleRoutines {
		known[r.Name] = true // see TestTriangleOracles
	}
	for _, name := range append(ownTests, rowLossFunctions...) {
		known[name] = true
	}
	for name, slices := range public {
		if slices > 0 && !known[name] {
			t.Errorf("%s is public and no kernel: add it to composed, with an oracle", name)
		}
	}
}

// ownTests are the functions that are made of kernels and have tests of their own in the place
// of an oracle, also of their misuse.
var ownTests = []string{"LinearGradient", "ColumnMoments", "RowMoments", "BatchNorm", "BatchNormApply", "BatchNormGrad",
	"LayerNorm", "LayerNormGrad", "RMSNorm", "RMSNormGrad", "EmbeddingBag", "EmbeddingBagGrad"}

// expect fails unless a number is as expected; format and args say what it is.
func expect(t *testing.T, e expectation, got float64, format string, args ...any) {
	t.Helper()
	if text := e.differs(got); text != "" {
		t.Fatalf("%s is %s", fmt.Sprintf(format, args...), text)
	}
}

// same expects a number to the bit.
func same[T kernels.Float](t *testing.T, got, want T, format string, args ...any) {
	t.Helper()
	expect(t, exact[T]{want}, float64(got), format, args...)
}

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
