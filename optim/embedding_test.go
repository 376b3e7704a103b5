package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

func mustNewEmbedding[T kernels.Float](t testing.TB, rule Rule, table []T, dim int, opts ...Option) *Embedding[T] {
	t.Helper()
	e, err := NewEmbedding(rule, Param[T]{Name: "table", Value: table}, dim, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *Embedding[T]) bits() []uint64 {
	all := []uint64{uint64(e.steps)}
	for _, x := range append([][]T{e.table.Value}, e.state...) {
		for _, v := range x {
			all = append(all, math.Float64bits(float64(v)))
		}
	}
	return all
}

// TestEmbeddingIsDense: with every row in every step, in whatever order, the table
// gets the bits that an Optimizer gives it.
func TestEmbeddingIsDense(t *testing.T) {
	for _, rule := range rowRules {
		if _, ok := rule.(RowAdagrad); ok {
			continue
		}
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testEmbeddingIsDense[float32](t, rule) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testEmbeddingIsDense[float64](t, rule) })
	}
}

func testEmbeddingIsDense[T kernels.Float](t *testing.T, rule Rule) {
	const n, dim = 40, 19
	rng := rand.New(rand.NewPCG(24, 25))
	table := random[T](rng, n*dim)[0]
	dense := slices.Clone(table)
	opts := []Option{ClipValue(0.9), WithSchedule(schedule.Cosine{TMax: 9}), WithLossScale(256)}
	e := mustNewEmbedding(t, rule, table, dim, opts...)
	o := mustNew(t, rule, []Param[T]{{Name: "table", Value: dense}}, opts...)
	for range 5 {
		whole := random[T](rng, n*dim)[0]
		for i := range whole {
			whole[i] *= 256
		}
		rows := rng.Perm(n)
		var compact []T
		for _, row := range rows {
			compact = append(compact, whole[row*dim:][:dim]...)
		}
		re, err := e.Step(rows, compact)
		if err != nil {
			t.Fatal(err)
		}
		ro := mustStep(t, o, [][]T{whole})
		near(t, "norm", re.GradNorm, ro.GradNorm, 1e-14) // added in another order
		re.GradNorm = ro.GradNorm
		if !reflect.DeepEqual(re, ro) {
			t.Fatalf("reports %+v and %+v", re, ro)
		}
		if !slices.Equal(table, dense) {
			t.Fatal("tables differ")
		}
	}
}

// TestEmbeddingRows: rows that do not appear stay as they are with their state,
// and repetitions are added up in the order of their appearance.
func TestEmbeddingRows(t *testing.T) {
	for _, rule := range rowRules {
		t.Run(fmt.Sprintf("float32/%+v", rule), func(t *testing.T) { testEmbeddingRows[float32](t, rule) })
		t.Run(fmt.Sprintf("float64/%+v", rule), func(t *testing.T) { testEmbeddingRows[float64](t, rule) })
	}
}

func testEmbeddingRows[T kernels.Float](t *testing.T, rule Rule) {
	const n, dim = 30, 7
	rng := rand.New(rand.NewPCG(26, 27))
	table := random[T](rng, n*dim)[0]
	twin := slices.Clone(table)
	a := mustNewEmbedding(t, rule, table, dim, ClipNorm(2))
	b := mustNewEmbedding(t, rule, twin, dim, ClipNorm(2))
	var start [][]T
	for _, state := range a.state {
		start = append(start, slices.Clone(state))
	}
	for step := range 6 {
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
		ra, err := a.Step(rows, grads)
		if err != nil {
			t.Fatal(err)
		}
		rb, err := b.Step(distinct, sums)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
			t.Fatal("repeated rows differ from their sums")
		}
		if !slices.Equal(grads, kept) {
			t.Error("gradients were rewritten")
		}
		after := a.bits()
		for i := range n * dim {
			if touched := slices.Contains(rows, i/dim); touched != (before[1+i] != after[1+i]) {
				t.Fatalf("row %d touched: %v", i/dim, touched)
			}
		}
		for s, state := range a.state {
			untouched := n / 2 * a.width[s]
			if !slices.Equal(state[untouched:], start[s][untouched:]) {
				t.Fatalf("state vector %d of untouched rows changed", s)
			}
		}
	}
}

// TestEmbeddingFormulas runs every rule of embeddings beside its formula, which sees
// each row as a parameter, but counts the table's steps.
func TestEmbeddingFormulas(t *testing.T) {
	for _, rule := range rowRules {
		t.Run(fmt.Sprintf("%s/%+v", rule.Name(), rule), func(t *testing.T) { testEmbeddingFormulas(t, rule) })
	}
}

func testEmbeddingFormulas(t *testing.T, rule Rule) {
	const n, dim, limit, loss = 4, 33, 5, 3
	rng := rand.New(rand.NewPCG(28, 29))
	table := random[float32](rng, n*dim)[0]
	want := to[float64](table)
	var oracles []*oracle
	for row := range n {
		oracles = append(oracles, newOracle(rule, want[row*dim:][:dim]))
	}
	e := mustNewEmbedding(t, rule, table, dim, ClipNorm(limit), WithLossScale(loss))
	for step := range 8 {
		rows := []int{rng.IntN(2), 2 + rng.IntN(2)}
		grads := random[float32](rng, 2*dim)[0]
		r, err := e.Step(rows, grads)
		if err != nil {
			t.Fatal(err)
		}
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
		follows(t, table, want, 2e-6, "%s, step %d: the table", rule.Name(), step+1)
	}
}

// TestEmbeddingRefuses: an error or a skipped step changes nothing.
func TestEmbeddingRefuses(t *testing.T) {
	nan := math.NaN()
	for _, rule := range rowRules {
		buf := []float64{1, 2, 3, 4, 5, 6}
		rate := 0.1
		e := mustNewEmbedding(t, rule, buf, 2, ZeroGrads(), WithLossScaler(NewLossScaler()),
			WithSchedule(schedule.Func(func(float64, int) float64 { return rate })))
		if _, err := e.Step([]int{2, 2}, []float64{1, 2, 3, 4}); err != nil {
			t.Fatal(err)
		}
		before := e.bits()
		refuse := func(rows []int, grads []float64, want ...string) {
			t.Helper()
			r, err := e.Step(rows, grads)
			wantError(t, err, want...)
			if !reflect.DeepEqual(r, Report{}) || !slices.Equal(e.bits(), before) || e.Skipped() != 0 {
				t.Errorf("a refused step changed something; report %+v", r)
			}
			for _, slot := range e.places {
				if slot != 0 {
					t.Fatal("a refused step left marks")
				}
			}
		}
		refuse([]int{0, 3}, []float64{1, 2, 3, 4}, `"table"`, "index 3", "position 1", "0 to 2")
		refuse([]int{-1, 0}, []float64{1, 2, 3, 4}, `"table"`, "index -1", "position 0")
		refuse([]int{0, 1}, []float64{1, 2, 3}, `"table"`, "3 gradient elements", "2 rows of 2")
		refuse([]int{0}, []float64{1, 2, 3}, `"table"`, "3 gradient elements")
		refuse([]int{0, 1}, nil, `"table"`, "0 gradient elements")
		refuse([]int{0}, buf[1:3], `"table"`, "overlap")
		rate = nan
		refuse([]int{0}, []float64{1, 2}, "step 2", "NaN")
		rate = 0.1

		grads := []float64{1, 1, 2, 2, 3, nan}
		r, err := e.Step([]int{2, 0, 2}, grads)
		if err != nil || !r.Skipped || r.Reason.Param != "table" || r.Reason.Element != 5 || !slices.Equal(e.bits(), before) {
			t.Errorf("report %+v, error %v", r, err)
		}
		if e.Skipped() != 1 || e.LossScale() != 32768 || r.LossScale != 65536 || grads[5] != 0 || grads[0] != 0 {
			t.Errorf("%d skipped, scale %v, gradients %v", e.Skipped(), e.LossScale(), grads)
		}
		if r, err := e.Step(nil, nil); err != nil || r.Skipped || r.Step != 2 || e.Steps() != 2 {
			t.Errorf("an empty step: report %+v, error %v", r, err)
		}
	}
}

func TestBadEmbeddings(t *testing.T) {
	table := Param[float32]{Name: "table", Value: make([]float32, 12)}
	for _, c := range []struct {
		rule  Rule
		table Param[float32]
		dim   int
		opt   Option
		want  []string
	}{
		{Momentum{LR: 1}, table, 3, nil, []string{"Momentum", "embedding"}},
		{nil, table, 3, nil, []string{"nil Rule"}},
		{(*SGD)(nil), table, 3, nil, []string{"nil Rule", "*optim.SGD"}},
		{SGD{LR: -1}, table, 3, nil, []string{"SGD", "LR", "-1"}},
		{RowAdagrad{LR: 1}, table, 3, nil, []string{"RowAdagrad", "Eps", "0"}},
		{SGD{}, table, 5, nil, []string{`"table"`, "12", "5"}},
		{SGD{}, table, 0, nil, []string{`"table"`, "0"}},
		{SGD{}, table, -3, nil, []string{`"table"`, "-3"}},
		{SGD{}, Param[float32]{Name: "", Value: table.Value}, 3, nil, []string{"no name"}},
		{SGD{}, Param[float32]{Name: "t", Value: nil}, 3, nil, []string{`"t"`, "no values"}},
		{SGD{}, table, 3, ClipNorm(-1), []string{"ClipNorm", "-1"}},
		{SGD{}, table, 3, Workers(2), []string{"NewEmbedding", "Workers"}},
		{SGD{}, table, 3, ClipParamNorm(2), []string{"NewEmbedding", "ClipParamNorm"}},
		{SGD{}, table, 3, WithReduction(ReduceSum), []string{"NewEmbedding", "WithReduction"}},
		{SGD{}, table, 3, WithoutDecay(BiasOrNorm), []string{"NewEmbedding", "WithGroup"}},
	} {
		var opts []Option
		if c.opt != nil {
			opts = append(opts, c.opt)
		}
		_, err := NewEmbedding(c.rule, c.table, c.dim, opts...)
		wantError(t, err, c.want...)
	}
	_, err := New(NewRowAdagrad(1), []Param[float32]{table})
	wantError(t, err, "RowAdagrad")
}
