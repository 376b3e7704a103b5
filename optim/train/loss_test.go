package train

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestMovingAverage compares with the weighted sum of the definition.
func TestMovingAverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, decay := range []float64{0, 0.5, 0.9, 0.999} {
		a := MovingAverage{Decay: decay}
		if !math.IsNaN(a.Value()) {
			t.Errorf("average of nothing is %v", a.Value())
		}
		var xs []float64
		for range 60 {
			xs = append(xs, rng.NormFloat64())
			var sum, weight float64
			for i, x := range xs {
				w := math.Pow(decay, float64(len(xs)-1-i))
				sum += w * x
				weight += w
			}
			if got := a.Add(xs[len(xs)-1]); !(math.Abs(got-sum/weight) <= 1e-12) || got != a.Value() {
				t.Fatalf("decay %v, %d values: %v, want %v", decay, len(xs), got, sum/weight)
			}
		}
		before := a
		a.Add(math.NaN())
		a.Add(math.Inf(-1))
		if a != before {
			t.Errorf("decay %v: values that are not finite changed the average", decay)
		}
	}
}

func TestDivergence(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for i, c := range []struct {
		d       Divergence
		losses  []float64
		at      int // -1: never
		average float64
	}{
		{Divergence{For: 1}, []float64{3, 1e9, nan}, 2, 1e9},
		{Divergence{For: 1}, []float64{3, -inf}, 1, 3},
		{Divergence{For: 1}, []float64{nan}, 0, nan},
		{Divergence{For: 2}, []float64{nan, 1, inf, 1, nan, nan}, 5, 1},
		{Divergence{Spike: 3, For: 1}, []float64{1, 3.99, 2.5, 2.5, 9.99}, -1, 0},
		{Divergence{Spike: 3, For: 1}, []float64{1, 4.01}, 1, 1},
		{Divergence{Spike: 3, Decay: 0.5, For: 1}, []float64{1, 3, 9.3}, -1, 0},      // 4 times 7/3 is 9.33
		{Divergence{Spike: 3, Decay: 0.5, For: 1}, []float64{1, 3, 9.4}, 2, 7. / 3},  //
		{Divergence{Spike: 3, For: 1, Warmup: 3}, []float64{1, 9, 99, 999}, 3, 99},   // too early to tell
		{Divergence{Spike: 3, For: 2}, []float64{1, 9, 1, 9, 9}, 4, 1},               // a spike does not raise the average
		{Divergence{Spike: 3, For: 1}, []float64{-10, 19}, -1, 0},                    // within 3 times 10
		{Divergence{Spike: 3, For: 1}, []float64{-10, 21}, 1, -10},                   //
		{*NewDivergence(), []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 1, 9}, -1, 0},     //
		{*NewDivergence(), []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9}, 12, 1.}, //
	} {
		d := c.d
		at := -1
		var err error
		for j, loss := range c.losses {
			if err = d.Observe(loss); err != nil {
				at = j
				break
			}
		}
		if at != c.at {
			t.Errorf("case %d: diverged at %d, want %d", i, at, c.at)
			continue
		}
		if at < 0 {
			continue
		}
		var diverged *DivergedError
		if !errors.As(err, &diverged) {
			t.Fatalf("case %d: error %T", i, err)
		}
		same := diverged.Average == c.average || math.IsNaN(c.average) && math.IsNaN(diverged.Average)
		if loss := c.losses[at]; !(math.Float64bits(diverged.Loss) == math.Float64bits(loss)) || !same || diverged.Count != c.d.For {
			t.Errorf("case %d: %+v", i, diverged)
		}
		wantError(t, err, "diverged", "bad losses in a row")
	}
}
