package schedule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A goldenSchedule is one of torch's schedules with its rate in every step. For
// ReduceLROnPlateau these are the rates before each metric.
type goldenSchedule struct {
	Schedule string
	Options  json.RawMessage
	Base     float64
	Rates    []float64
	Metrics  []float64
}

// absent are torch's schedules that this package does not have.
var absent = []string{"CyclicLR"}

// schedule returns the case's schedule. One that it does not know is an error, as
// is an option, so that none is lost silently.
func (c goldenSchedule) schedule() (s Schedule, err error) {
	options := func(o any) {
		d := json.NewDecoder(bytes.NewReader(c.Options))
		d.DisallowUnknownFields()
		err = d.Decode(o)
	}
	switch c.Schedule {
	case "StepLR":
		var o struct {
			StepSize int `json:"step_size"`
			Gamma    float64
		}
		options(&o)
		s = StepDecay{StepSize: o.StepSize, Gamma: o.Gamma}
	case "MultiStepLR":
		var o struct {
			Milestones []int
			Gamma      float64
		}
		options(&o)
		s = MultiStep{Milestones: o.Milestones, Gamma: o.Gamma}
	case "ExponentialLR":
		var o struct{ Gamma float64 }
		options(&o)
		s = Exponential{Gamma: o.Gamma}
	case "CosineAnnealingLR":
		var o struct {
			TMax   int     `json:"T_max"`
			EtaMin float64 `json:"eta_min"`
		}
		options(&o)
		s = Cosine{TMax: o.TMax, EtaMin: o.EtaMin}
	case "CosineAnnealingWarmRestarts":
		var o struct {
			T0     int     `json:"T_0"`
			TMult  int     `json:"T_mult"`
			EtaMin float64 `json:"eta_min"`
		}
		options(&o)
		s = CosineWarmRestarts{T0: o.T0, TMult: o.TMult, EtaMin: o.EtaMin}
	case "PolynomialLR":
		var o struct {
			TotalIters int `json:"total_iters"`
			Power      float64
		}
		options(&o)
		s = Polynomial{TotalIters: o.TotalIters, Power: o.Power}
	case "LinearLR":
		var o struct {
			StartFactor float64 `json:"start_factor"`
			EndFactor   float64 `json:"end_factor"`
			TotalIters  int     `json:"total_iters"`
		}
		options(&o)
		s = Warmup{Steps: o.TotalIters, StartFactor: o.StartFactor}
		if err == nil && o.EndFactor != 1 {
			err = fmt.Errorf("end_factor = %v, want 1", o.EndFactor)
		}
	case "ConstantLR":
		var o struct {
			Factor     float64
			TotalIters int `json:"total_iters"`
		}
		options(&o)
		s = Constant{Factor: o.Factor, Steps: o.TotalIters}
	case "OneCycleLR":
		var o struct {
			MaxLR          float64 `json:"max_lr"`
			TotalSteps     int     `json:"total_steps"`
			PctStart       float64 `json:"pct_start"`
			ThreePhase     bool    `json:"three_phase"`
			AnnealStrategy string  `json:"anneal_strategy"`
		}
		options(&o)
		cycle := NewOneCycle(o.TotalSteps)
		cycle.PctStart, cycle.ThreePhase, cycle.Linear = o.PctStart, o.ThreePhase, o.AnnealStrategy == "linear"
		s = cycle
		if err == nil && o.MaxLR != c.Base {
			err = fmt.Errorf("max_lr = %v, want the base %v", o.MaxLR, c.Base)
		}
	case "ReduceLROnPlateau":
		var o struct {
			Mode          string
			Factor        float64
			Patience      int
			Threshold     float64
			ThresholdMode string `json:"threshold_mode"`
			Cooldown      int
			MinLR         float64 `json:"min_lr"`
			Eps           float64
		}
		options(&o)
		s = &Plateau{
			Factor: o.Factor, Patience: o.Patience, Threshold: o.Threshold, Absolute: o.ThresholdMode == "abs",
			Maximize: o.Mode == "max", Cooldown: o.Cooldown, MinLR: o.MinLR, Eps: o.Eps,
		}
	default:
		err = fmt.Errorf("unknown schedule %q", c.Schedule)
	}
	return s, err
}

// rates returns the schedule's rates in the case's steps.
func (c goldenSchedule) rates(s Schedule) []float64 {
	var rates []float64
	for step := range c.Rates {
		rates = append(rates, s.Rate(c.Base, step))
		if p, ok := s.(*Plateau); ok {
			p.Observe(c.Metrics[step])
		}
	}
	return rates
}

// TestTorchSchedules compares with every case in the file.
func TestTorchSchedules(t *testing.T) {
	raw, err := os.ReadFile(opttest.Golden("schedules.json"))
	if os.IsNotExist(err) {
		t.Skipf("no rates here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenSchedule }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	ran, differ := map[string]int{}, 0
	for i, c := range file.Cases {
		what := fmt.Sprintf("case %d, %s %s", i, c.Schedule, c.Options)
		if slices.Contains(absent, c.Schedule) {
			t.Logf("%s: not in this package", what)
			continue
		}
		s, err := c.schedule()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if err := Check(s); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		want := c.Rates
		if p, ok := s.(*Plateau); ok && !p.Absolute && slices.Min(c.Metrics) < 0 {
			// On purpose: torch's threshold has the sign of the best metric. To minimize
			// from -6 it wants -6*(1-0.01) = -5.94 or less, which -5.98 is, a worse metric;
			// to maximize from -0.6 it wants more than -0.606, which -0.6 is, the same one
			// again. So the rate is lowered late or never.
			want = plateauRates(*p, c)
			if !slices.Equal(want, c.Rates) {
				differ++
			}
		}
		nearAll(t, what, c.rates(s), want, 1e-15)
		ran[c.Schedule]++
	}
	if len(ran) != 10 || ran["ReduceLROnPlateau"] != 12 || differ != 3 {
		t.Errorf("ran %v, of which %d differ from torch's: want 10 schedules, 12 plateaus and 3", ran, differ)
	}
}

// plateauRates follows ReduceLROnPlateau.step with a threshold that is a share of
// the best metric's magnitude: where that is negative, the factors change places.
func plateauRates(p Plateau, c goldenSchedule) []float64 {
	better := func(m, best float64) bool {
		up, down := best*(1+p.Threshold), best*(1-p.Threshold)
		switch {
		case p.Absolute:
			up, down = best+p.Threshold, best-p.Threshold
		case best < 0:
			up, down = down, up
		}
		if p.Maximize {
			return m > up
		}
		return m < down
	}
	var rates []float64
	lr, best, bad, cooldown := c.Base, 0.0, 0, 0
	for i, m := range c.Metrics {
		rates = append(rates, lr)
		if i == 0 || better(m, best) {
			best, bad = m, 0
		} else {
			bad++
		}
		if cooldown > 0 {
			cooldown, bad = cooldown-1, 0
		}
		if bad > p.Patience {
			if next := max(lr*p.Factor, p.MinLR); lr-next > p.Eps {
				lr = next
			}
			cooldown, bad = p.Cooldown, 0
		}
	}
	return rates
}

// TestPlateauSigns: metrics of every sign, in both modes, with both kinds of
// threshold, follow the definition, and to maximize is to minimize the negative.
func TestPlateauSigns(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 2000 {
		p := Plateau{
			Factor: 0.5, Patience: rng.IntN(3), Cooldown: rng.IntN(3), Absolute: i%2 == 0, Maximize: i%4 < 2,
			Threshold: []float64{0, 0.25, 1e-4, 1, 2}[rng.IntN(5)],
		}
		c := goldenSchedule{Base: 1, Rates: make([]float64, 30), Metrics: make([]float64, 30)}
		// Exact numbers, so that thresholds are met exactly.
		at, size := float64(rng.IntN(5)-2), math.Ldexp(1, rng.IntN(9)-4)
		for j := range c.Metrics {
			at += float64(rng.IntN(7)-3) / 8
			c.Metrics[j] = size * at
		}
		q := p
		if got, want := c.rates(&p), plateauRates(q, c); !slices.Equal(got, want) {
			t.Fatalf("%+v with the metrics %v has the rates %v, want %v", q, c.Metrics, got, want)
		}
		for j := range c.Metrics {
			c.Metrics[j] *= -1
		}
		q.Maximize = !q.Maximize
		if c.rates(&q); p.State.Bad != q.State.Bad || p.State.Reductions != q.State.Reductions || p.State.Best != -q.State.Best {
			t.Fatalf("%+v with the metrics %v ends at %+v, its negative at %+v", q, c.Metrics, q.State, p.State)
		}
	}
	// A rising loss below zero is no improvement, and neither is the same reward
	// again.
	for _, c := range []struct {
		maximize bool
		metrics  []float64
	}{
		{false, []float64{-6, -5.98, -5.96, -5.94, -5.92}},
		{true, []float64{-0.6, -0.6, -0.6, -0.6, -0.6}},
		{false, []float64{0, 0, 0, 0, 0}},
		{true, []float64{0, -1e-9, 0, 0, 0}},
	} {
		p := &Plateau{Factor: 0.1, Patience: 3, Threshold: 0.01, Maximize: c.maximize}
		for _, m := range c.metrics {
			p.Observe(m)
		}
		if got := p.Rate(1, 0); got != 0.1 {
			t.Errorf("maximize %v, metrics %v: rate %v, want 0.1", c.maximize, c.metrics, got)
		}
	}
}
