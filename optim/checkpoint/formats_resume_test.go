package checkpoint

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A values says how a formatRun keeps its parameters.
type values int

const (
	native   values = iota
	halves          // bfloat16
	ownRest         // split, with lower halves of the optimizer's
	withRest        // split, with those of the caller
)

func (v values) String() string {
	return [...]string{"float32", "bfloat16", "split", "split with Rest"}[v]
}

// newFormatRun returns a run of two parameters, the first of which has more than one block.
func newFormatRun(t testing.TB, rule optim.Rule, v values, opts ...optim.Option) *run[float32] {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	r := new(run[float32])
	for _, n := range []int{20000, 300} {
		p := optim.Param[float32]{Name: fmt.Sprint("p", n), Value: make([]float32, n)}
		for i := range p.Value {
			p.Value[i] = float32(rng.NormFloat64())
		}
		if v != native {
			hi, rest := splitOf(p.Value)
			if p.Value, p.BF16 = nil, hi; v == withRest {
				p.Rest = rest
			}
		}
		r.params = append(r.params, p)
	}
	if v == ownRest {
		opts = append(opts, optim.WithSplitParams())
	}
	var err error
	if r.opt, err = optim.New(rule, r.params, opts...); err != nil {
		t.Fatal(err)
	}
	return r
}

// batch returns gradients of the next step, of bfloat16 where the parameters are.
func batch(r *run[float32], number uint64) *optim.Gradients[float32] {
	rng := rand.New(rand.NewPCG(number, uint64(r.opt.Steps())))
	g := r.opt.NewGradients()
	for i := range r.params {
		if g.Dense[i] == nil {
			for j := range g.BF16[i] {
				g.BF16[i][j] = kernels.ToBFloat16(float32(rng.NormFloat64()))
			}
		}
		for j := range g.Dense[i] {
			g.Dense[i][j] = float32(rng.NormFloat64())
		}
	}
	return g
}

// TestResumeFormats stops a run in the middle of every step, and goes on in a new optimizer
// with other workers and another seed, whose parameters have other values. At the end its file
// is that of a run which never stopped.
func TestResumeFormats(t *testing.T) {
	const steps = 2
	path := filepath.Join(t.TempDir(), "run.safetensors")
	type setup struct {
		rule   optim.Rule
		values values
		format optim.Format
	}
	var setups []setup
	for _, v := range []values{native, halves, ownRest, withRest} {
		for _, f := range []optim.Format{optim.Native, optim.BFloat16, optim.Int8} {
			setups = append(setups, setup{optim.NewAdam(1e-2), v, f})
		}
	}
	for _, rule := range []optim.Rule{optim.Momentum{LR: 0.1, Momentum: 0.9, Nesterov: true}, optim.NewLion(1e-3), optim.NewAdamW(1e-2), optim.NewRMSprop(1e-2)} {
		setups = append(setups, setup{rule, halves, optim.BFloat16}, setup{rule, native, optim.Int8})
	}
	for _, s := range setups {
		fresh := func(workers int, seed uint64) *run[float32] {
			return newFormatRun(t, s.rule, s.values, optim.WithStateFormat(s.format), optim.WithRoundingSeed(seed), optim.Workers(workers), optim.ClipNorm(1))
		}
		whole, part := fresh(1, 7), fresh(2, 7)
		for i := range steps {
			for _, r := range []*run[float32]{whole, part} {
				if err := r.opt.AccumulateGradients(batch(r, 1)); err != nil {
					t.Fatal(err)
				}
			}
			if err := Save(path, part.opt); err != nil {
				t.Fatal(err)
			}
			part.opt.Close()
			part = fresh(1+i%3, 8)
			for _, p := range part.params {
				clear(p.Value)
				clear(p.BF16)
			}
			if err := Load(path, part.opt); err != nil {
				t.Fatal(err)
			}
			for _, r := range []*run[float32]{whole, part} {
				if _, err := r.opt.StepGradients(batch(r, 2)); err != nil {
					t.Fatal(err)
				}
			}
		}
		part.opt.Close()
		if !bytes.Equal(readBytes(t, part.save(t)), readBytes(t, whole.save(t))) {
			t.Errorf("%s, parameters of %v, state of %v: the resumed run differs", s.rule.Name(), s.values, s.format)
		}
	}
}

// TestFormatMismatch: a file of another format is refused, by the names of both, and leaves the
// optimizer as it was. With Convert it gets the optimizer's.
func TestFormatMismatch(t *testing.T) {
	type kind struct {
		values values
		format optim.Format
		name   string // of the values in messages
	}
	kinds := []kind{{native, optim.Native, "float32"}, {halves, optim.BFloat16, "bfloat16"}, {ownRest, optim.Int8, "bfloat16 with lower halves"}, {native, optim.Int8, "float32"}}
	path := filepath.Join(t.TempDir(), "run.safetensors")
	for _, from := range kinds {
		saved := newFormatRun(t, optim.NewAdam(0.01), from.values, optim.WithStateFormat(from.format), optim.WithRoundingSeed(3))
		saved.steps(t, 2)
		if err := Save(path, saved.opt); err != nil {
			t.Fatal(err)
		}
		for _, to := range kinds {
			other := newFormatRun(t, optim.NewAdam(0.01), to.values, optim.WithStateFormat(to.format))
			other.steps(t, 1)
			before := other.snapshot(t)
			err := Load(path, other.opt)
			if to == from {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			if from.values != to.values {
				wantError(t, err, path, `"p20000"`, "values of "+from.name, "want "+to.name)
			} else {
				wantError(t, err, path, `"p20000"`, `"exp_avg"`, from.format.String(), to.format.String())
			}
			if !sameBits(other.snapshot(t), before) {
				t.Fatalf("%v: the optimizer has changed", err)
			}
			if err := Load(path, other.opt, Convert()); err != nil {
				t.Fatal(err)
			}
			a, b := saved.snapshot(t), other.snapshot(t)
			if got := b.Params[0].State[0].Format; got != to.format || b.Steps != 2 {
				t.Errorf("got state of %v after %d steps, want %v after 2", got, b.Steps, to.format)
			}
			decodeFormats(a)
			decodeFormats(b)
			for i, v := range vectorsOf(a) {
				near(t, v.name, floats[float32](vectorsOf(b)[i]), floats[float32](v))
			}
			other.steps(t, 3)
		}
	}
}

// TestSigned: codes of the other sort are refused.
func TestSigned(t *testing.T) {
	r := small(t)[1]
	s := r.snapshot(t)
	if state := s.Params[0].State; !state[0].Signed || state[1].Signed {
		t.Errorf("got the state %+v, want signed codes of exp_avg alone", state)
	}
	b := edit(t, readBytes(t, r.save(t)), replace(`,\"signed\":true`, ``))
	wantError(t, Load(writeFile(t, b), r.opt), `"w"`, `"exp_avg"`, "Signed = false, want true")
	if !sameBits(r.snapshot(t), s) {
		t.Error("the optimizer has changed")
	}
}

// near compares what has gone through 8 bits or more.
func near(t *testing.T, name string, got, want []float32) {
	t.Helper()
	most := 0.0
	for _, x := range want {
		most = max(most, math.Abs(float64(x)))
	}
	for i, x := range want {
		if d := math.Abs(float64(got[i]) - float64(x)); d > math.Abs(float64(x))/8+most/10000 {
			t.Fatalf("%s: element %d is %v, want about %v", name, i, got[i], x)
		}
	}
}

// TestDirFormats: a directory keeps the last files of a run with formats, and goes back to the
// one before a file that is damaged.
func TestDirFormats(t *testing.T) {
	d := Dir{Path: filepath.Join(t.TempDir(), "run"), Keep: 2}
	fresh := func() *run[float32] {
		return newFormatRun(t, optim.NewAdam(0.01), halves, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(5))
	}
	r := fresh()
	for i := range 3 {
		r.steps(t, i+1)
		if err := SaveTo(d, i+1, r.opt); err != nil {
			t.Fatal(err)
		}
	}
	want := readBytes(t, d.File(3))
	b := bytes.Clone(want)
	b[len(b)-1] ^= 1
	if err := os.WriteFile(d.File(3), b, 0o666); err != nil {
		t.Fatal(err)
	}
	again := fresh()
	step, found, err := LoadLatest(d, again.opt)
	if step != 2 || !found {
		t.Errorf("got step %d, %t, %v, want 2", step, found, err)
	}
	wantError(t, err, d.File(3), "sha256")
	again.steps(t, 3)
	if err := SaveTo(d, 3, again.opt); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readBytes(t, d.File(3)), want) {
		t.Error("the resumed run differs")
	}
}
