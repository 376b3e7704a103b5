package gradcheck

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/train"
)

// square is |x|²/2.
func square(x []float64) train.Objective[float64] {
	return func(_ train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
		for i, v := range x {
			loss += v * v / 2
			g.Dense[0][i] = v
		}
		return loss, nil
	}
}

// TestSamples: large parameters are sampled, with the elements of the largest gradients, and
// the seed says which.
func TestSamples(t *testing.T) {
	const n = 1000
	x, seen := make([]float64, n), make([]bool, n)
	for i := range x {
		x[i] = float64(i%7) / 7
	}
	x[123], x[900] = 40, -50
	start := slices.Clone(x)
	params := []optim.Param[float64]{{Name: "x", Value: x}}
	f := func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
		for i, v := range x {
			seen[i] = seen[i] || v != start[i]
		}
		if b.Step != 6 {
			t.Errorf("called with %+v", b)
		}
		return square(x)(b, g)
	}
	looked := func(o Options) (at []int) {
		clear(seen)
		o.Batch.Step = 6
		r, err := CheckGradient(params, f, o)
		if err != nil || !r.OK() || r.Elements != n {
			t.Fatalf("%v, error %v", r, err)
		}
		for i, s := range seen {
			if s {
				at = append(at, i)
			}
		}
		if len(at) != r.Checked {
			t.Errorf("%d of them, but %v", len(at), r)
		}
		return at
	}
	a, b, c := looked(Options{}), looked(Options{}), looked(Options{Seed: 1})
	if len(a) != 50 || !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("looked at %v, with the same seed at %v, with another one at %v", a, b, c)
	}
	for _, at := range [][]int{a, c, looked(Options{Samples: 4})} {
		if !slices.Contains(at, 123) || !slices.Contains(at, 900) {
			t.Errorf("%v is without the largest", at)
		}
	}
	for _, samples := range []int{1, 7, 999, n, math.MaxInt} {
		if at := looked(Options{Samples: samples}); len(at) > samples || len(at) < min(samples, n)-25 {
			t.Errorf("%d elements, want %d", len(at), samples)
		}
	}
	if got := largest([]float64{0, -3, 1, 0, 2, -1}, 3); !slices.Equal(got, []int{1, 4, 2}) {
		t.Errorf("largest at %v", got)
	}
}

func TestPlace(t *testing.T) {
	for k, want := range [][]int{{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {0, 2, 0}, {0, 2, 1}, {1, 0, 0}} {
		if got := place(k, []int{2, 3, 2}); !slices.Equal(got, want) {
			t.Errorf("element %d is at %v, want %v", k, got, want)
		}
	}
	if got := place(5, nil); !slices.Equal(got, []int{5}) {
		t.Errorf("element 5 of a vector is at %v", got)
	}
}

// TestErrors: what makes a check impossible is an error, and leaves the parameters alone.
func TestErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	own := errors.New("own")
	x := []float64{1, 2}
	params := []optim.Param[float64]{{Name: "x", Value: x}}
	// from returns an objective that is another from the nth call on.
	from := func(n int, other train.Objective[float64]) train.Objective[float64] {
		calls := 0
		return func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			if calls++; calls < n {
				return square(x)(b, g)
			}
			return other(b, g)
		}
	}
	fails := func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) { return 0, own }
	constant := func(loss, gradient float64) train.Objective[float64] {
		return func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
			g.Dense[0][1] = gradient
			return loss, nil
		}
	}
	for name, c := range map[string]struct {
		params []optim.Param[float64]
		f      train.Objective[float64]
		o      Options
		want   []string
	}{
		"no objective":        {params, nil, Options{}, []string{"nil Objective"}},
		"parameters":          {append(params, params...), square(x), Options{}, []string{`"x"`}},
		"a NaN parameter":     {[]optim.Param[float64]{{Name: "y", Value: []float64{0, nan}}}, square(x), Options{}, []string{`"y"`, "element 1 is NaN"}},
		"tolerance":           {params, square(x), Options{Tolerance: nan}, []string{"Tolerance = NaN"}},
		"samples":             {params, square(x), Options{Samples: -1}, []string{"Samples = -1"}},
		"the first call":      {params, from(1, fails), Options{}, []string{"objective: own"}},
		"the second call":     {params, from(2, fails), Options{}, []string{"objective: own"}},
		"a call at a step":    {params, from(3, fails), Options{}, []string{"objective: own"}},
		"the call after it":   {params, from(4, fails), Options{}, []string{"objective: own"}},
		"a NaN loss":          {params, constant(nan, 1), Options{}, []string{"the loss is NaN"}},
		"an infinite loss":    {params, constant(-inf, 1), Options{}, []string{"the loss is -Inf"}},
		"a NaN gradient":      {params, constant(1, nan), Options{}, []string{`"x" is NaN at element 1`}},
		"other losses":        {params, from(2, constant(9, 2)), Options{}, []string{"not deterministic", "2.5 and 9"}},
		"other gradients":     {params, from(2, constant(2.5, 7)), Options{}, []string{"not deterministic", "two gradients"}},
		"gradients of others": {params, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) { g.Dense = nil; return 0, nil }, Options{}, []string{"objective: 0 gradients for 1"}},
		"another parameter": {params, func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			x[1] = 7
			return square(x)(b, g)
		}, Options{}, []string{"changes the parameter", `"x"`, "element 1 was 2 and is 7"}},
	} {
		_, err := CheckGradient(c.params, c.f, c.o)
		opttest.WantError(t, err, append(c.want, "gradcheck: ")...)
		if !slices.Equal(x, []float64{1, 2}) {
			t.Fatalf("%s: the parameter became %v", name, x)
		}
	}
	_, err := CheckGradient([]optim.Param[float32]{{Name: "y", BF16: make([]kernels.BFloat16, 2)}}, func(train.Batch, *optim.Gradients[float32]) (float64, error) { return 0, nil }, Options{})
	opttest.WantError(t, err, "gradcheck: ", `"y"`, "BF16")
	defer func() {
		if r := recover(); r != any(own) || !slices.Equal(x, []float64{1, 2}) {
			t.Errorf("recovered %v, parameter %v", r, x)
		}
	}()
	CheckGradient(params, from(4, func(train.Batch, *optim.Gradients[float64]) (float64, error) { panic(own) }), Options{})
}

// TestEdge: beyond the edge of its domain a loss is not finite. From finer steps on all is
// well; right at the edge the gradient cannot be told.
func TestEdge(t *testing.T) {
	for _, c := range []struct {
		at float64
		ok bool
	}{{1e-6, true}, {1e-5, true}, {0, false}} {
		value := []float64{c.at}
		r, err := CheckGradient([]optim.Param[float64]{{Name: "x", Value: value}}, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
			g.Dense[0][0] = 1.5 * math.Sqrt(value[0])
			return math.Pow(value[0], 1.5), nil
		}, Options{Tolerance: 1e-2})
		if err != nil || r.OK() != c.ok {
			t.Errorf("at %v: %v, error %v", c.at, r, err)
		}
	}
}

// TestBatch: the objective gets the batch, and without one that of a whole step.
func TestBatch(t *testing.T) {
	params := []optim.Param[float64]{{Name: "x", Value: []float64{3}}}
	for _, c := range []struct{ give, want train.Batch }{
		{train.Batch{}, train.Batch{Parts: 1}},
		{train.Batch{Step: 2, Part: 1, Parts: 3}, train.Batch{Step: 2, Part: 1, Parts: 3}},
	} {
		_, err := CheckGradient(params, func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			if !reflect.DeepEqual(b, c.want) {
				t.Fatalf("got %+v, want %+v", b, c.want)
			}
			return square(params[0].Value)(b, g)
		}, Options{Batch: c.give})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestTolerance: it is the border between right and wrong.
func TestTolerance(t *testing.T) {
	x := []float64{3}
	params := []optim.Param[float64]{{Name: "x", Value: x}}
	for _, off := range []float64{1e-7, 1e-4, 1e-2} {
		f := func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			loss, err := square(x)(b, g)
			kernels.Scal(1+off, g.Dense[0])
			return loss, err
		}
		for _, tolerance := range []float64{0, off / 2, off * 2} {
			r, err := CheckGradient(params, f, Options{Tolerance: tolerance})
			if want := tolerance > off || tolerance == 0 && off < 1e-5; err != nil || r.OK() != want {
				t.Errorf("off by %v with the tolerance %v: %v, error %v", off, tolerance, r, err)
			}
		}
	}
}
