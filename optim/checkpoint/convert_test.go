package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// TestHalf compares all numbers of 16 bits with their definitions.
func TestHalf(t *testing.T) {
	for _, c := range []struct {
		dtype              string
		exponent, fraction int // bits
	}{{"F16", 5, 10}, {"BF16", 8, 7}} {
		for bits := range 1 << 16 {
			b := binary.LittleEndian.AppendUint16(nil, uint16(bits))
			narrow, wide := make([]float32, 1), make([]float64, 1)
			if i, _ := decodeVector(narrow, b, c.dtype); i >= 0 {
				t.Fatalf("%s %#x: beyond the range", c.dtype, bits)
			}
			decodeVector(wide, b, c.dtype)

			e, f := bits>>c.fraction&(1<<c.exponent-1), float64(bits&(1<<c.fraction-1))
			bias := 1<<(c.exponent-1) - 1
			var want float64
			switch {
			case e == 1<<c.exponent-1 && f == 0:
				want = math.Inf(1)
			case e == 1<<c.exponent-1:
				want = math.NaN()
			case e == 0:
				want = math.Ldexp(f, 1-bias-c.fraction)
			default:
				want = math.Ldexp(1+math.Ldexp(f, -c.fraction), e-bias)
			}
			want = math.Copysign(want, 0.5-float64(bits>>15))
			same := func(x float64) bool {
				if want != want {
					return x != x // its sign is the machine's: riscv64 knows one NaN
				}
				return math.Signbit(x) == math.Signbit(want) && x == want
			}
			if !same(float64(narrow[0])) || !same(wide[0]) {
				t.Fatalf("%s %#x: got %v and %v, want %v", c.dtype, bits, narrow[0], wide[0], want)
			}
		}
	}
}

// TestRounding: float64 becomes the nearest float32, and what is finite does not become
// infinite.
func TestRounding(t *testing.T) {
	edge := math.MaxFloat32 + 0x1p103 // halfway to 2^128, which it would be rounded to
	for _, x := range []float64{0, math.Copysign(0, -1), 1 + 0x1p-24, 1 + 0x1.8p-23, 0x1p-149, 0x1p-150, 0x1.8p-150, -0x1p-1074,
		math.MaxFloat32, math.Nextafter(edge, 0), math.Inf(1), math.Inf(-1), edge, -edge, math.MaxFloat64} {
		v := make([]float32, 3)
		b := make([]byte, 24)
		binary.LittleEndian.PutUint64(b[16:], math.Float64bits(x))
		i, bad := decodeVector(v, b, "F64")
		if math.Abs(x) >= edge && !math.IsInf(x, 0) {
			if i != 2 || bad != x {
				t.Errorf("%g: got %g and the index %d, want 2", x, v[2], i)
			}
		} else if i >= 0 || math.Float32bits(v[2]) != math.Float32bits(float32(x)) {
			t.Errorf("%g: got %g and the index %d", x, v[2], i)
		}
	}
}

// everyRule has one of each rule that New takes.
var everyRule = []optim.Rule{
	optim.SGD{LR: 0.1}, optim.Momentum{LR: 0.1, Momentum: 0.9, Nesterov: true},
	optim.NewAdaBelief(0.1), optim.NewAdadelta(0.1), adafactor(), optim.NewAdagrad(0.1), optim.NewAdam(0.1),
	optim.NewAdamW(0.1), optim.NewAdamax(0.1), optim.NewFTRL(0.1), optim.NewLAMB(0.1), optim.NewLARS(0.1), optim.NewLion(0.1),
	optim.NewMuon(0.1), optim.NewNAdam(0.1), optim.NewProdigy(1), optim.NewRAdam(0.1), optim.NewScheduleFreeAdamW(0.1),
	optim.NewRMSprop(0.1), optim.RMSprop{LR: 0.1, Alpha: 0.99, Eps: 1e-15, Centered: true}, optim.RMSprop{LR: 0.1, Alpha: 0.99, Eps: 1e-8, Momentum: 0.9},
	optim.Adam{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-20, AMSGrad: true},
}

// adafactor has an Eps1 of its own: without it each type has another.
func adafactor() optim.Adafactor {
	rule := optim.NewAdafactor(0.1)
	rule.Eps1 = 1e-8
	return rule
}

// TestEveryRule: the list above is complete, but for the rule of tables alone.
func TestEveryRule(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func New(\w+)\(lr\b`).FindAllSubmatch(text, -1) {
			name := string(m[1])
			if name != "RowAdagrad" && !slices.ContainsFunc(everyRule, func(r optim.Rule) bool { return r.Name() == name }) {
				t.Errorf("%s is not tested", name)
			}
		}
	}
}

// A decades is a run whose gradients have magnitudes from 1e-47 to 1, so that state in
// float64 has numbers that float32 does not have.
type decades[T kernels.Float] struct {
	opt    *optim.Optimizer[T]
	values []T
}

const decadesLen = 48

func newDecades[T kernels.Float](t *testing.T, rule optim.Rule) decades[T] {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]T, decadesLen)
	for i := range values {
		values[i] = T(float32(rng.NormFloat64() / 100))
	}
	opt, err := optim.New(rule, []optim.Param[T]{{Name: "w", Value: values, Shape: []int{6, 8}}}, optim.WithLossScaler(optim.NewLossScaler()))
	if err != nil {
		t.Fatal(err)
	}
	return decades[T]{opt, values}
}

func (d decades[T]) steps(t *testing.T, last int) {
	t.Helper()
	for d.opt.Steps() < last {
		rng := rand.New(rand.NewPCG(3, uint64(d.opt.Steps())))
		g := make([]T, decadesLen)
		for i := range g {
			g[i] = T(float32(65536 * rng.NormFloat64() * math.Pow(10, float64(i-decadesLen+1))))
		}
		if r, err := d.opt.Step([][]T{g}); err != nil || r.Skipped {
			t.Fatalf("step %d: %+v, %v", d.opt.Steps(), r, err)
		}
	}
}

// TestConvertRules saves a run of every rule in either type and goes on in the other. The
// state has what is too small for float32; yet all steps are as long as they would be, or
// shorter.
func TestConvertRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	save := func(opt any) {
		t.Helper()
		var err error
		switch opt := opt.(type) {
		case *optim.Optimizer[float32]:
			err = Save(path, opt)
		case *optim.Optimizer[float64]:
			err = Save(path, opt)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, rule := range everyRule {
		name := fmt.Sprintf("%+v", rule)
		const middle, last = 5, 9
		wide, narrow := newDecades[float64](t, rule), newDecades[float32](t, rule)
		wide.steps(t, middle)
		save(wide.opt)
		if err := Load(path, narrow.opt, Convert()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if narrow.opt.Steps() != middle {
			t.Errorf("%s: %d steps, want %d", name, narrow.opt.Steps(), middle)
		}
		before := slices.Clone(wide.values)
		wide.steps(t, last)
		narrow.steps(t, last)
		for i, x := range narrow.values {
			d, want := float64(x)-before[i], wide.values[i]-before[i]
			slack := 1e-6 + 1e-3*math.Abs(want)
			if !(math.Abs(d) <= math.Abs(want)+slack) || d*want < -slack || i >= 35 && math.Abs(d-want) > slack {
				t.Errorf("%s: gradients of about 1e%d: moves by %g, in float64 by %g", name, i-decadesLen+1, d, want)
			}
		}

		// And the other way, from where the run is now, and back.
		save(narrow.opt)
		saved := readBytes(t, path)
		if err := Load(path, wide.opt, Convert()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a, err := Read[float64](path, Convert())
		b, err2 := Read[float32](path)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for i, v := range vectorsOf(b) {
			for j, x := range floats[float32](v) {
				if got := floats[float64](vectorsOf(a)[i])[j]; got != float64(x) {
					t.Fatalf("%s: %s: element %d is %g, want %g", name, v.name, j, got, x)
				}
			}
		}
		save(wide.opt)
		if err := Load(path, narrow.opt, Convert()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		save(narrow.opt)
		if !slices.Equal(saved, readBytes(t, path)) {
			t.Errorf("%s: float32 to float64 and back is another file", name)
		}
	}
}

// TestConvertErrors: the other type without Convert, and numbers beyond float32's range.
func TestConvertErrors(t *testing.T) {
	wide := newRun[float64](t, optim.NewAdam(0.01))
	wide.steps(t, 1)
	path := wide.save(t)
	narrow := newRun[float32](t, optim.NewAdam(0.01))
	before := narrow.snapshot(t)
	wantError(t, Load(path, narrow.opt), path, `"model.weights"`, "F64, want F32")
	wantError(t, Load(path, narrow.opt, nil), path, "nil option")

	s := wide.snapshot(t)
	s.Params[1].State[1].Value[5] = -1e39
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	wantError(t, Load(path, narrow.opt, Convert()), path, `"state.layer.0.bias.exp_avg_sq"`, "element 5 = -1e+39 of F64", "range of F32")
	if !sameBits(narrow.snapshot(t), before) {
		t.Error("a failed Load changed the optimizer")
	}
	s.Params[1].State[1].Value[5] = math.Inf(1) // which float32 has
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	if err := Load(path, narrow.opt, Convert()); err != nil {
		t.Error(err)
	}
}
