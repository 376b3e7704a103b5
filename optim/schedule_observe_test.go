package optim

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// A metered is a user's Observer, whose rate is the last metric.
type metered struct{ metrics []float64 }

func (m *metered) Observe(metric float64) { m.metrics = append(m.metrics, metric) }

func (m *metered) Rate(base float64, step int) float64 {
	if len(m.metrics) == 0 {
		return base
	}
	return m.metrics[len(m.metrics)-1]
}

// A tape is an Observer that Go cannot compare.
type tape [1]func(metric float64)

func (s tape) Observe(metric float64)              { s[0](metric) }
func (s tape) Rate(base float64, step int) float64 { return base }

// sequence returns the schedules one after the other, for a step each.
func sequence(s ...Schedule) (all Sequence) {
	for i := range s[1:] {
		all.Milestones = append(all.Milestones, i+1)
	}
	all.Schedules = s
	return all
}

// TestObservers: an Observer is found wherever it stands, and once.
func TestObservers(t *testing.T) {
	p, q, m := NewPlateau(), NewPlateau(), new(metered)
	other := struct{ *Plateau }{q} // a schedule of a user's with a Plateau's methods
	f := tape{func(float64) {}}
	for i, c := range []struct {
		schedule Schedule
		want     []Observer
	}{
		{Constant{}, nil},
		{sequence(MultiStep{Milestones: []int{1}, Gamma: 1}, ScheduleFunc(func(float64, int) float64 { return 1 })), nil},
		{p, []Observer{p}},
		{m, []Observer{m}},
		{sequence(Warmup{Then: p}, Constant{}, &Warmup{Then: q}), []Observer{p, q}},
		{sequence(p, Warmup{Then: p}, p), []Observer{p}},
		{sequence(m, &Warmup{Then: m}, p, m), []Observer{m, p}},
		{sequence(other, p, other), []Observer{other, p}},
		{sequence(f, Warmup{Then: f}, p), []Observer{f, f, p}},
	} {
		opt := mustNew(t, SGD{LR: 1}, []Param[float64]{{"w", []float64{1}}}, WithSchedule(c.schedule))
		got := opt.Observers()
		same := slices.EqualFunc(got, c.want, func(a, b Observer) bool {
			return fmt.Sprintf("%T %p", a, a) == fmt.Sprintf("%T %p", b, b)
		})
		if !same {
			t.Errorf("case %d: found %v, want %v", i, got, c.want)
		}
	}
}

// TestFitObservers: one metric is told once to a Plateau that stands in two places,
// and to a user's own schedule.
func TestFitObservers(t *testing.T) {
	w := []float64{1}
	p, m := &Plateau{Factor: 0.5, Patience: 100}, new(metered)
	opt := mustNew(t, SGD{LR: 0.5}, []Param[float64]{{"w", w}},
		WithSchedule(sequence(p, Warmup{Then: p}, m)))
	metric := 0.0
	var rates []float64
	run := FitOptions[float64]{
		Stop:          []StopRule{StepLimit(5)},
		ValidateEvery: 1,
		Validate:      func() (float64, error) { metric += 0.125; return metric, nil },
		Progress:      func(p Progress) error { rates = append(rates, p.LR); return nil },
	}
	if _, err := Fit(context.Background(), opt, bowl(w), run); err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.5, 0.5, 0.25, 0.375, 0.5}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v", rates, want)
	}
	if want := []float64{0.125, 0.25, 0.375, 0.5, 0.625}; !slices.Equal(m.metrics, want) || p.State.Bad != 4 {
		t.Errorf("a schedule was told %v, want %v; the plateau counts %d bad metrics, want 4", m.metrics, want, p.State.Bad)
	}

	run.Validate, run.ValidateEvery = nil, 0
	_, err := Fit(context.Background(), mustNew(t, SGD{LR: 1}, []Param[float64]{{"w", w}}, WithSchedule(Warmup{Then: m})), bowl(w), run)
	wantError(t, err, "*optim.metered", "Validate")
}

// TestSharedPlateauState: a Plateau that stands in two places is saved once.
func TestSharedPlateauState(t *testing.T) {
	fresh := func() (*Optimizer[float64], *Plateau) {
		p := NewPlateau()
		return mustNew(t, SGD{LR: 1}, []Param[float64]{{"w", []float64{1}}}, WithSchedule(sequence(p, Warmup{Then: p}))), p
	}
	o, p := fresh()
	o.Observe(3)
	o.Observe(4)
	s := mustSnapshot(t, o)
	if len(s.Schedule) != 1 {
		t.Errorf("saved %v, want one state", s.Schedule)
	}
	again, q := fresh()
	if err := again.Restore(s); err != nil || q.State != p.State || q.State.Bad != 1 {
		t.Errorf("restored %+v, want %+v (%v)", q.State, p.State, err)
	}
	// An Observer without a text cannot be saved.
	o = mustNew(t, SGD{LR: 1}, []Param[float64]{{"w", []float64{1}}}, WithSchedule(sequence(p, new(metered))))
	_, err := o.Snapshot()
	wantError(t, err, "*optim.metered", "MarshalText")
}
