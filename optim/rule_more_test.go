package optim_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A meter is a rule with all that an updater may have but whole parameters: its state
// starts at the parameter, it measures, it carries a number, and it is evaluated
// elsewhere. In every step it goes LR times the sum of all gradients of the group and
// twice that of the parameter's own, times the number of steps carried.
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
				fails(t, o.Restore(&bad), `"p0"`, "steps = -1", ">= 0")
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
	mean := func(odd bool, only int) float64 {
		sum, n := 0.0, 0.0
		for i, g := range grads {
			if isOdd(params[i].Name) == odd && (only < 0 || only == i) {
				for _, v := range g {
					sum += v
					n++
				}
			}
		}
		return sum / n
	}
	for i, p := range params {
		odd := isOdd(p.Name)
		lr := 0.25
		if odd {
			lr = 0.5
		}
		d := lr * (mean(odd, -1) + float64(2*mean(odd, i))) * steps
		for j := range p.Value {
			p.Value[j] -= d
		}
	}
}

// A rower updates matrices as wholes, keeping a number for each row and column, and
// leaves vectors to another rule.
type rower struct {
	LR   float64
	Rest optim.Rule
}

func (r rower) Name() string                             { return "rower" }
func (r rower) State() []string                          { return []string{"rows", "columns"} }
func (r rower) LearningRate() float64                    { return r.LR }
func (r rower) StateLens(shape []int) []int              { return []int{shape[0], shape[1]} }
func (r rower) Float32() (optim.Updater[float32], error) { return &rowing[float32]{}, nil }
func (r rower) Float64() (optim.Updater[float64], error) { return &rowing[float64]{}, nil }
func (r rower) ForShape(shape []int) (optim.Rule, error) {
	switch len(shape) {
	case 1:
		return r.Rest, nil
	case 2:
		return r, nil
	}
	return nil, errors.New("too many dimensions")
}

type rowing[T kernels.Float] struct{ info optim.StepInfo }

func (u *rowing[T]) Prepare(s optim.StepInfo)     { u.info = s }
func (u *rowing[T]) Update(p, g []T, state [][]T) { panic("Update of a WholeUpdater") }
func (u *rowing[T]) Scratch(shape []int) int      { return shape[0] + shape[1] }
func (u *rowing[T]) UpdateWhole(p optim.Param[T], g []T, state [][]T, scratch []T) {
	rows, columns := p.Shape[0], p.Shape[1]
	if len(scratch) != rows+columns || len(state[0]) != rows || len(state[1]) != columns || len(g) != rows*columns {
		panic("wrong lengths")
	}
	for i := range scratch {
		scratch[i] = 7
	}
	scale, lr := T(u.info.Scale), T(u.info.LR)
	for i := range rows {
		for j := range columns {
			d := T(scale * g[i*columns+j])
			state[0][i] += d
			state[1][j] += d
			p.Value[i*columns+j] -= T(lr * (state[0][i] + state[1][j]))
		}
	}
}

// TestWholeUpdater: matrices come whole, whatever is done to the gradients before, and
// vectors go to another rule.
func TestWholeUpdater(t *testing.T) {
	const rows, columns = 150, 333
	rest := optim.NewAdam(0.5)
	for name, opts := range map[string][]optim.Option{
		"plain":     nil,
		"unchecked": {optim.Unchecked()},
		"clipped":   {optim.ClipValue(0.25), optim.ZeroGrads()},
	} {
		var want *optim.Snapshot[float32]
		for workers := 1; workers <= 4; workers++ {
			rng := rand.New(rand.NewPCG(96, 97))
			plain := gaussian[float32](rng, rows*columns)
			state := [][]float32{make([]float32, rows), make([]float32, columns)}
			vector := gaussian[float32](rng, columns)
			other := slices.Clone(vector)
			params := []optim.Param[float32]{
				{Name: "b", Value: vector},
				{Name: "w", Value: slices.Clone(plain), Shape: []int{rows, columns}},
				{Name: "v", Value: slices.Clone(plain[:12]), Shape: []int{3, 4}},
			}
			o := must(optim.New(rower{0.125, rest}, params, append(opts, optim.Workers(workers))...))
			single := must(optim.New(rest, []optim.Param[float32]{{Name: "b", Value: other}}, opts...))
			for step := range 3 {
				g := [][]float32{gaussian[float32](rng, columns), gaussian[float32](rng, rows*columns), gaussian[float32](rng, 12)}
				seen := slices.Clone(g[1])
				if name == "clipped" {
					kernels.Clamp(seen, seen, -0.25, 0.25)
				}
				u := rowing[float32]{optim.StepInfo{LR: 0.125, Scale: 1}}
				u.UpdateWhole(optim.Param[float32]{Value: plain, Shape: []int{rows, columns}}, seen, state, make([]float32, rows+columns))
				must(single.Step([][]float32{slices.Clone(g[0])}))
				if step < 2 {
					must(o.Step(g))
					if zero := slices.Max(g[1]) == 0 && slices.Min(g[1]) == 0; zero != (name == "clipped") {
						t.Errorf("%s: the gradients are cleared: %v", name, zero)
					}
					continue
				}
				half := make([][]float32, 3) // the same as two batches
				for i := range g {
					half[i] = make([]float32, len(g[i]))
					kernels.Axpy(2, g[i], half[i])
				}
				must(o.Step(half, [][]float32{make([]float32, columns), make([]float32, rows*columns), make([]float32, 12)}))
			}
			if !slices.Equal(params[1].Value, plain) || !slices.Equal(vector, other) {
				t.Errorf("%s, %d workers: the matrix or the vector differs", name, workers)
			}
			s := must(o.Snapshot())
			if want == nil {
				want = s
			} else if !reflect.DeepEqual(s, want) {
				t.Errorf("%s: %d workers differ from one", name, workers)
			}
			if s.Params[0].Rule != "Adam" || s.Params[1].Rule != "" || len(s.Params[1].State[1].Value) != columns || len(s.Options) != 0 {
				t.Errorf("saved %q and %q, options %v", s.Params[0].Rule, s.Params[1].Rule, s.Options)
			}
			o.Close()
		}
	}
	_, err := optim.New(rower{0.1, rest}, []optim.Param[float32]{{Name: "t", Value: make([]float32, 8), Shape: []int{2, 2, 2}}})
	fails(t, err, `"t"`, "too many dimensions")
	_, err = optim.New(rower{LR: 0.1}, []optim.Param[float32]{{Name: "t", Value: make([]float32, 8)}})
	fails(t, err, `"t"`, "nil Rule")
}

// TestShape: a shape must be that of the elements, is kept, and must be the same in a
// snapshot that has one.
func TestShape(t *testing.T) {
	for _, shape := range [][]int{{3}, {2, 3}, {-2, -2}, {4, 0}, {4, 1, 2}, {math.MaxInt/2 + 1, 4, math.MaxInt/2 + 1}, {0}} {
		_, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 4), Shape: shape}})
		fails(t, err, `"w"`, fmt.Sprint(shape), "4 elements")
	}
	shaped := func(shape ...int) *optim.Optimizer[float32] {
		return must(optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 4), Shape: shape}}))
	}
	shape := []int{2, 2}
	o := shaped(shape...)
	shape[0] = 4
	if got := o.Params()[0].Shape; !slices.Equal(got, []int{2, 2}) {
		t.Errorf("the shape is %v", got)
	}
	s := must(o.Snapshot())
	fails(t, shaped(4, 1).Restore(s), `"w"`, "[2 2]", "[4 1]")
	fails(t, shaped().Restore(s), `"w"`, "[2 2]")
	s.Params[0].Shape = nil // of a time before shapes
	if err := o.Restore(s); err != nil {
		t.Error(err)
	}
	_, err := optim.NewEmbedding(optim.SGD{LR: 1}, optim.Param[float32]{Name: "w", Value: make([]float32, 4), Shape: []int{4, 1}}, 2)
	fails(t, err, `"w"`, "[4 1]", "rows of 2")
}
