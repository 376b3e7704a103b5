package gradcheck

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

func right[T kernels.Float](*optim.Gradients[T]) {}

func TestRight(t *testing.T) {
	testRight[float64](t, 1e-6)
	testRight[float32](t, 1e-3)
}

func testRight[T kernels.Float](t *testing.T, worst float64) {
	m := newModel[T]()
	r, err := CheckGradient(m.params(), m.objective(right[T]), Options{})
	if err != nil || !r.OK() || r.Checked != 30 || r.Elements != 30 || r.Kinks != 0 || !(r.Worst.Error < worst) {
		t.Errorf("%T: %v, error %v", T(0), r, err)
	}
	t.Logf("%T: %v; %+v", T(0), r, r.Worst)
}

// TestWrong: every kind of mistake is found, with its place.
func TestWrong(t *testing.T) {
	testWrong[float64](t)
	testWrong[float32](t)
}

func testWrong[T kernels.Float](t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(m *model[T], g *optim.Gradients[T])
		wrong  int    // elements
		worst  string // how its name begins
		factor float64
	}{
		"sign":   {func(m *model[T], g *optim.Gradients[T]) { kernels.Scal(-1, g.Dense[1]) }, 9, "hidden[", -1},
		"factor": {func(m *model[T], g *optim.Gradients[T]) { kernels.Scal(2, g.Dense[2]) }, 3, "bias[", 2},
		"a sum instead of a mean": {func(m *model[T], g *optim.Gradients[T]) {
			kernels.Scal(4, g.Rows[0].Values)
		}, 9, "table[", 4},
		"an element": {func(m *model[T], g *optim.Gradients[T]) { g.Dense[1][5] *= 1.1 }, 1, "hidden[1][2]", 0},
		"none":       {func(m *model[T], g *optim.Gradients[T]) { g.Dense[3][1] = 0 }, 1, "out[1]", 0},
		"a forgotten term": {func(m *model[T], g *optim.Gradients[T]) {
			for i, w := range m.hidden {
				g.Dense[1][i] -= w / 10
			}
		}, 9, "hidden[", 0},
		"transposed": {func(m *model[T], g *optim.Gradients[T]) {
			for i := range width {
				for j := range i {
					a, b := &g.Dense[1][i*width+j], &g.Dense[1][j*width+i]
					*a, *b = *b, *a
				}
			}
		}, 6, "hidden[", 0},
		"another row": {func(m *model[T], g *optim.Gradients[T]) { g.Rows[0].Rows[2] = 2 }, 6, "table[", 0},
		"a row left out": {func(m *model[T], g *optim.Gradients[T]) {
			g.Rows[0].Rows, g.Rows[0].Values = g.Rows[0].Rows[:3], g.Rows[0].Values[:9]
		}, 3, "table[3]", 0.328},
	} {
		m := newModel[T]()
		before := newModel[T]()
		r, err := CheckGradient(m.params(), m.objective(func(g *optim.Gradients[T]) { c.spoil(m, g) }), Options{})
		if err != nil {
			t.Fatalf("%T, %s: %v", T(0), name, err)
		}
		if r.OK() || r.Wrong != c.wrong || !strings.HasPrefix(r.Worst.name(), c.worst) || math.Abs(r.Factor-c.factor) > 0.005 {
			t.Errorf("%T, %s: %v", T(0), name, r)
		}
		for i, p := range m.params() {
			if !slices.Equal(p.Value, before.params()[i].Value) {
				t.Errorf("%T, %s: the parameter %q has changed", T(0), name, p.Name)
			}
		}
	}
}

// scalar returns the objective of a function of one variable, and of the gradient that it is
// said to have.
func scalar[T kernels.Float](x *T, f, g func(x float64) float64) ([]optim.Param[T], train.Objective[T]) {
	value := make([]T, 1)
	value[0] = *x
	return []optim.Param[T]{{Name: "x", Value: value}}, func(_ train.Batch, grads *optim.Gradients[T]) (float64, error) {
		grads.Dense[0][0] = T(g(float64(value[0])))
		return f(float64(value[0])), nil
	}
}

// TestKinks: where the slopes to either side differ, whatever is between them is right, and
// nothing else.
func TestKinks(t *testing.T) {
	testKinks[float64](t)
	testKinks[float32](t)
}

func testKinks[T kernels.Float](t *testing.T) {
	relu := func(x float64) float64 { return 3 + 2*max(x, 0) }
	kinky := func(x float64) float64 { return math.Abs(x-1) + x*x }
	for _, c := range []struct {
		at       T
		f        func(x float64) float64
		gradient float64
		ok       bool
		kinks    int
	}{
		{0, relu, 0, true, 1},
		{0, relu, 2, true, 1},
		{0, relu, 0.5, true, 1},
		{0, relu, 1, true, 0}, // what the central difference is, too
		{0, relu, -0.5, false, 0},
		{0, relu, 2.5, false, 0},
		{1, kinky, 3, true, 1},
		{1, kinky, 1, true, 1},
		{1, kinky, 0.5, false, 0},
		{1, kinky, 3.5, false, 0},
		// Beside the kink, where the first steps reach across it.
		{0x1p-9, relu, 2, true, 0},
		{-0x1p-9, relu, 0, true, 0},
		{0x1p-9, relu, 0, false, 0},
	} {
		params, f := scalar(&c.at, c.f, func(float64) float64 { return c.gradient })
		r, err := CheckGradient(params, f, Options{})
		if err != nil || r.OK() != c.ok || r.Kinks != c.kinks {
			t.Errorf("%T: gradient %v at %v: %v, error %v", T(0), c.gradient, c.at, r, err)
		}
		if r.Kinks > 0 && !strings.HasSuffix(r.String(), "; kinks: 1, the first at x[0] with the slopes 0 and 2") && c.at == 0 {
			t.Errorf("report %v", r)
		}
	}
}

// TestFirstKink: the report names the first of several.
func TestFirstKink(t *testing.T) {
	x := []float64{2, 0, 1, 0}
	r, err := CheckGradient([]optim.Param[float64]{{Name: "x", Value: x, Shape: []int{2, 2}}}, func(_ train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
		for i, v := range x {
			if loss += max(v, 0); v > 0 {
				g.Dense[0][i] = 1
			}
		}
		return loss, nil
	}, Options{})
	if want := "gradcheck: 4 of 4 elements have the right gradient; kinks: 2, the first at x[0][1] with the slopes 0 and 1"; err != nil || r.String() != want {
		t.Errorf("%v, error %v, want %s", r, err, want)
	}
}

// TestRounding: a large loss leaves little of a small slope, but a wrong one is seen as far as
// it goes.
func TestRounding(t *testing.T) {
	for _, at := range []float64{0.1, 0.3, 0.7, 1.3} {
		for factor, ok := range map[float64]bool{1: true, 1.5: false} {
			params, f := scalar(&at,
				func(x float64) float64 { return 1e6 + 0.01*math.Sin(x) },
				func(x float64) float64 { return factor * 0.01 * math.Cos(x) })
			if r, err := CheckGradient(params, f, Options{}); err != nil || r.OK() != ok {
				t.Errorf("%v times the gradient at %v: %v, error %v", factor, at, r, err)
			}
		}
	}
}

// TestLargeElements: the steps go by the elements, whose neighbours are far.
func TestLargeElements(t *testing.T) {
	for _, at := range []float32{3e6, -1e20, 1.9999999e9} {
		square := func(x float64) float64 { return float64(x/float64(at)) * float64(x/float64(at)) }
		slope := func(x float64) float64 { return 2 * x / float64(at) / float64(at) }
		params, f := scalar(&at, square, slope)
		if r, err := CheckGradient(params, f, Options{}); err != nil || !r.OK() {
			t.Errorf("at %v: %v, error %v", at, r, err)
		}
	}
}

// TestScales: large and small losses, elements and curvatures.
func TestScales(t *testing.T) {
	testScales[float64](t)
	testScales[float32](t)
}

func testScales[T kernels.Float](t *testing.T) {
	for _, at := range []T{0, 1, -3, 1e-3, 1000, 1e-20} {
		for _, scale := range []float64{1, 1e6, 1e-6, 1e12} {
			for _, speed := range []float64{0.01, 1, 30} {
				f := func(x float64) float64 { return scale * math.Sin(speed*x) }
				for _, c := range []struct {
					factor float64
					ok     bool
				}{{1, true}, {1.2, false}, {-1, false}, {0, false}} {
					g := func(x float64) float64 { return c.factor * scale * speed * math.Cos(speed*x) }
					params, objective := scalar(&at, f, g)
					if r, err := CheckGradient(params, objective, Options{}); err != nil || r.OK() != c.ok {
						t.Errorf("%T: %v·sin(%v·x) at %v, gradient times %v: %v, error %v", T(0), scale, speed, at, c.factor, r, err)
					}
				}
			}
		}
	}
}
