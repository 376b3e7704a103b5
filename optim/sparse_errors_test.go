package optim

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

// TestBadTables: a table needs rows and a rule that is lazy.
func TestBadTables(t *testing.T) {
	table := sparse("table", make([]float32, 12), 3)
	changed := func(f func(*Param[float32])) Param[float32] { return with(table, f) }
	for _, c := range []struct {
		rule  Rule
		table Param[float32]
		want  []string
	}{
		{Momentum{LR: 1}, table, []string{`"table"`, "Momentum", "Sparse", "Lazy"}},
		{NewLAMB(1), table, []string{`"table"`, "LAMB"}},
		{NewMuon(1), table, []string{`"table"`, "Muon"}},
		{RowAdagrad{LR: 1}, table, []string{"RowAdagrad", "Eps", "0"}},
		{SGD{LR: 1}, changed(func(p *Param[float32]) { p.Shape = nil }), []string{`"table"`, "[]", "Sparse"}},
		{SGD{LR: 1}, changed(func(p *Param[float32]) { p.Shape = []int{12} }), []string{`"table"`, "[12]"}},
		{SGD{LR: 1}, changed(func(p *Param[float32]) { p.Shape = []int{2, 2, 3} }), []string{`"table"`, "[2 2 3]"}},
		{SGD{LR: 1}, changed(func(p *Param[float32]) { p.Shape = []int{5, 3} }), []string{`"table"`, "[5 3]", "12"}},
		{SGD{LR: 1}, changed(func(p *Param[float32]) { p.Shape = []int{4, 0} }), []string{`"table"`, "[4 0]"}},
		{NewRowAdagrad(1), changed(func(p *Param[float32]) { p.Sparse = false }), []string{`"table"`, "RowAdagrad", "Sparse"}},
	} {
		_, err := New(c.rule, []Param[float32]{c.table})
		wantError(t, err, c.want...)
		// A dense parameter before it has the rule already.
		if _, ok := c.rule.(RowAdagrad); !ok {
			_, err = New(c.rule, []Param[float32]{{Name: "w", Value: make([]float32, 6), Shape: []int{2, 3}}, c.table})
			wantError(t, err, c.want...)
		}
	}
	_, err := New(NewRowAdagrad(1), []Param[float32]{table, {Name: "w", Value: []float32{1}}})
	wantError(t, err, `"w"`, "RowAdagrad")
	_, err = mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: []float32{1}}}).StepGradients(
		&Gradients[float32]{Dense: [][]float32{{1}}, Rows: []RowGradients[float32]{{Rows: []int{0}, Values: []float32{1}}}})
	wantError(t, err, `"w"`, "not Sparse")
}

// TestSparseRefuses: an error or a skipped step changes nothing.
func TestSparseRefuses(t *testing.T) {
	nan := math.NaN()
	for _, rule := range rowRules {
		buf := []float64{1, 2, 3, 4, 5, 6}
		rate := 0.1
		o := mustNew(t, rule, []Param[float64]{sparse("table", buf, 2)}, ZeroGrads(), WithLossScaler(NewLossScaler()),
			WithSchedule(schedule.Func(func(float64, int) float64 { return rate })))
		mustStepGradients(t, o, rowsOnly([]int{2, 2}, []float64{1, 2, 3, 4}))
		before := o.bits()
		refuse := func(g *Gradients[float64], want ...string) {
			t.Helper()
			r, err := o.StepGradients(rowsOnly([]int{1}, []float64{1, 1}), g)
			wantError(t, err, want...)
			if !reflect.DeepEqual(r, Report{}) || !slices.Equal(o.bits(), before) || o.Skipped() != 0 {
				t.Errorf("a refused step changed something; report %+v", r)
			}
			wantError(t, o.AccumulateGradients(rowsOnly([]int{1}, []float64{1, 1}), g), want...)
			for _, place := range o.params[0].table.places {
				if place != 0 {
					t.Fatal("a refused step left marks")
				}
			}
		}
		refuse(rowsOnly([]int{0, 3}, []float64{1, 2, 3, 4}), `"table"`, "batch 1", "index 3", "position 1", "0 to 2")
		refuse(rowsOnly([]int{-1, 0}, []float64{1, 2, 3, 4}), `"table"`, "batch 1", "index -1", "position 0")
		refuse(rowsOnly([]int{0, 1}, []float64{1, 2, 3}), `"table"`, "batch 1", "3 gradient elements", "2 rows of 2")
		refuse(rowsOnly([]int{0}, []float64{1, 2, 3}), `"table"`, "3 gradient elements")
		refuse(rowsOnly[float64]([]int{0, 1}, nil), `"table"`, "0 gradient elements")
		refuse(rowsOnly([]int{0}, buf[1:3]), `"table"`, "batch 1", "overlap")
		refuse(nil, "batch 1 is nil")
		refuse(&Gradients[float64]{Rows: make([]RowGradients[float64], 2)}, "batch 1", "2 lists of rows", "1 parameters")
		refuse(&Gradients[float64]{Dense: make([][]float64, 2)}, "batch 1", "2 gradients", "1 parameters")
		refuse(&Gradients[float64]{Dense: [][]float64{make([]float64, 6)}}, `"table"`, "batch 1", "Sparse", "6 elements")
		shared := []float64{1, 2, 3}
		_, err := o.StepGradients(rowsOnly([]int{0}, shared[:2]), rowsOnly([]int{0}, shared[1:]))
		wantError(t, err, `"table" in batch 0`, `"table" in batch 1`, "ZeroGrads")
		_, err = o.Step([][]float64{make([]float64, 6)})
		wantError(t, err, `"table"`, "Sparse", "StepGradients")
		_, err = o.StepGradients()
		wantError(t, err, "StepGradients without")
		rate = nan
		_, err = o.StepGradients(rowsOnly([]int{0}, []float64{1, 2}))
		wantError(t, err, "step 2", "NaN")
		rate = 0.1

		grads := []float64{1, 1, 2, 2, 3, nan}
		r, err := o.StepGradients(rowsOnly([]int{2, 0, 2}, grads))
		if err != nil || !r.Skipped || r.Reason.Param != "table" || r.Reason.Element != 5 || !slices.Equal(o.bits(), before) {
			t.Errorf("report %+v, error %v", r, err)
		}
		if o.Skipped() != 1 || o.LossScale() != 32768 || r.LossScale != 65536 || grads[5] != 0 || grads[0] != 0 {
			t.Errorf("%d skipped, scale %v, gradients %v", o.Skipped(), o.LossScale(), grads)
		}
		grads = []float64{2, nan}
		if r, err := o.StepGradients(rowsOnly([]int{1}, grads)); err != nil || r.Reason.Element != 3 || grads[0] != 0 {
			t.Errorf("report %+v, error %v, gradients %v", r, err, grads)
		}
		if r, err := o.StepGradients(rowsOnly[float64](nil, nil)); err != nil || r.Skipped || r.Step != 2 || o.Steps() != 2 {
			t.Errorf("an empty step: report %+v, error %v", r, err)
		}
		if r, err := o.Step([][]float64{nil}); err != nil || r.Skipped || r.Step != 3 {
			t.Errorf("a dense step: report %+v, error %v", r, err)
		}
	}
}
