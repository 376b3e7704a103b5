package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

func TestFindRate(t *testing.T) {
	t.Run("float32", testFindRate[float32])
	t.Run("float64", testFindRate[float64])
}

// testFindRate: on a quadratic with curvatures 1 and 7, plain descent falls
// fastest at rates near 1/7 and diverges beyond 2/7.
func testFindRate[T kernels.Float](t *testing.T) {
	w := []T{1, 1}
	curvature := []T{1, 7}
	var steps []int
	f := func(b Batch, g *optim.Gradients[T]) (float64, error) {
		steps = append(steps, b.Step)
		var loss float64
		for i, c := range curvature {
			g.Dense[0][i] += c * w[i]
			loss += float64(c*w[i]*w[i]) / 2
		}
		return loss, nil
	}
	sweep := RateSweep{From: 1e-4, To: 10, Steps: 51, Smoothing: 0.3, Blowup: 3}
	params := []optim.Param[T]{{Name: "w", Value: w}}
	c, err := FindRate(context.Background(), optim.SGD{LR: 1e-9}, params, f, sweep, optim.WithSchedule(schedule.Constant{}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w, []T{1, 1}) {
		t.Errorf("parameters %v, want them back", w)
	}
	n := len(c.Rates)
	if !c.Diverged || n >= 51 || len(c.Losses) != n || len(c.Smoothed) != n || len(steps) != n || steps[n-1] != n-1 {
		t.Fatalf("%d rates, %d losses, %d smoothed, diverged %v", n, len(c.Losses), len(c.Smoothed), c.Diverged)
	}
	for i, r := range c.Rates {
		if want := 1e-4 * math.Pow(1e5, float64(i)/50); !(math.Abs(r-want) <= 1e-14*want) {
			t.Fatalf("rate %d is %v, want %v", i, r, want)
		}
	}
	if !(c.Steepest > 0.005 && c.Steepest < 0.2) || !(c.Lowest > c.Steepest && c.Lowest < 2) || c.Suggest != min(c.Steepest, c.Lowest/10) {
		t.Errorf("steepest at %v, lowest at %v, suggestion %v", c.Steepest, c.Lowest, c.Suggest)
	}
	// The losses are those of plain descent with these rates.
	p := []float64{1, 1}
	for i, r := range c.Rates[:n-1] {
		if want := p[0]*p[0]/2 + 3.5*p[1]*p[1]; !(math.Abs(c.Losses[i]-want) <= 1e-5*want) {
			t.Fatalf("loss %d is %v, want %v", i, c.Losses[i], want)
		}
		p[0], p[1] = p[0]-r*p[0], p[1]-r*7*p[1]
	}

	// A non-finite loss or gradient ends the sweep, and there is still a suggestion.
	for _, bad := range []struct{ loss, grad float64 }{{math.NaN(), 1}, {1, math.Inf(1)}} {
		c, err = FindRate(context.Background(), optim.SGD{}, params, func(b Batch, g *optim.Gradients[T]) (float64, error) {
			if b.Step == 20 {
				g.Dense[0][0] = T(bad.grad)
				return bad.loss, nil
			}
			return f(b, g)
		}, sweep)
		if err != nil || !c.Diverged || len(c.Rates) != 21 || !(c.Suggest > 0) {
			t.Errorf("%+v: %d rates, suggestion %v, error %v", bad, len(c.Rates), c.Suggest, err)
		}
	}
}

// TestSuggest reads suggestions off curves: a loss belongs to the rate before it.
func TestSuggest(t *testing.T) {
	rates := []float64{1, 2, 4, 8, 16, 32}
	for _, c := range []struct {
		smoothed                  []float64
		steepest, lowest, suggest float64
	}{
		{[]float64{9, 8, 4, 2, 1, 30}, 2, 8, 0.8},
		{[]float64{9, 8, 7.5, 7, 1, 30}, 8, 8, 0.8},
		{[]float64{90, 10, 9, 8, 7, 6}, 1, 16, 1},
	} {
		curve := RateCurve{Rates: rates, Smoothed: c.smoothed}
		if err := curve.suggest(); err != nil {
			t.Fatal(err)
		}
		if curve.Steepest != c.steepest || curve.Lowest != c.lowest || curve.Suggest != c.suggest {
			t.Errorf("%v: steepest %v, lowest %v, suggestion %v, want %v, %v and %v", c.smoothed,
				curve.Steepest, curve.Lowest, curve.Suggest, c.steepest, c.lowest, c.suggest)
		}
	}
}

// TestFindRateGroups: groups take the sweep's rates times their factors, whatever their
// rules' own.
func TestFindRateGroups(t *testing.T) {
	w, v := []float64{1}, []float64{1}
	params := []optim.Param[float64]{{Name: "w", Value: w}, {Name: "v", Value: v}}
	sweep := RateSweep{From: 0.125, To: 0.5, Steps: 3, Blowup: 3}
	var seen [][2]float64
	_, err := FindRate(context.Background(), optim.SGD{LR: 9}, params, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		seen = append(seen, [2]float64{w[0], v[0]})
		g.Dense[0][0], g.Dense[1][0] = 1, 1
		return -float64(b.Step), nil
	}, sweep, optim.WithGroup(func(name string) bool { return name == "v" }, optim.GroupRule(optim.SGD{LR: 7}), optim.LRFactor(2)))
	if want := [][2]float64{{1, 1}, {0.875, 0.75}, {0.625, 0.25}}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("parameters %v, want %v; error %v", seen, want, err)
	}
}

func TestBadFindRate(t *testing.T) {
	w := []float64{1}
	params := []optim.Param[float64]{{Name: "w", Value: w}}
	own := errors.New("own")
	sweep := func(f func(*RateSweep)) RateSweep { return opttest.With(NewRateSweep(), f) }
	for _, c := range []struct {
		sweep RateSweep
		want  []string
	}{
		{RateSweep{}, []string{"RateSweep", "From", "0"}},
		{sweep(func(s *RateSweep) { s.From = math.NaN() }), []string{"RateSweep", "From", "NaN"}},
		{sweep(func(s *RateSweep) { s.To = 1e-7 }), []string{"RateSweep", "To", "1e-07"}},
		{sweep(func(s *RateSweep) { s.To = math.Inf(1) }), []string{"RateSweep", "To", "+Inf"}},
		{sweep(func(s *RateSweep) { s.From, s.To = 1e-200, 1e200 }), []string{"RateSweep", "To/From"}},
		{sweep(func(s *RateSweep) { s.Steps = 1 }), []string{"RateSweep", "Steps", "1"}},
		{sweep(func(s *RateSweep) { s.Smoothing = 1 }), []string{"RateSweep", "Smoothing", "1"}},
		{sweep(func(s *RateSweep) { s.Blowup = 0 }), []string{"RateSweep", "Blowup", "0"}},
	} {
		_, err := FindRate(context.Background(), optim.SGD{}, params, bowl(w), c.sweep)
		wantError(t, err, c.want...)
	}
	_, err := FindRate(context.Background(), optim.SGD{}, params, nil, NewRateSweep())
	wantError(t, err, "nil Objective")
	_, err = FindRate(context.Background(), optim.SGD{WeightDecay: -1}, params, bowl(w), NewRateSweep())
	wantError(t, err, "WeightDecay")
	_, err = FindRate(context.Background(), optim.SGD{}, params, bowl(w), NewRateSweep(),
		optim.WithGroup(func(string) bool { return true }, optim.GroupSchedule(schedule.Constant{}), optim.GroupRule(optim.SGD{LR: 1})))
	wantError(t, err, "FindRate", `"w"`, "schedule.Constant", "GroupSchedule")
	var none context.Context
	_, err = FindRate(none, optim.SGD{}, params, bowl(w), NewRateSweep())
	wantError(t, err, "FindRate", "nil Context")
	// The parameters come back after errors too.
	c, err := FindRate(context.Background(), optim.SGD{}, params, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		if b.Step == 60 {
			return 0, own
		}
		return bowl(w)(b, g)
	}, NewRateSweep())
	wantError(t, err, "step 61", "objective", "own")
	if !errors.Is(err, own) || len(c.Rates) != 60 || w[0] != 1 {
		t.Errorf("%d rates, parameter %v, error %v", len(c.Rates), w[0], err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = FindRate(ctx, optim.SGD{}, params, bowl(w), NewRateSweep())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	_, err = FindRate(context.Background(), optim.SGD{}, params, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		return float64(b.Step), nil
	}, NewRateSweep())
	wantError(t, err, "never fell", "1e-07")
}

// TestFindRateSkips: a sweep ends at the first gradient that is not finite, whatever
// a run's limit is.
func TestFindRateSkips(t *testing.T) {
	w := []float64{4, 8}
	f := bowl(w)
	c, err := FindRate(context.Background(), optim.SGD{LR: 1}, []optim.Param[float64]{{Name: "w", Value: w}}, func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		loss, err := f(b, g)
		if b.Step == 80 {
			g.Dense[0][0] = math.NaN()
		}
		return loss, err
	}, NewRateSweep(), optim.FailAfterSkips(1))
	if err != nil || !c.Diverged || len(c.Rates) != 81 {
		t.Errorf("diverged: %v after %d rates, error %v", c.Diverged, len(c.Rates), err)
	}
}
