package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A table is a matrix of the tests' own, in float64.
type table [][]float64

func newTable(rows, columns int, values []float64) table {
	m := make(table, rows)
	for i := range m {
		m[i] = make([]float64, columns)
		if values != nil {
			copy(m[i], values[i*columns:])
		}
	}
	return m
}

func (m table) values() []float64 { return slices.Concat(m...) }

func (m table) transposed() table {
	t := newTable(len(m[0]), len(m), nil)
	for i, row := range m {
		for j, v := range row {
			t[j][i] = v
		}
	}
	return t
}

// each returns the matrix of what f makes of the elements.
func (m table) each(f func(i, j int, v float64) float64) table {
	r := newTable(len(m), len(m[0]), nil)
	for i, row := range m {
		for j, v := range row {
			r[i][j] = f(i, j, v)
		}
	}
	return r
}

func (m table) times(n table) table {
	p := newTable(len(m), len(n[0]), nil)
	return p.each(func(i, j int, _ float64) (sum float64) {
		for k, v := range m[i] {
			sum += float64(v * n[k][j])
		}
		return sum
	})
}

func (m table) norm() float64 {
	sum := 0.0
	for _, v := range m.values() {
		sum += float64(v * v)
	}
	return math.Sqrt(sum)
}

// zeropower is Newton-Schulz as torch has it, where round rounds to bfloat16; with
// another round it is the formula itself.
func zeropower(x table, round func(float64) float64) table {
	each := func(m table, f func(i, j int, v float64) float64) table {
		return m.each(func(i, j int, v float64) float64 { return round(f(i, j, v)) })
	}
	same := func(_, _ int, v float64) float64 { return v }
	tall := len(x) > len(x[0])
	if tall {
		x = x.transposed()
	}
	x = each(x, same)
	norm := max(round(x.norm()), 1e-7)
	x = each(x, func(_, _ int, v float64) float64 { return v / norm })
	for range 5 {
		a := each(x.times(x.transposed()), same)
		b := each(a.times(a), func(i, j int, aa float64) float64 { return float64(-4.7750*a[i][j]) + float64(2.0315*aa) })
		bx := b.times(x)
		x = each(x, func(i, j int, v float64) float64 { return float64(3.4445*v) + bx[i][j] })
	}
	if tall {
		x = x.transposed()
	}
	return x
}

// A plainMuon is the rule written again.
type plainMuon struct {
	Muon
	p, b  table
	round func(float64) float64
}

func newPlainMuon(r Muon, p table, round func(float64) float64) *plainMuon {
	return &plainMuon{r, p, newTable(len(p), len(p[0]), nil), round}
}

func (o *plainMuon) step(g table) {
	d := g.each(func(i, j int, v float64) float64 { return ascend(v, o.Maximize) })
	o.b = o.b.each(func(i, j int, v float64) float64 { return v + float64((1-o.Momentum)*(d[i][j]-v)) })
	x := o.b
	if o.Nesterov {
		x = d.each(func(i, j int, v float64) float64 { return v + float64(o.Momentum*(o.b[i][j]-v)) })
	}
	x = zeropower(x, o.round)
	rows, columns := float64(len(g)), float64(len(g[0]))
	ratio := math.Sqrt(max(1, rows/columns))
	if o.MatchRMS {
		ratio = 0.2 * math.Sqrt(max(rows, columns))
	}
	o.p = o.p.each(func(i, j int, v float64) float64 {
		return float64(v*(1-float64(o.LR*o.WeightDecay))) - float64(o.LR*ratio*x[i][j])
	})
}

func exactly(v float64) float64 { return v }

// toBfloat16 rounds to the nearest bfloat16, half to even.
func toBfloat16(v float64) float64 {
	bits := math.Float32bits(float32(v))
	bits += 0x7fff + bits>>16&1
	return float64(math.Float32frombits(bits &^ 0xffff))
}

var muons = []Muon{
	NewMuon(0.02),
	{LR: 0.02, Momentum: 0.875, MatchRMS: true, Maximize: true},
	{LR: 0.02, Momentum: 0, WeightDecay: 0.5},
}

// TestMuon compares with the formula, to the precision of the elements.
func TestMuon(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testMuon[float32](t, 2e-5) })
	t.Run("float64", func(t *testing.T) { testMuon[float64](t, 1e-12) })
}

func testMuon[T kernels.Float](t *testing.T, tol float64) {
	for _, rule := range muons {
		for _, shape := range [][]int{{6, 2}, {2, 6}, {1, 1}, {1, 9}, {8, 8}, {37, 20}, {20, 37}} {
			rows, columns := shape[0], shape[1]
			rng := rand.New(rand.NewPCG(71, 72))
			p := random[T](rng, rows*columns)[0]
			o := newPlainMuon(rule, newTable(rows, columns, to[float64](p)), exactly)
			opt := mustNew(t, rule, []Param[T]{{Name: "w", Value: p, Shape: shape}}, WithLossScale(8))
			for step := range 5 {
				g := random[T](rng, rows*columns)[0]
				scaled := make([]T, len(g))
				kernels.Axpy(8, g, scaled)
				mustStep(t, opt, [][]T{scaled})
				o.step(newTable(rows, columns, to[float64](g)))
				follows(t, p, o.p.values(), tol, "%+v, %v, step %d", rule, shape, step)
			}
		}
	}
}

// TestMuonTorch follows torch's trajectories. torch's steps are those of the formula with
// its roundings to bfloat16, of 8 bits, and ours those of the formula without: so far as
// these two are apart, no farther, may ours be from torch's.
func TestMuonTorch(t *testing.T) {
	cases := 0
	for _, c := range torchCases(t) {
		if c.Optimizer != "Muon" {
			continue
		}
		cases++
		rule, err := c.rule()
		if err != nil {
			t.Fatal(err)
		}
		if c.DType == "float32" {
			muonGolden[float32](t, rule.(Muon), c, 2e-6)
		} else {
			muonGolden[float64](t, rule.(Muon), c, 1e-12)
		}
	}
	if cases != 4 {
		t.Errorf("%d trajectories of Muon, want 4", cases)
	}
}

func muonGolden[T kernels.Float](t *testing.T, rule Muon, c goldenCase, tol float64) {
	rows, columns := c.Shape[0], c.Shape[1]
	start := newTable(rows, columns, c.Initial)
	rounded, exact := newPlainMuon(rule, start, toBfloat16), newPlainMuon(rule, start, exactly)
	p := to[T](c.Initial)
	opt := mustNew(t, rule, []Param[T]{{Name: "w", Value: p, Shape: c.Shape}})
	roundings, far := 0.0, 0.0
	for step, g := range c.Gradients {
		mustStep(t, opt, [][]T{to[T](g)})
		rounded.step(newTable(rows, columns, g))
		exact.step(newTable(rows, columns, g))
		want := c.Parameters[step]
		follows(t, p, exact.p.values(), tol, "%v, step %d", c.Options, step)
		follows(t, rounded.p.values(), want, tol, "the rounded formula, %v, step %d", c.Options, step)
		for i, v := range rounded.p.values() {
			roundings = max(roundings, math.Abs(v-exact.p.values()[i]))
			far = max(far, math.Abs(want[i]-float64(p[i])))
		}
	}
	if !(far <= roundings+tol) {
		t.Errorf("%v, %s: off by %.3g, where roundings to bfloat16 make %.3g", c.Options, c.DType, far, roundings)
	}
}
