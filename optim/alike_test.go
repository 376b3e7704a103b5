package optim

import (
	"math"
	"reflect"
	"slices"
	"testing"
)

// TestEveryOptionIsCompared: a field of the options that is not known here is compared between
// ranks by nobody.
func TestEveryOptionIsCompared(t *testing.T) {
	compared := map[reflect.Type][]string{
		reflect.TypeFor[config](): {"schedule", "reduction", "clipNorm", "clipParamNorm", "clipValue", "unchecked", "scaler", "failAfter",
			"roundingSeed", "microBatches",
			"settings", "format", "split"}, // in the groups that they make
		reflect.TypeFor[setting](): {"factor", "decay", "rule", "schedule", "clipNorm", "bounds", "l1", "format", "split"},
	}
	free := map[reflect.Type][]string{
		reflect.TypeFor[config](): {"workers", "zeroGrads", // change no bits
			"order", "distributed", "transport"}, // are the same in all that have ranks
		reflect.TypeFor[setting](): {"match", // shows in the groups
			"isNil", "none", "empty"}, // are errors, or not, of New
	}
	for typ, names := range compared {
		names = append(names, free[typ]...)
		for i := range typ.NumField() {
			if name := typ.Field(i).Name; !slices.Contains(names, name) {
				t.Errorf("%v.%s: compare it between ranks, or say why not", typ, name)
			}
		}
		if len(names) != typ.NumField() {
			t.Errorf("%v has %d fields, and %d are known", typ, typ.NumField(), len(names))
		}
	}
}

// TestMix: a change of any bits of any two words changes the hash.
func TestMix(t *testing.T) {
	const n = 5
	seen := make(map[uint64]bool)
	for i := range n * 64 {
		for j := range i + 1 {
			words := [n]uint64{1, 2, 3, 4, 5}
			words[i/64] ^= 1 << (i % 64)
			if j < i {
				words[j/64] ^= 1 << (j % 64)
			}
			h := uint64(hashStart)
			for _, w := range words {
				h = mix(h, w)
			}
			if seen[h] {
				t.Fatalf("the bits %d and %d change nothing, or what others do", i, j)
			}
			seen[h] = true
		}
	}
	a, b := []float32{1, float32(math.NaN())}, []float32{1, math.Float32frombits(0xffc00001)}
	if mixFloats(hashStart, a) != mixFloats(hashStart, b) {
		t.Error("NaNs differ")
	}
}
