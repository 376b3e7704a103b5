package functions

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"io"
	"math"
	"math/big"
	"testing"
)

// MPFR's values, by testdata/values.c.
//
//go:embed testdata/values.bin.gz
var packedValues []byte

// Big's error is what it says, against MPFR.
func TestBig(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(packedValues))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	r := reader(data)
	head := r.uint32s(2)
	if int(head[0]) != len(values) {
		t.Errorf("%d functions, values of %d", len(values), head[0])
	}
	float64s := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Float64frombits(binary.LittleEndian.Uint64(r.next(8)))
		}
		return v
	}
	x := float64s(int(head[1]))
	for range head[0] {
		name := string(bytes.TrimRight(r.next(8), "\x00"))
		compared, worst := 0, math.Inf(-1)
		for _, v := range x {
			parts := float64s(3)
			if math.IsNaN(parts[0]) {
				continue
			}
			want := new(big.Float).SetPrec(4000).SetFloat64(parts[0])
			want.Add(want, big.NewFloat(parts[1])).Add(want, big.NewFloat(parts[2]))
			got := Big(name, v)
			if got == nil {
				t.Errorf("%s(%x) is NaN, want %v", name, v, parts[0])
				continue
			}
			compared++
			off := want.Sub(got, want)
			if off.Sign() == 0 {
				continue
			}
			bits := float64(off.MantExp(nil) - got.MantExp(nil))
			if worst = max(worst, bits); bits > -120 {
				t.Errorf("%s(%x) = %.40g errs by 2^%.0f, relatively", name, v, got, bits)
			}
		}
		t.Logf("%s: %d values, the largest relative error about 2^%.0f", name, compared, worst)
		if compared < 100 {
			t.Errorf("%s: only %d values", name, compared)
		}
	}
	if len(r) > 0 {
		t.Errorf("%d bytes behind the values", len(r))
	}
}

// The special values of every function.
func TestBigSpecials(t *testing.T) {
	for name := range values {
		if v := Big(name, math.NaN()); v != nil {
			t.Errorf("%s(NaN) = %v", name, v)
		}
		for i, x := range []float64{math.Inf(-1), math.Inf(1)} {
			v, want := Big(name, x), limits[name][i]
			if (v == nil) != math.IsNaN(want) || v != nil && v.Cmp(big.NewFloat(want)) != 0 {
				t.Errorf("%s(%v) = %v, want %v", name, x, v, want)
			}
		}
		for _, zero := range []float64{0, math.Copysign(0, -1)} {
			v := Big(name, zero)
			switch name {
			case "Log":
				if !v.IsInf() || v.Sign() > 0 {
					t.Errorf("Log(%v) = %v", zero, v)
				}
			case "Exp", "Exp2", "Sigmoid", "Softplus":
				want := map[string]float64{"Exp": 1, "Exp2": 1, "Sigmoid": 0.5, "Softplus": math.Ln2}[name]
				if got, _ := v.Float64(); got != want {
					t.Errorf("%s(%v) = %v", name, zero, got)
				}
			default:
				if v.Sign() != 0 {
					t.Errorf("%s(%v) = %v", name, zero, v)
				}
			}
		}
	}
	for _, x := range []float64{-1, -math.MaxFloat64} {
		if v := Big("Log", x); v != nil {
			t.Errorf("Log(%v) = %v", x, v)
		}
		if v := Big("Log1p", x-1); v != nil {
			t.Errorf("Log1p(%v) = %v", x-1, v)
		}
	}
	if v := Big("Log1p", -1); !v.IsInf() || v.Sign() > 0 {
		t.Errorf("Log1p(-1) = %v", v)
	}
	for _, x := range []float64{math.MaxFloat64, -math.MaxFloat64} {
		for name := range values {
			v := Big(name, x)
			limit := limits[name][0]
			if x > 0 {
				limit = limits[name][1]
			}
			if v == nil || math.IsInf(limit, 0) || math.IsNaN(limit) {
				continue // it grows slowly, or has no value
			}
			if got, _ := v.Float64(); got != limit {
				t.Errorf("%s(%v) = %v, want %v", name, x, got, limit)
			}
		}
	}
}

func TestULP(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	value := func(x float64, more ...float64) *big.Float {
		v := new(big.Float).SetPrec(2500).SetFloat64(x)
		for _, m := range more {
			v.Add(v, big.NewFloat(m))
		}
		return v
	}
	max32, max64 := float64(math.MaxFloat32), math.MaxFloat64
	for _, c := range []struct {
		got    float64
		want   *big.Float
		narrow bool // float32
		ulp    float64
	}{
		{1, value(1), false, 0},
		{1, value(1, 0x1p-53), false, 0.5},
		{1, value(1, -0x1p-54), false, 0.5}, // units below 1 are half as large
		{1 + 0x1p-52, value(1), false, 1},
		{-1, value(1), false, 0x1p53},
		{1, value(1, 0x1p-25), true, 0.25},
		{2, value(2, 0x1p-23), true, 0.5},
		{0, value(0), false, 0},
		{0x1p-1074, value(0), false, 1},
		{0x1p-149, value(0), true, 1},
		{0, value(0x1p-150), true, 0.5},
		{0, value(0x1p-1074), false, 1},
		{0x1p-140, value(0x1p-140, 0x1p-150), true, 0.5},
		{inf, value(max64, 0x1p969), false, 0.75},
		{inf, value(max64, 0x1p970), false, 0.5},
		{inf, value(max64, 0x1p971), false, 0},
		{inf, value(max64, max64, max64), false, 0},
		{max64, value(max64, 0x1p970), false, 0.5},
		{inf, value(max32), true, 1},
		{max32, value(0x1p128), true, 1},
		{max32, value(0x1p129), true, 0x1p24 + 1},
		{inf, value(0x1p200), true, 0},
		{-inf, value(-0x1p200), true, 0},
		{inf, value(inf), false, 0},
		{-inf, value(inf), false, inf},
		{1, value(inf), false, inf},
		{nan, nil, false, 0},
		{nan, value(1), false, inf},
		{1, nil, false, inf},
	} {
		got := ULP(c.got, c.want)
		if c.narrow {
			got = ULP(float32(c.got), c.want)
		}
		if got != c.ulp {
			t.Errorf("ULP(%x, %.20g), float32 %v: %x, want %x", c.got, c.want, c.narrow, got, c.ulp)
		}
	}
	if got := ULP(-inf, value(0x1p1023, 0x1p1023)); got < 0x1p53 {
		t.Errorf("-Inf for 2^1024 counts as %v", got)
	}
}
