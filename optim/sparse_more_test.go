package optim

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// mixed returns parameters of both kinds: a matrix, a table, a vector and another table.
func mixed(rng *rand.Rand) []Param[float64] {
	v := random[float64](rng, 12, 40, 9, 15)
	return []Param[float64]{{Name: "w", Value: v[0], Shape: []int{3, 4}}, sparse("words", v[1], 4), {Name: "b", Value: v[2]}, sparse("users", v[3], 3)}
}

// draw adds gradients for everything, for some rows twice.
func draw(rng *rand.Rand, o *Optimizer[float64]) *Gradients[float64] {
	g := o.NewGradients()
	for i, p := range o.params {
		if !p.Sparse {
			copy(g.Dense[i], random[float64](rng, len(p.Value))[0])
			continue
		}
		for range 1 + rng.IntN(3) {
			room := g.Rows[i].Add(rng.IntN(p.Shape[0]), rng.IntN(p.Shape[0]))
			copy(room, random[float64](rng, len(room))[0])
		}
	}
	return g
}

// TestMixedRules: tables and dense parameters with rules of their own take the steps that
// they take in optimizers of their own.
func TestMixedRules(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	params := mixed(rng)
	isTable := func(name string) bool { return name == "words" || name == "users" }
	o := mustNew(t, NewMuon(0.1), params, WithGroup(isTable, GroupRule(NewRowAdagrad(0.1))))
	var dense, tables []Param[float64]
	for i, v := range mixed(rand.New(rand.NewPCG(3, 4))) {
		if isTable(v.Name) {
			tables = append(tables, v)
		} else {
			dense = append(dense, v)
		}
		if params[i].Sparse != o.Params()[i].Sparse {
			t.Errorf("Params: %+v", o.Params()[i])
		}
	}
	d, s := mustNew(t, NewMuon(0.1), dense), mustNew(t, NewRowAdagrad(0.1), tables)
	for range 5 {
		g := draw(rng, o)
		mustStepGradients(t, o, g)
		mustStep(t, d, [][]float64{g.Dense[0], g.Dense[2]})
		mustStepGradients(t, s, &Gradients[float64]{Rows: []RowGradients[float64]{g.Rows[1], g.Rows[3]}})
	}
	for i, p := range []Param[float64]{dense[0], tables[0], dense[1], tables[1]} {
		if !slices.Equal(p.Value, params[i].Value) {
			t.Errorf("parameter %q differs", p.Name)
		}
	}
}

// TestRowsAmongDense: with ZeroGrads rows may not lie in a dense gradient, nor that in them.
func TestRowsAmongDense(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	o := mustNew(t, NewAdam(0.1), mixed(rng), ZeroGrads())
	good, bad := draw(rng, o), o.NewGradients()
	mustStepGradients(t, o, good)
	bad.Dense = good.Dense
	bad.Rows[1] = RowGradients[float64]{Rows: []int{2}, Values: good.Dense[0][8:]}
	_, err := o.StepGradients(bad)
	wantError(t, err, `"w" in batch 0`, `"words" in batch 0`, "ZeroGrads")
	bad.Rows[1].Values = make([]float64, 4)
	mustStepGradients(t, o, bad)
}

// TestSharedCohort: tables and dense parameters with one rule and one past share its updater.
func TestSharedCohort(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	o := mustNew(t, NewAdam(0.1), mixed(rng))
	mustStepGradients(t, o, draw(rng, o))
	if len(o.cohorts) != 1 || len(o.cohorts[0].members) != 4 {
		t.Errorf("%d cohorts", len(o.cohorts))
	}
}

// TestFrozenTable: rows of a frozen table are not looked at, and its steps stand still.
func TestFrozenTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	params := mixed(rng)
	o := mustNew(t, NewAdam(0.1), params)
	mustStepGradients(t, o, draw(rng, o))
	if err := o.Freeze("words"); err != nil {
		t.Fatal(err)
	}
	kept := slices.Clone(params[1].Value)
	g := draw(rng, o)
	g.Rows[1] = RowGradients[float64]{Rows: []int{-1}, Values: params[0].Value}
	mustStepGradients(t, o, g, g)
	if !slices.Equal(params[1].Value, kept) || o.Params()[1].Steps != 1 || o.Params()[3].Steps != 2 {
		t.Errorf("a frozen table moved: %+v", o.Params())
	}
	if err := o.Thaw("words"); err != nil {
		t.Fatal(err)
	}
	_, err := o.StepGradients(g)
	wantError(t, err, `"words"`)
	mustStepGradients(t, o, draw(rng, o))
	if slices.Equal(params[1].Value, kept) || o.Params()[1].Steps != 2 {
		t.Error("a thawed table does not move")
	}
}

// TestTableBesideEvaluator: the tables of an optimizer that has another point to evaluate
// have one point.
func TestTableBesideEvaluator(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	params := mixed(rng)
	isTable := func(name string) bool { return name == "words" || name == "users" }
	o := mustNew(t, NewScheduleFreeAdamW(0.1), params, WithGroup(isTable, GroupRule(NewAdam(0.1))))
	for range 3 {
		mustStepGradients(t, o, draw(rng, o))
	}
	w, words := slices.Clone(params[0].Value), slices.Clone(params[1].Value)
	o.EvalMode()
	_, err := o.StepGradients(draw(rng, o))
	wantError(t, err, "TrainMode")
	if slices.Equal(params[0].Value, w) || !slices.Equal(params[1].Value, words) {
		t.Error("EvalMode leaves the matrix or changes the table")
	}
	o.TrainMode()
	mustStepGradients(t, o, draw(rng, o))
}

// TestSparseSnapshot: a run with accumulated rows goes on in another optimizer.
func TestSparseSnapshot(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	a := mustNew(t, NewAdam(0.1), mixed(rng), ClipNorm(1))
	b := mustNew(t, NewAdam(0.1), mixed(rng), ClipNorm(1))
	mustStepGradients(t, a, draw(rng, a))
	if err := b.AccumulateGradients(draw(rng, b)); err != nil { // which Restore drops
		t.Fatal(err)
	}
	for range 2 {
		if err := a.AccumulateGradients(draw(rng, a), draw(rng, a)); err != nil {
			t.Fatal(err)
		}
	}
	s := mustSnapshot(t, a)
	rows := s.Params[1].SumRows
	if !s.Params[1].Sparse || len(rows) == 0 || len(s.Params[1].Sums[0]) != 4*len(rows) || s.Params[0].SumRows != nil {
		t.Fatalf("snapshot %+v", s.Params)
	}
	before := mustSnapshot(t, b)
	for _, c := range []struct {
		change func(p *ParamSnapshot[float64])
		want   string
	}{
		{func(p *ParamSnapshot[float64]) { p.SumRows = rows[1:] }, "elements"},
		{func(p *ParamSnapshot[float64]) { p.Sums = [][]float64{p.Sums[0][1:]} }, "elements"},
		{func(p *ParamSnapshot[float64]) { p.SumRows = append([]int{-1}, rows[1:]...) }, "row -1"},
		{func(p *ParamSnapshot[float64]) { p.SumRows = append([]int{10}, rows[1:]...) }, "row 10"},
		{func(p *ParamSnapshot[float64]) { p.SumRows = append([]int{rows[1]}, rows[1:]...) }, "once"},
		{func(p *ParamSnapshot[float64]) { p.Frozen = true }, "rows, want 0"},
	} {
		bad := *s
		bad.Params = slices.Clone(s.Params)
		c.change(&bad.Params[1])
		wantError(t, b.Restore(&bad), `"words"`, "accumulated", c.want)
	}
	bad := *s
	bad.Params = slices.Clone(s.Params)
	bad.Params[0].SumRows = []int{1}
	wantError(t, b.Restore(&bad), `"w"`, "1 rows, want 0")
	if !reflect.DeepEqual(mustSnapshot(t, b), before) {
		t.Error("a refused snapshot changes something")
	}
	if err := b.Restore(s); err != nil {
		t.Fatal(err)
	}
	g := draw(rng, a)
	mustStepGradients(t, a, g)
	mustStepGradients(t, b, g)
	if !reflect.DeepEqual(mustSnapshot(t, a), mustSnapshot(t, b)) {
		t.Error("the restored run goes elsewhere")
	}
	if err := a.AccumulateGradients(g); err != nil {
		t.Fatal(err)
	}
	a.Discard()
	mustStepGradients(t, a, g)
	mustStepGradients(t, b, g)
	if !reflect.DeepEqual(mustSnapshot(t, a), mustSnapshot(t, b)) {
		t.Error("discarded rows are in the step")
	}
}

// TestSparseAllocations: no step of rows allocates, after the first ones of its size.
func TestSparseAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, rule := range rowRules {
		values := random[float32](rng, 9000*16, 9)
		o := mustNew(t, rule, []Param[float32]{sparse("t", values[0], 16), sparse("small", values[1], 3)}, ClipNorm(1), ClipValue(0.1), ClipParamNorm(1), Workers(2))
		one, two, large := o.NewGradients(), o.NewGradients(), o.NewGradients()
		one.Rows[0].Add(3, 9, 1)[2] = 1
		two.Rows[0].Add(3, 9, 3, 1)[9] = 2
		large.Rows[0].Add(rng.Perm(9000)...)[0] = 1
		for name, step := range map[string]func(){
			"distinct":   func() { o.StepGradients(one) },
			"repeated":   func() { o.StepGradients(two) },
			"three":      func() { o.StepGradients(one, two, two) },
			"large":      func() { o.StepGradients(large); o.StepGradients(large, two) },
			"literal":    func() { o.StepGradients(&Gradients[float32]{Rows: []RowGradients[float32]{one.Rows[0], {}}}) },
			"accumulate": func() { o.AccumulateGradients(two); o.AccumulateGradients(one); o.StepGradients() },
			"refilled":   func() { two.Reset(); two.Rows[0].Add(3, 9, 3, 1)[9] = 2; o.StepGradients(two) },
		} {
			step()
			if n := kerneltest.Allocations(5, step); n != 0 {
				t.Errorf("%s, %s: %v allocations", rule.Name(), name, n)
			}
		}
		o.Close()
	}
}
