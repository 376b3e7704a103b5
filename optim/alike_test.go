package optim

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
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

// TestGoldenHeading: what ranks compare are the same bytes and hashes on every machine.
func TestGoldenHeading(t *testing.T) {
	h := newHeading("Step")
	h.Machine, h.Length, h.Position = 0x0140, 1<<40+2, 3
	got, err := binary.Append(nil, binary.LittleEndian, h)
	want := "\x01\x00\x00\x00\x00\x00\x00\x00" + "\x40\x01\x00\x00\x00\x00\x00\x00" + "Step\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x02\x00\x00\x00\x00\x01\x00\x00" + strings.Repeat("\x00", 16) + "\x03\x00\x00\x00\x00\x00\x00\x00"
	if string(got) != want || err != nil || len(got) != headingBytes {
		t.Errorf("the heading %q, error %v, want %q", got, err, want)
	}
	p := parameter[float32]{Param: Param[float32]{Value: []float32{1, -2.5, 1e-40, 0}}}
	packed := parameter[float32]{Param: Param[float32]{BF16: []kernels.BFloat16{0x3f80, 0xc020}, Rest: []int16{-3, 4}}}
	position := numbers(func(f func(string, int, float64)) {
		f("a", -1, 65536)
		f("b", 0, 0.1)
	})
	for i, c := range []struct{ got, want uint64 }{
		{p.hashPart(0, 4), 0x64822ae32e1a3ef7},
		{p.hashPart(1, 3), 0x34afa874130d8159},
		{packed.hashPart(0, 2), 0x183c81b3b36e3391},
		{position.hash(), 0x92960fe3c8783c67},
	} {
		if c.got != c.want {
			t.Errorf("hash %d is %#x, want %#x", i, c.got, c.want)
		}
	}
	list := []fact{{"a", "65536"}, {"b of group 0", "0.1"}}
	if got := position.facts(); !slices.Equal(got, list) {
		t.Errorf("%q, want %q", got, list)
	}
}
