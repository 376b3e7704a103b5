package checkpoint

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// plainSnapshot has the names of formatted, and floats of many magnitudes.
func plainSnapshot(n int) *optim.Snapshot[float32] {
	s := formatted(n)
	rng := rand.New(rand.NewPCG(9, 9))
	floats := func() []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * math.Exp2(float64(rng.IntN(20))))
		}
		return x
	}
	for i := range s.Params {
		p := &s.Params[i]
		p.Value, p.BF16, p.Rest, p.Steps = floats(), nil, nil, 3
	}
	for _, v := range statesOf(s) {
		*v.vector = optim.StateSnapshot[float32]{Name: v.vector.Name, Value: floats()}
	}
	s.RoundingSeed = 0
	return s
}

// TestRecode: a snapshot gets the formats of another one. Parameters are rounded to the
// nearest, state by the random bits of the step and of the block that an element is in.
func TestRecode(t *testing.T) {
	const n, block = 2*16384 + 100, 16384
	like := formatted(n)
	like.Params[0].State[0].Signed = true
	like.RoundingSeed = 99
	plain, s := plainSnapshot(n), plainSnapshot(n)
	if err := recode(s, like); err != nil {
		t.Fatal(err)
	}
	if s.RoundingSeed != 99 {
		t.Errorf("got the seed %d, want that of who goes on", s.RoundingSeed)
	}
	wantHalves := make([]kernels.BFloat16, n)
	kernels.RoundBF16(wantHalves, plain.Params[0].Value)
	if p := s.Params[0]; p.Value != nil || !slices.Equal(p.BF16, wantHalves) {
		t.Error("the bfloat16 parameter is not rounded to the nearest")
	}
	if p := s.Params[1]; p.Value != nil || !slices.Equal(joined(p.BF16, p.Rest), plain.Params[1].Value) {
		t.Error("the split parameter has lost something")
	}
	if p := s.Params[2]; p.BF16 != nil || !slices.Equal(p.Value, plain.Params[2].Value) {
		t.Error("the float32 parameter has changed")
	}

	signed, second, first := kernels.NewVector8(n), make([]kernels.BFloat16, n), make([]kernels.BFloat16, n)
	for b := range 3 {
		lo, hi := b*block, min((b+1)*block, n)
		kernels.QuantizeSigned(signed.Slice(lo, hi), plain.Params[0].State[0].Value[lo:hi], kernels.NewRounding(99, 3, 0, b).High())
		kernels.RoundBF16Stochastic(second[lo:hi], plain.Params[0].State[1].Value[lo:hi], kernels.NewRounding(99, 3, 0, b).Low())
		kernels.RoundBF16Stochastic(first[lo:hi], plain.Params[2].State[0].Value[lo:hi], kernels.NewRounding(99, 3, 2, b).High())
	}
	if v := s.Params[0].State[0]; v.Format != optim.Int8 || !v.Signed || v.Value != nil || !reflect.DeepEqual(v.Int8, signed) {
		t.Error("the signed state of 8 bits is another one")
	}
	if v := s.Params[0].State[1]; v.Format != optim.BFloat16 || v.Value != nil || !slices.Equal(v.BF16, second) {
		t.Error("the second moment of bfloat16 is another one")
	}
	if v := s.Params[2].State[0]; !slices.Equal(v.BF16, first) {
		t.Error("the first moment of bfloat16 is another one")
	}
	unsigned := make([]float32, n)
	kernels.DequantizeUnsigned(unsigned, s.ExtraVectors[0].Int8)
	for i, x := range plain.ExtraVectors[0].Value {
		if x = float32(math.Abs(float64(x))); x > 0.01 && math.Abs(float64(unsigned[i]-x)) > float64(x)/8 {
			t.Fatalf("unsigned state: element %d is %v, want about %v", i, unsigned[i], x)
		}
	}

	// What has the formats already stays as it is, also the seed, and the way back is exact.
	again := formatted(n)
	if err := recode(again, like); err != nil || again.RoundingSeed != 1<<64-1 || !sameFile(t, again, formatted(n)) {
		t.Errorf("a snapshot with the formats has changed (%v)", err)
	}
	if err := recode(again, plain); err != nil || hasFormat(again) {
		t.Fatalf("there are still formats (%v)", err)
	}
	if x, want := again.Params[1].Value[5], joined(like.Params[1].BF16, like.Params[1].Rest)[5]; math.Float32bits(x) != math.Float32bits(want) {
		t.Errorf("got %v, want %v", x, want)
	}

	// Bfloat16 ends before float32 does.
	s = plainSnapshot(4)
	s.Params[0].Value[2] = -math.MaxFloat32
	wantError(t, recode(s, formatted(4)), `"brain"`, "element 2 = -3.4", "range of bfloat16")
	s = plainSnapshot(4)
	s.Params[0].Value[2] = float32(math.Inf(1))
	if err := recode(s, formatted(4)); err != nil {
		t.Error(err)
	}
}

// sameFile reports whether two snapshots have the same file.
func sameFile(t *testing.T, a, b *optim.Snapshot[float32]) bool {
	t.Helper()
	return slices.Equal(fileOf(t, a), fileOf(t, b))
}

// TestConvertFormats: a float64 run goes on from the numbers that the formats stand for.
func TestConvertFormats(t *testing.T) {
	const n = 300
	s := formatted(n)
	s.ExtraVectors[0].Signed = true
	got, err := decodeAs[float64](fileOf(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if hasFormat(got) || got.RoundingSeed != 0 {
		t.Error("float64 has a format")
	}
	signed, unsigned := make([]float32, n), make([]float32, n)
	kernels.DequantizeSigned(signed, s.ExtraVectors[0].Int8)
	kernels.DequantizeUnsigned(unsigned, s.Params[0].State[0].Int8)
	for _, c := range []struct {
		name string
		got  []float64
		want []float32
	}{
		{"brain", got.Params[0].Value, joined(s.Params[0].BF16, nil)},
		{"split", got.Params[1].Value, joined(s.Params[1].BF16, s.Params[1].Rest)},
		{"float", got.Params[2].Value, s.Params[2].Value},
		{"sum", got.Params[0].Sums[0], s.Params[0].Sums[0]},
		{"codes", got.Params[0].State[0].Value, unsigned},
		{"signed codes", got.ExtraVectors[0].Value, signed},
		{"run", got.Run[0].Vectors[0].Value, joined(s.Run[0].Vectors[0].BF16, nil)},
	} {
		if len(c.got) != n {
			t.Fatalf("%s: %d elements, want %d", c.name, len(c.got), n)
		}
		for i, x := range c.want {
			if y := c.got[i]; y != float64(x) && (x == x || y == y) {
				t.Fatalf("%s: element %d is %v, want %v", c.name, i, y, x)
			}
		}
	}
}
