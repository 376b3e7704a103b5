package optim_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A meter is a rule with all that an updater may have but whole parameters: its state
// starts at the parameter, it measures, it carries a number, and it is evaluated
// elsewhere. In every step it goes LR times the mean of all gradients and twice that of the parameter's own, times the number of steps carried.
type meter struct{ LR float64 }

func (r meter) Name() string                             { return "meter" }
func (r meter) State() []string                          { return []string{"start"} }
func (r meter) Scratch() int                             { return 1 }
func (r meter) LearningRate() float64                    { return r.LR }
func (r meter) Float32() (optim.Updater[float32], error) { return &metering[float32]{}, nil }
func (r meter) Float64() (optim.Updater[float64], error) { return &metering[float64]{}, nil }

type metering[T kernels.Float] struct {
	info  optim.StepInfo
	steps float64
	total float64
}

func (u *metering[T]) Carried() []optim.Number {
	return []optim.Number{{Name: "steps", Value: &u.steps, Min: 0}}
}

func (u *metering[T]) Init(p []T, state [][]T) { copy(state[0], p) }

func (u *metering[T]) Prepare(s optim.StepInfo) {
	u.info = s
	u.steps++
}

func (u *metering[T]) Update(p, g []T, state [][]T) { panic("Update of a Measurer") }

func (u *metering[T]) Measure(p, g []T, state [][]T) (sums [2]optim.Sum) {
	for i := range g {
		state[1][i] = g[i] // for Apply
		sums[0].Value += float64(g[i])
		sums[1].Value++
	}
	return sums
}

func (u *metering[T]) Conclude(total [2]optim.Sum) {
	u.total = u.info.Scale * total[0].Float64() / total[1].Float64()
}

func (u *metering[T]) Apply(p, g []T, state [][]T, own [2]optim.Sum) {
	mean := u.info.Scale * own[0].Float64() / own[1].Float64()
	for i := range p {
		if state[1][i] != g[i] {
			panic("the scratch vector was lost")
		}
		p[i] -= T(u.info.LR * (u.total + float64(2*mean)) * u.steps)
	}
}

func (u *metering[T]) Evaluate(p []T, state [][]T) { copy(p, state[0]) }

// TestMeasurer compares a rule that measures with plain loops, for any number of
// workers, and resumed.
func TestMeasurer(t *testing.T) {
	var want *optim.Snapshot[float64]
	for workers := 1; workers <= 8; workers++ {
		params := ownParams[float64]()
		start, plain := ownParams[float64](), ownParams[float64]()
		opts := []optim.Option{optim.Workers(workers), optim.WithGroup(isOdd, optim.LRFactor(2))}
		o := must(optim.New(meter{0.25}, params, opts...))
		for step := range 4 {
			if step == 2 { // go on in another one
				s := must(o.Snapshot())
				o.Close()
				if s.Params[0].Numbers["steps"] != 2 || !slices.Equal(s.Params[0].State[0].Value, start[0].Value) || len(s.Params[0].State) != 1 {
					t.Fatalf("saved the numbers %v and %d vectors", s.Params[0].Numbers, len(s.Params[0].State))
				}
				o = must(optim.New(meter{0.25}, params, opts...))
				bad := *s
				bad.Params = slices.Clone(s.Params)
				bad.Params[0].Numbers = map[string]float64{"steps": -1}
				opttest.WantError(t, o.Restore(&bad), `"p0"`, "steps = -1", ">= 0")
				if err := o.Restore(s); err != nil {
					t.Fatal(err)
				}
			}
			g := ownGrads[float64](rand.New(rand.NewPCG(uint64(step), 1)))
			must(o.Step(g))
			meterStep(plain, g, float64(step+1))
		}
		for i, p := range params {
			for j, v := range p.Value {
				if d := v - plain[i].Value[j]; !(d*d < 1e-24) {
					t.Fatalf("%d workers: parameter %d is %v at element %d, want %v", workers, i, v, j, plain[i].Value[j])
				}
			}
		}
		s := must(o.Snapshot())
		if want == nil {
			want = s
		} else if !reflect.DeepEqual(s, want) {
			t.Errorf("%d workers differ from one", workers)
		}
		o.EvalMode()
		if !slices.Equal(params[0].Value, start[0].Value) {
			t.Error("EvalMode does not evaluate")
		}
		o.TrainMode()
		if !reflect.DeepEqual(must(o.Snapshot()), want) {
			t.Error("TrainMode does not come back")
		}
		o.Close()
	}
}

func meterStep(params []optim.Param[float64], grads [][]float64, steps float64) {
	mean := func(only int) float64 {
		sum, n := 0.0, 0.0
		for i, g := range grads {
			if only < 0 || only == i {
				for _, v := range g {
					sum += v
					n++
				}
			}
		}
		return sum / n
	}
	for i, p := range params {
		lr := 0.25
		if isOdd(p.Name) {
			lr = 0.5
		}
		d := lr * (mean(-1) + float64(2*mean(i))) * steps
		for j := range p.Value {
			p.Value[j] -= d
		}
	}
}
