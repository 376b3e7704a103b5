package optim_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

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
	opttest.WantError(t, err, `"t"`, "too many dimensions")
	_, err = optim.New(rower{LR: 0.1}, []optim.Param[float32]{{Name: "t", Value: make([]float32, 8)}})
	opttest.WantError(t, err, `"t"`, "nil Rule")
}
