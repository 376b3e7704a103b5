package optim

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A skipper takes steps with good and bad gradients, dense or of rows.
type skipper struct {
	step interface {
		Snapshot() (*Snapshot[float64], error)
		Restore(*Snapshot[float64]) error
		Skipped() int
	}
	take func(g []float64) (Report, error)
}

func newSkippers(t *testing.T, opts ...Option) map[string]skipper {
	o := mustNew(t, NewAdam(0.1), []Param[float64]{{Name: "w", Value: []float64{1, 2, 3, 4}}}, opts...)
	s := newTableOnly(t, NewAdam(0.1), []float64{1, 2, 3, 4}, 2, opts...)
	return map[string]skipper{
		"dense": {o, func(g []float64) (Report, error) { return o.Step([][]float64{g}) }},
		"rows":  {s, func(g []float64) (Report, error) { return s.StepGradients(rowsOnly([]int{0, 1}, g)) }},
	}
}

// TestFailAfterSkips: how many skipped steps in a row are an error, also if the run
// is saved and resumed after every step.
func TestFailAfterSkips(t *testing.T) {
	scaler := WithLossScaler(NewLossScaler())
	for _, c := range []struct {
		name  string
		opts  []Option
		limit int // 0 for none
	}{
		{"default", nil, 10},
		{"fixed scale", []Option{WithLossScale(8)}, 10},
		{"three", []Option{FailAfterSkips(3)}, 3},
		{"one", []Option{FailAfterSkips(1)}, 1},
		{"never", []Option{FailAfterSkips(0)}, 0},
		{"scaler", []Option{scaler}, 0},
		{"scaler and three", []Option{FailAfterSkips(3), scaler}, 3},
	} {
		for _, resumed := range []bool{false, true} {
			for kind, run := range newSkippers(t, c.opts...) {
				row := 0
				// Good steps, and more and more bad ones between them.
				for i, length := 0, 0; length < 14; i++ {
					g := []float64{1, 2, math.NaN(), math.Inf(1)}
					if i == length {
						i, length = -1, length+1
						g[2], g[3], row = 3, 4, 0
					} else {
						row++
					}
					r, err := run.take(g)
					if r.Skipped != (row > 0) || row > 0 && (r.Reason.Element != 2 || r.Reason.Value == r.Reason.Value) {
						t.Fatalf("%s, %s: report %+v", kind, c.name, r)
					}
					var failed *SkippedError
					if want := c.limit > 0 && row >= c.limit; errors.As(err, &failed) != want || want != (err != nil) {
						t.Fatalf("%s, %s, resumed %v: %d in a row give the error %v", kind, c.name, resumed, row, err)
					} else if want && (failed.Count != row || failed.Step != r.Step || failed.Reason.String() != r.Reason.String()) {
						t.Fatalf("%s, %s: error %+v beside the report %+v", kind, c.name, failed, r)
					}
					if resumed {
						s, err := run.step.Snapshot()
						if err != nil {
							t.Fatal(err)
						}
						run = newSkippers(t, c.opts...)[kind]
						if err := run.step.Restore(s); err != nil {
							t.Fatal(err)
						}
					}
				}
				if got := run.step.Skipped(); got != 13*14/2 {
					t.Errorf("%s: %d skipped, want %d", kind, got, 13*14/2)
				}
			}
		}
	}

	_, err := New(SGD{LR: 1}, []Param[float32]{{Name: "w", Value: []float32{1}}}, FailAfterSkips(-2))
	wantError(t, err, "FailAfterSkips", "-2")
	text := (&SkippedError{7, 10, Reason{"fc.bias", 3, math.Inf(-1)}}).Error()
	wantError(t, errors.New(text), "step 7", "10 skipped in a row", `"fc.bias"`, "element 3", "-Inf")
}

// TestSkipsInRow: what a snapshot says of them.
func TestSkipsInRow(t *testing.T) {
	o := mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: []float32{1}}})
	bad := [][]float32{{float32(math.NaN())}}
	for range 2 {
		o.Step(bad)
	}
	mustStep(t, o, [][]float32{{1}})
	o.Step(bad)
	s := mustSnapshot(t, o)
	if s.Skipped != 3 || s.SkipsInRow != 1 {
		t.Errorf("%d skipped, %d in a row, want 3 and 1", s.Skipped, s.SkipsInRow)
	}
	text, err := json.Marshal(s)
	var back Snapshot[float32]
	if err != nil || json.Unmarshal(text, &back) != nil || back.SkipsInRow != 1 {
		t.Errorf("%s comes back with %d in a row, error %v", text, back.SkipsInRow, err)
	}
	for _, c := range []struct {
		row  int
		want []string
	}{{-1, []string{"skips in a row = -1"}}, {4, []string{"skips in a row = 4", "3"}}} {
		s.SkipsInRow = c.row
		wantError(t, o.Restore(s), c.want...)
	}
}

// TestSkip puts gradients that are not finite before every step of a run. The
// run must end with the same bits as one that never met them.
func TestSkip(t *testing.T) {
	for _, rule := range variants {
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testSkip[float32](t, rule) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testSkip[float64](t, rule) })
	}
}

func testSkip[T kernels.Float](t *testing.T, rule Rule) {
	rng := rand.New(rand.NewPCG(3, 4))
	lengths := []int{3, 100, 1}
	values := random[T](rng, lengths...)
	twins := [][]T{slices.Clone(values[0]), slices.Clone(values[1]), slices.Clone(values[2])}
	schedule := WithSchedule(schedule.Cosine{TMax: 10})
	opt := mustNew(t, rule, named(values), schedule)
	twin := mustNew(t, rule, named(twins), schedule)
	for step := range 4 {
		for i, n := range lengths {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				grads := random[T](rng, lengths...)
				at := n / 2
				grads[i][at] = T(bad)
				before := opt.bits()
				r, err := opt.Step(grads)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(before, opt.bits()) {
					t.Fatalf("%v in parameter %d: a skipped step changed something", bad, i)
				}
				if !r.Skipped || r.Step != step+1 || r.ClipCoef != 0 || r.GradNorm-r.GradNorm == 0 {
					t.Fatalf("%v in parameter %d: report %+v", bad, i, r)
				}
				want := fmt.Sprintf("gradient of parameter %q is %v at element %d", fmt.Sprintf("p%d", i), bad, at)
				if got := r.Reason.String(); got != want {
					t.Fatalf("reason %q, want %q", got, want)
				}
			}
		}
		grads := random[T](rng, lengths...)
		if a, b := mustStep(t, opt, grads), mustStep(t, twin, grads); !reflect.DeepEqual(a, b) {
			t.Fatalf("reports differ: %+v and %+v", a, b)
		}
	}
	if !slices.Equal(opt.bits(), twin.bits()) {
		t.Fatal("a run with skipped steps differs from one without")
	}
	if s := (Reason{}).String(); s != "" {
		t.Errorf("reason for a step that was taken: %q", s)
	}
}

// TestReducedOverflow: finite gradients whose sum is not finite skip as well.
func TestReducedOverflow(t *testing.T) {
	p := []float32{1, 2}
	opt := mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: p}}, WithReduction(ReduceSum))
	big := [][]float32{{0, 3e38}}
	r, err := opt.Step(big, big)
	if err != nil || !r.Skipped || r.Reason != (Reason{"w", 1, math.Inf(1)}) || p[1] != 2 {
		t.Errorf("report %+v, error %v, parameter %v", r, err, p)
	}
}
