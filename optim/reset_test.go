package optim

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

// TestReset: from its present values an optimizer goes on as a new one, whatever has been.
func TestReset(t *testing.T) {
	for _, rule := range slices.Concat(kinds, matrixRules) {
		for _, table := range []bool{false, true} {
			if lazy, ok := rule.(Lazy); table && !(ok && lazy.Lazy()) {
				continue
			}
			rng := rand.New(rand.NewPCG(43, 44))
			made := func(params []Param[float64]) *Optimizer[float64] {
				if !table {
					for i := range params {
						params[i].Sparse = false
					}
				}
				plateau := schedule.NewPlateau()
				plateau.Patience = 1
				return mustNew(t, rule, params, ClipNorm(1), WithSchedule(plateau), WithLossScaler(LossScaler{64, 2, 0.5, 2}))
			}
			params := mixed(rng)
			o := made(params)
			run := func(o *Optimizer[float64], seed uint64) []Report {
				rng := rand.New(rand.NewPCG(seed, 0))
				var reports []Report
				for step := range 7 {
					g := draw(rng, o)
					if step == 3 {
						g.Dense[2][1] = math.Inf(1)
					}
					r, err := o.StepGradients(g)
					if err != nil {
						t.Fatal(err)
					}
					o.Observe(1)
					r.GroupLRs = slices.Clone(r.GroupLRs)
					reports = append(reports, r)
				}
				return reports
			}
			run(o, 1)
			if err := o.AccumulateGradients(draw(rng, o)); err != nil {
				t.Fatal(err)
			}
			twins := slices.Clone(params)
			for i := range twins {
				twins[i].Value = slices.Clone(params[i].Value)
			}
			o.Params() // which looks at the counts
			if err := o.Reset(); err != nil {
				t.Fatal(err)
			}
			n := made(twins)
			if got, want := mustSnapshot(t, o), mustSnapshot(t, n); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: reset to %+v,\nwant %+v", rule.Name(), got, want)
			}
			if got, want := run(o, 2), run(n, 2); !reflect.DeepEqual(got, want) || !slices.Equal(o.bits(), n.bits()) {
				t.Errorf("%s: after Reset it goes elsewhere: %+v,\nwant %+v", rule.Name(), got[6], want[6])
			}
		}
	}
}

// A mute schedule follows a metric, and its state cannot be had.
type mute struct{ schedule.Constant }

func (mute) Observe(float64) {}

// A moody schedule has a state that it does not take back.
type moody struct{ schedule.Constant }

func (moody) SaveState() (string, error) { return "", nil }
func (moody) RestoreState(string) error  { return errors.New("moody") }

// TestResetErrors: and nothing changes.
func TestResetErrors(t *testing.T) {
	for want, opts := range map[string][]Option{"mute": {WithSchedule(mute{})}, "moody": {WithSchedule(moody{})}, "TrainMode": nil} {
		o := mustNew(t, NewScheduleFreeAdamW(1), []Param[float64]{{Name: "w", Value: []float64{1}}}, opts...)
		mustStep(t, o, [][]float64{{1}})
		if opts == nil {
			o.EvalMode()
		}
		before := o.bits()
		wantError(t, o.Reset(), want)
		if !slices.Equal(o.bits(), before) {
			t.Error("a refused Reset changed something")
		}
	}
	wantError(t, new(Optimizer[float64]).Reset(), "not from New")
	frozen := mustNew(t, NewAdam(1), []Param[float64]{{Name: "w", Value: []float64{1}}, {Name: "b", Value: []float64{1}}})
	if err := errors.Join(frozen.Freeze("w"), frozen.Reset()); err != nil || !frozen.Params()[0].Frozen {
		t.Errorf("a frozen parameter thaws: %v", err)
	}
}

func TestReportString(t *testing.T) {
	for want, r := range map[string]Report{
		"no step":                                {},
		"step 3: rate 0.001, gradient norm 12.5": {Step: 3, LR: 0.001, GradNorm: 12.5, ClipCoef: 1, LossScale: 1},
		"step 3: rate 0.001, gradient norm 12.5, clipped by 0.08, loss scale 65536": {Step: 3, LR: 0.001, GradNorm: 12.5, ClipCoef: 0.08, LossScale: 65536},
		"step 3: rate 0.1": {Step: 3, LR: 0.1, GradNorm: math.NaN(), ClipCoef: 1, LossScale: 1},
		`step 3 skipped: gradient of parameter "w" is NaN at element 7, loss scale 8`: {Step: 3, Skipped: true, Reason: Reason{"w", 7, math.NaN()}, LossScale: 8},
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v is %q, want %q", r, got, want)
		}
	}
}

// TestNewSGD: what the constructors leave out is torch's default.
func TestNewSGD(t *testing.T) {
	if r := NewSGD(0.5); r != (SGD{LR: 0.5}) {
		t.Errorf("NewSGD: %+v", r)
	}
	if r := NewMomentum(0.5, 0.9); r != (Momentum{LR: 0.5, Momentum: 0.9}) {
		t.Errorf("NewMomentum: %+v", r)
	}
}
