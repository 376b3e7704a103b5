package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A teller is a rule of the test's own that says of its vectors what it is told to.
type teller struct {
	walker
	signed []bool
}

func (r teller) Signed() []bool { return r.signed }

func (r teller) WithDecay(w float64) Rule {
	r.walker.WeightDecay = w
	return r
}

// TestFormatErrors: what a rule does not offer is an error of New, which names the parameter,
// the rule and the format.
func TestFormatErrors(t *testing.T) {
	native := func() []Param[float32] {
		return []Param[float32]{{Name: "w", Value: make([]float32, 6), Shape: []int{2, 3}}}
	}
	bf16 := func() []Param[float32] {
		return []Param[float32]{{Name: "w", BF16: make([]kernels.BFloat16, 6), Shape: []int{2, 3}}}
	}
	table := func() []Param[float32] {
		return []Param[float32]{{Name: "w", Value: make([]float32, 6), Shape: []int{2, 3}, Sparse: true}}
	}
	amsgrad := with(NewAdam(1), func(r *Adam) { r.AMSGrad = true })
	for _, c := range []struct {
		rule   Rule
		params []Param[float32]
		format Format
		want   []string // nil for none
	}{
		{NewAdam(1), native(), Int8, nil},
		{SGD{LR: 1}, native(), Int8, nil},
		{NewMuon(1), native(), Int8, []string{`"w"`, "int8", "Muon", "whole parameters"}},
		{NewMuon(1), bf16(), Native, []string{`"w"`, "BF16", "Muon", "whole parameters"}},
		{NewLAMB(1), native(), BFloat16, []string{`"w"`, "bfloat16", "LAMB", "whole parameters"}},
		{NewLARS(1), bf16(), Native, []string{`"w"`, "BF16", "LARS"}},
		{NewProdigy(1), native(), BFloat16, []string{`"w"`, "bfloat16", "Prodigy"}},
		{NewAdafactor(1), native(), BFloat16, []string{`"w"`, "bfloat16", "Adafactor"}},
		{NewScheduleFreeAdamW(1), bf16(), Native, []string{`"w"`, "BF16", "ScheduleFreeAdamW", "another point"}},
		{NewScheduleFreeAdamW(1), native(), Int8, []string{`"w"`, "int8", "ScheduleFreeAdamW", "another point"}},
		{amsgrad, native(), BFloat16, nil},
		{amsgrad, native(), Int8, []string{`"w"`, "int8", "Adam", "8 bits", "AMSGrad"}},
		{NewAdagrad(1), native(), Int8, []string{`"w"`, "int8", "Adagrad", "Signer"}},
		{with(NewRMSprop(1), func(r *RMSprop) { r.Centered = true }), native(), Int8, []string{`"w"`, "RMSprop", "Centered"}},
		{NewAdam(1), table(), BFloat16, nil},
		{NewAdam(1), table(), Int8, []string{`"w"`, "int8", "Sparse", "BFloat16"}},
		{walker{LR: 1}, native(), BFloat16, nil},
		{walker{LR: 1}, native(), Int8, []string{`"w"`, "walker", "Signer"}},
		{teller{walker{LR: 1}, []bool{true}}, native(), Int8, nil},
		{teller{walker{LR: 1}, []bool{true, false}}, native(), Int8, []string{`"w"`, "Signed", "2 elements", `"b"`}},
		{teller{walker{LR: 1}, nil}, native(), Int8, []string{`"w"`, "walker", "Signer"}},
		{struct{ Rule }{NewAdam(1)}, native(), Int8, []string{"Adam", "hides", "Signed", "Int8"}},
	} {
		_, err := New(c.rule, c.params, WithStateFormat(c.format))
		if c.want == nil {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantError(t, err, c.want...)
	}
	// A group's format reaches its own parameters.
	params := append(native(), Param[float32]{Name: "b", Value: make([]float32, 3)})
	_, err := New(NewLAMB(1), params, WithStateFormat(Int8), WithGroup(func(name string) bool { return name == "w" }, GroupStateFormat(Native)))
	wantError(t, err, `"b"`, "int8", "LAMB")
	o := mustNew(t, NewAdam(1), append(params, Param[float32]{Name: "h", BF16: make([]kernels.BFloat16, 300)}),
		WithStateFormat(Int8), WithGroup(func(name string) bool { return name == "w" }, GroupStateFormat(BFloat16)),
		WithGroup(func(name string) bool { return name == "h" }, GroupSplitParams()))
	for i, want := range []ParamInfo{
		{Format: Native, StateFormat: BFloat16, StateBytes: 2 * 2 * 6},
		{Format: Native, StateFormat: Int8, StateBytes: 2 * (3 + 1)},
		{Format: BFloat16, Split: true, StateFormat: Int8, StateBytes: 2 * (300 + 2)},
	} {
		got := o.Params()[i]
		if got.Format != want.Format || got.Split != want.Split || got.StateFormat != want.StateFormat || got.StateBytes != want.StateBytes {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if g := o.Groups(); g[0].StateFormat != BFloat16 || g[1].StateFormat != Int8 || g[1].SplitParams || !g[2].SplitParams {
		t.Errorf("groups %+v", g)
	}
}

// TestGrowFormats: a table grows in its format.
func TestGrowFormats(t *testing.T) {
	o := mustNew(t, NewAdam(1), []Param[float32]{
		{Name: "f", Value: make([]float32, 6), Shape: []int{2, 3}, Sparse: true},
		{Name: "h", BF16: []kernels.BFloat16{1, 2}, Shape: []int{2, 1}, Sparse: true},
		{Name: "s", BF16: []kernels.BFloat16{1, 2}, Rest: []int16{-3, 4}, Shape: []int{2, 1}, Sparse: true},
	}, WithStateFormat(BFloat16))
	before := mustSnapshot(t, o)
	wantError(t, o.Grow("h", make([]float32, 3)), "Grow", `"h"`, "another format", "GrowBF16")
	wantError(t, o.GrowBF16("f", make([]kernels.BFloat16, 9), nil), "GrowBF16", `"f"`, "another format")
	wantError(t, o.GrowBF16("h", make([]kernels.BFloat16, 3), make([]int16, 3)), "GrowBF16", `"h"`, "3 lower halves", "not split")
	wantError(t, o.GrowBF16("s", make([]kernels.BFloat16, 3), make([]int16, 2)), `"s"`, "Rest of 2")
	wantError(t, o.GrowBF16("s", make([]kernels.BFloat16, 1), nil), "GrowBF16", `"s"`, "at least 2")
	if after := mustSnapshot(t, o); !reflect.DeepEqual(after, before) {
		t.Error("errors have changed something")
	}
	if err := o.GrowBF16("s", []kernels.BFloat16{1, 2, 9}, nil); err != nil {
		t.Fatal(err)
	}
	if rest := o.params[2].Rest; !slices.Equal(rest, []int16{-3, 4, 0}) {
		t.Errorf("the lower halves became %v", rest)
	}
	if err := o.GrowBF16("s", []kernels.BFloat16{1, 2, 9, 7}, []int16{-3, 4, 0, 6}); err != nil {
		t.Fatal(err)
	}
	if p := o.Params()[2]; p.Len != 4 || !p.Split || p.StateBytes != 2*2*4 {
		t.Errorf("%+v", p)
	}
}

// TestRestoreFormats: a snapshot goes on with its own seed, and one of another format, or that
// is damaged, is refused and changes nothing.
func TestRestoreFormats(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	lengths := []int{300, 257}
	start := random[float32](rng, lengths...)
	cases := append(packedCases(), packedCase{})
	begin := func(c packedCase, seed uint64) *Optimizer[float32] {
		return mustNew(t, NewAdam(0.01), c.params(start), c.options(WithRoundingSeed(seed))...)
	}
	for _, c := range cases {
		o := begin(c, 5)
		mustStep(t, o, random[float32](rng, lengths...))
		s := mustSnapshot(t, o)
		if want := c.values == valuesRounded || c.state != Native; (s.RoundingSeed == 5) != want || !want && s.RoundingSeed != 0 {
			t.Errorf("%v: the seed of the snapshot is %d", c, s.RoundingSeed)
		}
		g := random[float32](rng, lengths...)
		mustStep(t, o, g)
		want := mustSnapshot(t, o)
		for _, d := range cases {
			other := begin(d, 6)
			before := mustSnapshot(t, other)
			err := other.Restore(s)
			if d == c {
				if err != nil {
					t.Fatal(err)
				}
				mustStep(t, other, g)
				if got := mustSnapshot(t, other); !reflect.DeepEqual(got, want) {
					t.Errorf("%v: a resumed run has other bits", c)
				}
				continue
			}
			if parts := []string{`"p0"`}; c.values != d.values {
				wantError(t, err, append(parts, "values of")...)
			} else {
				wantError(t, err, append(parts, `"exp_avg"`, c.state.String(), d.state.String())...)
			}
			if after := mustSnapshot(t, other); !reflect.DeepEqual(after, before) {
				t.Errorf("%v restored into %v has changed something", c, d)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(s *Snapshot[float32])
		want   []string
	}{
		"short codes":     {func(s *Snapshot[float32]) { x := &s.Params[1].State[0].Int8; x.Codes = x.Codes[1:] }, []string{`"exp_avg"`, "256 elements", "257"}},
		"short exponents": {func(s *Snapshot[float32]) { x := &s.Params[1].State[1].Int8; x.Exponents = x.Exponents[1:] }, []string{`"exp_avg_sq"`, "1 exponents", "2"}},
		"an exponent":     {func(s *Snapshot[float32]) { s.Params[0].State[1].Int8.Exponents[1] = 31 }, []string{`"exp_avg_sq"`, "exponent 31 in block 1", "32"}},
		"codes of zeros":  {func(s *Snapshot[float32]) { s.Params[0].State[1].Int8.Exponents[0] = 0 }, []string{`"exp_avg_sq"`, "exponent 0 in block 0"}},
		"short values":    {func(s *Snapshot[float32]) { s.Params[0].BF16 = s.Params[0].BF16[1:] }, []string{`"p0"`, "299 elements", "300"}},
		"short rest":      {func(s *Snapshot[float32]) { s.Params[0].Rest = s.Params[0].Rest[1:] }, []string{`"p0"`, "299 lower halves", "300"}},
		"no rest":         {func(s *Snapshot[float32]) { s.Params[0].Rest = nil }, []string{`"p0"`, "bfloat16", "lower halves"}},
	} {
		o := begin(packedCase{valuesSplit, Int8}, 5)
		mustStep(t, o, random[float32](rng, lengths...))
		before, s := mustSnapshot(t, o), mustSnapshot(t, o)
		c.change(s)
		wantError(t, o.Restore(s), c.want...)
		if after := mustSnapshot(t, o); !reflect.DeepEqual(after, before) {
			t.Errorf("%s: something has changed", name)
		}
	}
}

// TestPackedSkips: a step that is skipped changes no code, and without the look at gradients
// what is not finite stays so: no infinity becomes another number, and no NaN 0.
func TestPackedSkips(t *testing.T) {
	for _, c := range packedCases() {
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
			rng := rand.New(rand.NewPCG(41, 42))
			start := random[float32](rng, 600)
			o := mustNew(t, NewAdam(0.01), c.params(start), c.options()...)
			mustStep(t, o, random[float32](rng, 600))
			before := o.bits()
			g := random[float32](rng, 600)
			g[0][300] = bad
			if r, err := o.Step(g); err != nil || !r.Skipped || r.Reason.Element != 300 {
				t.Fatalf("%v: %+v, %v", c, r, err)
			}
			if !slices.Equal(o.bits(), before) {
				t.Errorf("%v: a skipped step has changed something", c)
			}
			o = mustNew(t, NewAdam(0.01), c.params(start), c.options(Unchecked())...)
			if _, err := o.Step(g); err != nil {
				t.Fatal(err)
			}
			s := nativeOf(mustSnapshot(t, o), []bool{true, false})
			for name, x := range map[string][]float32{"value": s.Params[0].Value, "m": s.Params[0].State[0].Value, "v": s.Params[0].State[1].Value} {
				if v := x[300]; v-v == 0 {
					t.Errorf("%v: after a gradient of %v the %s is %v", c, bad, name, v)
				}
				if v := x[10]; v-v != 0 {
					t.Errorf("%v: after a gradient of %v another %s is %v", c, bad, name, v)
				}
			}
		}
	}
}
