package schedule

import (
	"fmt"
	"math"
	"testing"
)

// shapes are the papers' formulas, from package math.
var shapes = map[DecayShape]func(x float64) float64{
	LinearDecay: func(x float64) float64 { return 1 - x },
	SqrtDecay:   func(x float64) float64 { return 1 - math.Sqrt(x) },
	CosineDecay: func(x float64) float64 { return (1 + math.Cos(math.Pi*x)) / 2 },
}

// TestWarmupStableDecay compares with the formula, phase by phase.
func TestWarmupStableDecay(t *testing.T) {
	const base = 0.03
	for shape, f := range shapes {
		for _, s := range []WarmupStableDecay{
			{Decay: 1},
			{Warmup: 10, Stable: 70, Decay: 20},
			{Warmup: 3, Stable: 0, Decay: 7, StartFactor: 0.25, MinFactor: 0.1},
			{Warmup: 0, Stable: 5, Decay: 13, MinFactor: 0.01},
			{Warmup: 1, Stable: 1, Decay: 1, StartFactor: 1, MinFactor: 1},
		} {
			s.Shape = shape
			var want []float64
			for step := range s.Warmup {
				want = append(want, base*(s.StartFactor+(1-s.StartFactor)*float64(step)/float64(s.Warmup)))
			}
			want = append(want, repeat(s.Stable, base)...)
			for step := range s.Decay {
				want = append(want, base*(s.MinFactor+(1-s.MinFactor)*f(float64(step)/float64(s.Decay))))
			}
			want = append(want, repeat(50, base*s.MinFactor)...)
			nearAll(t, fmt.Sprintf("%+v", s), from(s, base, len(want)), want, 2e-17)

			// The ends of the phases are exact.
			fall := s.Warmup + s.Stable
			for step, want := range map[int]float64{s.Warmup: base, fall: base, fall + s.Decay: base * s.MinFactor, math.MaxInt: base * s.MinFactor} {
				if got := s.Rate(base, step); got != want {
					t.Errorf("%+v: step %d has rate %v, want exactly %v", s, step, got, want)
				}
			}
		}
	}
}

// TestWarmupStableDecayAsSequence: it is the schedules that it is made of.
func TestWarmupStableDecayAsSequence(t *testing.T) {
	linear := WarmupStableDecay{Warmup: 5, Stable: 9, Decay: 11, StartFactor: 0.2, MinFactor: 0.1}
	cosine := linear
	cosine.Shape = CosineDecay
	for _, c := range []struct{ got, decay Schedule }{
		{linear, Polynomial{TotalIters: 11, Power: 1, EtaMin: 0.1}},
		{cosine, Cosine{TMax: 11, EtaMin: 0.1, Hold: true}},
	} {
		parts := Sequence{[]Schedule{Warmup{Steps: 5, StartFactor: 0.2}, c.decay}, []int{14}}
		nearAll(t, fmt.Sprintf("%+v", c.got), from(c.got, 1, 60), from(parts, 1, 60), 1e-15)
	}
}

// TestWarmupStableDecayLonger: the length of the run matters in its fall alone.
func TestWarmupStableDecayLonger(t *testing.T) {
	short := WarmupStableDecay{Warmup: 4, Stable: 10, Decay: 5, Shape: SqrtDecay}
	long := short
	long.Stable, long.Decay = math.MaxInt, 50
	for step := range 15 {
		if a, b := short.Rate(0.1, step), long.Rate(0.1, step); a != b {
			t.Errorf("step %d has rate %v, and %v in the longer run", step, a, b)
		}
	}
	if got := long.Rate(0.1, math.MaxInt); got != 0.1 {
		t.Errorf("the last of all steps has rate %v, want 0.1", got)
	}
}
