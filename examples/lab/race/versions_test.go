package race

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

func parsed(t testing.TB, text string) *spec.State {
	t.Helper()
	s, problems := spec.Parse(text)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return s
}

// TestVersions: the first version is the race's run, the second its twin in float32, and what they
// say of each other is so.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		run                        string
		state, plain, params, kept int
	}{
		{"Adam(State=bfloat16)", 8, 16, 8, 3},
		{"Adam(State=int8,RoundingSeed=9)", 6, 16, 8, 3},
		{"Adam(State=int8,Params=bfloat16)", 6, 16, 4, 3},
		{"Momentum(Params=split)", 8, 8, 8, 2},
		{"Lion(State=int8,Params=split)", 3, 8, 8, 2},
		{"RMSprop(State=bfloat16,Params=bfloat16)", 4, 8, 4, 2},
		{"SGD(Params=bfloat16)", 0, 0, 4, 1},
	} {
		s := parsed(t, "steps=80&run="+c.run)
		all, err := Versions(s, s.Runs[0])
		if err != nil {
			t.Fatalf("%s: %v", c.run, err)
		}
		for i, r := range []spec.Run{s.Runs[0], s.Runs[0].Twin()} {
			if p := Follow(s, r); !slices.Equal(p.X, all[i].X) || !slices.Equal(p.Loss, all[i].Loss) {
				t.Errorf("%s: version %d is another path", c.run, i)
			}
		}
		coded, plain := &all[Coded], &all[Plain]
		if coded.State != c.state || plain.State != c.plain || coded.Params != c.params || plain.Params != 8 || all[Nearest].State != c.state || len(coded.Kept) != c.kept {
			t.Errorf("%s: %d bytes of state, %d in float32, %d of parameters, %d vectors", c.run, coded.State, plain.State, coded.Params, len(coded.Kept))
		}
		if plain.Differ != -1 || plain.Apart != -1 || slices.Max(plain.Away) != 0 {
			t.Errorf("%s: float32 differs from itself at %d", c.run, plain.Differ)
		}
		for i := range coded.Away {
			away := math.Hypot(coded.X[i]-plain.X[i], coded.Y[i]-plain.Y[i])
			if math.Abs(away-coded.Away[i]) > 1e-12 {
				t.Errorf("%s: %v away at %d, want %v", c.run, coded.Away[i], i, away)
			}
			visible := math.Abs(coded.Loss[i]-plain.Loss[i]) > 0.01*math.Abs(plain.Loss[i])
			if i < coded.Differ && away != 0 || i == coded.Differ && away == 0 || i < coded.Apart && visible || i == coded.Apart && !visible {
				t.Errorf("%s: at %d the paths are %v away", c.run, i, away)
			}
		}
		for _, v := range all {
			for _, trace := range v.Kept {
				for _, values := range trace.Values {
					if len(values) != len(v.X) {
						t.Errorf("%s: %d values of %q at %d positions", c.run, len(values), trace.Name, len(v.X))
					}
				}
			}
		}
	}
}

// TestNearest: what the control keeps are numbers of the formats.
func TestNearest(t *testing.T) {
	s := parsed(t, "steps=40&run=Adam(State=bfloat16,Params=bfloat16)")
	all, err := Versions(s, s.Runs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range all[Nearest].Kept {
		for _, values := range trace.Values {
			for _, v := range values {
				if math.Float32bits(float32(v))&0xffff != 0 {
					t.Errorf("%s has %v, which is no bfloat16", trace.Name, v)
				}
			}
		}
	}
}

// TestNearest8 compares with a search through all codes.
func TestNearest8(t *testing.T) {
	for _, x := range [][]float32{{1, 0.3}, {0, 0}, {3e-9, 0.75}, {1e-30, 1e30}, {5, 5.2}, {0, 1e-3}} {
		for _, negative := range []bool{false, true} {
			got := slices.Clone(x)
			if negative {
				got[0] = -got[0]
			}
			want := slices.Clone(got)
			nearest8(got, negative)
			for i := range got {
				if best := nearestCode(x, want[i], negative); got[i] != best {
					t.Errorf("%v of %v: %v, want %v", want[i], x, got[i], best)
				}
			}
		}
	}
}

// nearestCode returns the nearest to v of the values that 8 bits have in a block of these elements, by
// the formulas of package kernels.
func nearestCode(block []float32, v float32, signed bool) float32 {
	spare, span := uint32(1<<20-1), 31
	if signed {
		spare, span = 1<<20+1<<8-1, 15
	}
	e := int(min(max((math.Float32bits(max(block[0], block[1]))+spare)>>23, 32), 254))
	base := uint32(e-span) << 23
	best, least := float32(0), math.Abs(float64(v))
	if !signed && v != 0 {
		least = math.Inf(1)
	}
	for c := uint32(1); c < 256; c++ {
		value := math.Float32frombits(base + c<<20)
		if signed {
			value = math.Float32frombits(base+c&127<<20) - math.Float32frombits(base)
			if c >= 128 {
				value = -value
			}
		}
		if away := math.Abs(float64(value) - float64(v)); away < least || away == least && c%2 == 0 {
			best, least = value, away
		}
	}
	return best
}

// TestStalls: rounded to nearest a second moment never falls again, and parameters stay where they are;
// rounded at random both follow float32.
func TestStalls(t *testing.T) {
	const text = "steps=3000&run=Adam(LR=0.003,"
	last := func(v *Version, kept int) float64 {
		values := v.Kept[kept].Values[0]
		return values[len(values)-1]
	}
	s := parsed(t, text+"State=bfloat16)")
	all, err := Versions(s, s.Runs[0])
	if err != nil {
		t.Fatal(err)
	}
	if v := slices.Max(all[Nearest].Kept[2].Values[0]); last(&all[Nearest], 2) != v || v < 10*last(&all[Plain], 2) {
		t.Errorf("the second moment falls to %v from %v, in float32 to %v", last(&all[Nearest], 2), v, last(&all[Plain], 2))
	}
	if ratio := last(&all[Coded], 2) / last(&all[Plain], 2); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("rounded at random the second moment is %v times float32's", ratio)
	}
	s = parsed(t, text+"Params=bfloat16)")
	if all, err = Versions(s, s.Runs[0]); err != nil {
		t.Fatal(err)
	}
	if x := all[Nearest].X; slices.Max(x) != slices.Min(x) {
		t.Errorf("rounded to nearest x goes from %v to %v", slices.Min(x), slices.Max(x))
	}
	if got, want := last(&all[Coded], 0), last(&all[Plain], 0); math.Abs(got-want) > 0.3 {
		t.Errorf("rounded at random x goes to %v, in float32 to %v", got, want)
	}
}

func TestVersionsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"run=SGD":                            "keeps everything",
		"f=network&run=SGD(Params=bfloat16)": "a network",
	} {
		s := parsed(t, text)
		if _, err := Versions(s, s.Runs[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
