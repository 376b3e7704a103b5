package optim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// sparse returns a table of rows of dim elements as a parameter.
func sparse[T kernels.Float](name string, value []T, dim int) Param[T] {
	return Param[T]{Name: name, Value: value, Shape: []int{len(value) / dim, dim}, Sparse: true}
}

// newTableOnly returns an optimizer for one table.
func newTableOnly[T kernels.Float](t testing.TB, rule Rule, value []T, dim int, opts ...Option) *Optimizer[T] {
	t.Helper()
	return mustNew(t, rule, []Param[T]{sparse("table", value, dim)}, opts...)
}

// rowsOnly returns gradients for the table of newTableOnly.
func rowsOnly[T kernels.Float](rows []int, values []T) *Gradients[T] {
	return &Gradients[T]{Rows: []RowGradients[T]{{Rows: rows, Values: values}}}
}

// mustStepGradients takes a step that may not fail and may not be skipped.
func mustStepGradients[T kernels.Float](t testing.TB, o *Optimizer[T], batches ...*Gradients[T]) Report {
	t.Helper()
	r, err := o.StepGradients(batches...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Skipped || r.Reason != (Reason{}) {
		t.Fatalf("step %d skipped: %v", r.Step, r.Reason)
	}
	return r
}

// TestSparseIsDense: with every row in every batch a table gets the bits that a dense
// parameter gets, among others and under all options, and so do the reports. In another
// order of the rows only the norm may differ in its last bits.
func TestSparseIsDense(t *testing.T) {
	for _, rule := range rowRules {
		if _, ok := rule.(RowAdagrad); ok {
			continue
		}
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testSparseIsDense[float32](t, rule) })
		if !testing.Short() { // TestGoldenTables has both types
			t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testSparseIsDense[float64](t, rule) })
		}
	}
}

// sparseOptions are options of steps, each of which counts once.
var sparseOptions = map[string][]Option{
	"clipped": {ClipNorm(120), ClipValue(0.9), WithSchedule(schedule.Cosine{TMax: 9}), WithLossScale(256)},
	"groups": {ClipParamNorm(3), ClipNorm(3), WithReduction(ReduceSum), ZeroGrads(), WithGroup(func(name string) bool { return name != "a" },
		GroupClipNorm(2), LRFactor(0.5), GroupSchedule(schedule.Exponential{Gamma: 0.9})), WithGroup(func(name string) bool { return name == "t" }, Bounds(-1.5, 1))},
	"unchecked": {Unchecked(), Workers(3), ZeroGrads()},
}

func testSparseIsDense[T kernels.Float](t *testing.T, rule Rule) {
	const n, dim = 950, 19 // several blocks
	for name, opts := range sparseOptions {
		for _, shuffled := range []bool{false, true} {
			rng := rand.New(rand.NewPCG(24, 25))
			values := random[T](rng, 300, n*dim, 4)
			dense := clones(values)
			s := mustNew(t, rule, []Param[T]{{Name: "a", Value: values[0]}, sparse("t", values[1], dim), {Name: "c", Value: values[2]}}, opts...)
			o := mustNew(t, rule, []Param[T]{{Name: "a", Value: dense[0]}, {Name: "t", Value: dense[1]}, {Name: "c", Value: dense[2]}}, opts...)
			for step, batches := range []int{1, 2, 1, 3, 3} {
				var all [][][]T
				var some []*Gradients[T]
				for range batches {
					whole := random[T](rng, 300, n*dim, 4)
					for _, w := range whole {
						kernels.Scal(256, w)
					}
					rows := make([]int, n)
					for i := range rows {
						rows[i] = i
					}
					if shuffled {
						rows = rng.Perm(n)
					}
					g := s.NewGradients()
					copy(g.Dense[0], whole[0])
					copy(g.Dense[2], whole[2])
					room := g.Rows[1].Add(rows...)
					for i, row := range rows {
						copy(room[i*dim:][:dim], whole[1][row*dim:])
					}
					all, some = append(all, whole), append(some, g)
				}
				first := 0
				if step == 4 { // accumulated before
					first = 2
					if err := s.AccumulateGradients(some[:first]...); err != nil {
						t.Fatal(err)
					}
					if err := o.Accumulate(all[:first]...); err != nil {
						t.Fatal(err)
					}
				}
				rs, ro := mustStepGradients(t, s, some[first:]...), mustStep(t, o, all[first:]...)
				if shuffled && !s.unchecked {
					near(t, "norm", rs.GradNorm, ro.GradNorm, 1e-14)
					near(t, "coefficient", rs.ClipCoef, ro.ClipCoef, 1e-14)
					rs.GradNorm, rs.ClipCoef = ro.GradNorm, ro.ClipCoef
				}
				if fmt.Sprintf("%#v", rs) != fmt.Sprintf("%#v", ro) { // NaN is NaN in words
					t.Fatalf("%s: reports %+v and %+v", name, rs, ro)
				}
				for i := range values {
					if shuffled && name != "unchecked" {
						follows(t, values[i], to[float64](dense[i]), 1e-5, "%s, step %d: parameter %d", name, step, i)
					} else if !slices.Equal(values[i], dense[i]) {
						t.Fatalf("%s, step %d: parameters %d differ", name, step, i)
					}
				}
				for i, g := range some {
					if s.zeroGrads != (kernels.Amax(g.Rows[1].Values) == 0 && kernels.Amax(g.Dense[0]) == 0) {
						t.Fatalf("%s: batch %d is zero: %v", name, i, !s.zeroGrads)
					}
				}
			}
			s.Close()
			o.Close()
		}
	}
}

// TestSparseRows: rows that do not appear stay as they are with their state, and those that
// appear more than once, in a batch or in several, are added up in the order of their
// appearance.
func TestSparseRows(t *testing.T) {
	for _, rule := range rowRules {
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testSparseRows[float32](t, rule) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testSparseRows[float64](t, rule) })
	}
}

func testSparseRows[T kernels.Float](t *testing.T, rule Rule) {
	const n, dim = 30, 7
	rng := rand.New(rand.NewPCG(26, 27))
	value := random[T](rng, n*dim)[0]
	twin := slices.Clone(value)
	a := newTableOnly(t, rule, value, dim, ClipNorm(2), WithReduction(ReduceSum))
	b := newTableOnly(t, rule, twin, dim, ClipNorm(2))
	start := clones(a.params[0].state)
	for step := range 8 {
		rows := make([]int, 5+step)
		for i := range rows {
			rows[i] = rng.IntN(n / 2)
		}
		grads := random[T](rng, len(rows)*dim)[0]
		var distinct []int
		var sums []T
		for i, row := range rows {
			g := grads[i*dim:][:dim]
			at := slices.Index(distinct, row)
			if at < 0 {
				distinct, sums = append(distinct, row), append(sums, g...)
				continue
			}
			for j, x := range g {
				sums[at*dim+j] += x
			}
		}
		before := a.bits()
		kept := slices.Clone(grads)
		var ra Report
		switch cut := 2; step % 4 {
		case 0, 1:
			ra = mustStepGradients(t, a, rowsOnly(rows, grads))
		case 2:
			ra = mustStepGradients(t, a, rowsOnly(rows[:cut], grads[:cut*dim]), rowsOnly[T](nil, nil), rowsOnly(rows[cut:], grads[cut*dim:]))
		case 3:
			if err := a.AccumulateGradients(rowsOnly(rows[:cut], grads[:cut*dim])); err != nil {
				t.Fatal(err)
			}
			ra = mustStepGradients(t, a, rowsOnly(rows[cut:], grads[cut*dim:]))
		}
		rb := mustStepGradients(t, b, rowsOnly(distinct, sums))
		if !reflect.DeepEqual(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
			t.Fatalf("step %d: repeated rows differ from their sums", step)
		}
		if !slices.Equal(grads, kept) {
			t.Error("gradients were rewritten")
		}
		after := a.bits()
		for i := range n * dim {
			if touched := slices.Contains(rows, i/dim); touched != (before[2+i] != after[2+i]) {
				t.Fatalf("row %d touched: %v", i/dim, touched)
			}
		}
		for s, state := range a.params[0].state {
			untouched := n / 2 * a.params[0].table.widths[s]
			if !slices.Equal(state[untouched:], start[s][untouched:]) {
				t.Fatalf("state vector %d of untouched rows changed", s)
			}
		}
	}
}

// TestSparseFormulas runs every rule of tables beside its formula, which sees each row as a
// parameter, but counts the table's steps.
func TestSparseFormulas(t *testing.T) {
	for _, rule := range rowRules {
		t.Run(fmt.Sprintf("%s/%+v", rule.Name(), rule), func(t *testing.T) { testSparseFormulas(t, rule) })
	}
}

func testSparseFormulas(t *testing.T, rule Rule) {
	const n, dim, limit, loss = 4, 33, 5, 3
	rng := rand.New(rand.NewPCG(28, 29))
	value := random[float32](rng, n*dim)[0]
	want := to[float64](value)
	var oracles []*oracle
	for row := range n {
		oracles = append(oracles, newOracle(rule, want[row*dim:][:dim]))
	}
	o := newTableOnly(t, rule, value, dim, ClipNorm(limit), WithLossScale(loss))
	for step := range 8 {
		rows := []int{rng.IntN(2), 2 + rng.IntN(2)}
		grads := random[float32](rng, 2*dim)[0]
		r := mustStepGradients(t, o, rowsOnly(rows, grads))
		norm := euclid(to[float64](grads)) / loss
		near(t, "norm", r.GradNorm, norm, 1e-6)
		for i, row := range rows {
			g := to[float64](grads[i*dim:][:dim])
			for j := range g {
				g[j] *= min(1, limit/norm) / loss
			}
			oracles[row].t = step
			oracles[row].step(g, rule.LearningRate())
		}
		follows(t, value, want, 2e-6, "%s, step %d: the table", rule.Name(), step+1)
	}
}

// TestDeadRow: a row without a gradient is no 0/0.
func TestDeadRow(t *testing.T) {
	value := []float32{1, 2}
	o := newTableOnly(t, RowAdagrad{LR: 1e38, Eps: 1e-30}, value, 1)
	if mustStepGradients(t, o, rowsOnly([]int{1}, []float32{0})); value[1] != 2 {
		t.Errorf("a dead row became %v", value[1])
	}
}

// TestSparseWorkers: workers share the rows of tables, and the bits are those of one. Rows
// longer than a block are rows as well.
func TestSparseWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := random[float32](rng, 4100*33, 3*20000, 60)
	rows := [][]int{rng.Perm(4100)[:4000], {2, 0}, {3}}
	grads := random[float32](rng, 4000*33, 2*20000, 5)
	for _, rule := range some(rowRules) {
		made := func(workers int) *Optimizer[float32] {
			v := clones(values)
			return mustNew(t, rule, []Param[float32]{sparse("t", v[0], 33), sparse("long", v[1], 20000), sparse("small", v[2], 5)},
				ClipNorm(2), ClipParamNorm(1), ClipValue(0.5), Workers(workers))
		}
		a, b := made(1), made(4)
		many, few := a.NewGradients(), b.NewGradients()
		for i := range rows {
			copy(many.Rows[i].Add(rows[i]...), grads[i])
		}
		few.Rows[0].Add(1, 2)[40] = 3
		for range 2 {
			ra, rb := mustStepGradients(t, a, many), mustStepGradients(t, b, many)
			if b.plan.workers < 2 || b.pool == nil {
				t.Fatalf("%d workers", b.plan.workers)
			}
			if !reflect.DeepEqual(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
				t.Fatalf("%s: several workers differ from one", rule.Name())
			}
			mustStepGradients(t, a, few)
			if mustStepGradients(t, b, few); b.plan.workers != 1 {
				t.Errorf("%d workers for two rows", b.plan.workers)
			}
		}
		b.Close()
	}
}
