package schedule

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
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
		{sequence(MultiStep{Milestones: []int{1}, Gamma: 1}, Func(func(float64, int) float64 { return 1 })), nil},
		{p, []Observer{p}},
		{m, []Observer{m}},
		{sequence(Warmup{Then: p}, Constant{}, &Warmup{Then: q}), []Observer{p, q}},
		{sequence(p, Warmup{Then: p}, p), []Observer{p}},
		{sequence(m, &Warmup{Then: m}, p, m), []Observer{m, p}},
		{sequence(other, p, other), []Observer{other, p}},
		{sequence(f, Warmup{Then: f}, p), []Observer{f, f, p}},
	} {
		got := Observers(c.schedule)
		same := slices.EqualFunc(got, c.want, func(a, b Observer) bool {
			return fmt.Sprintf("%T %p", a, a) == fmt.Sprintf("%T %p", b, b)
		})
		if !same {
			t.Errorf("case %d: found %v, want %v", i, got, c.want)
		}
	}
}

// A holder is a user's schedule with another one inside of it.
type holder struct{ in Schedule }

func (h holder) Rate(base float64, step int) float64 { return rate(h.in, base, step) }
func (h holder) Inner() []Schedule                   { return []Schedule{h.in} }
func (h holder) Validate() error {
	if h.in == Schedule(Constant{}) {
		return errors.New("dull")
	}
	return nil
}

// TestOwnSchedules: the interfaces of a user's schedule count as those of this package's
// do.
func TestOwnSchedules(t *testing.T) {
	p := NewPlateau()
	if got := Observers(Warmup{Then: holder{p}}); len(got) != 1 || got[0] != Observer(p) {
		t.Errorf("found %v", got)
	}
	opttest.WantError(t, Check(Warmup{Then: holder{Cosine{}}}), "schedule.Warmup: schedule.holder: schedule.Cosine: TMax = 0")
	opttest.WantError(t, Check(holder{Constant{}}), "schedule.holder: dull")
	opttest.WantError(t, Check(holder{}), "schedule.holder: the schedule 0 inside is nil")
	if err := Check(holder{p}); err != nil {
		t.Error(err)
	}
}

func TestIsRelative(t *testing.T) {
	f := Func(func(float64, int) float64 { return 1 })
	for i, c := range []struct {
		schedule Schedule
		want     bool
	}{
		{Constant{}, true}, {NewPlateau(), true}, {&Warmup{Then: Cosine{TMax: 1}}, true},
		{f, false}, {nil, true}, {new(metered), true}, {Warmup{Then: f}, false}, {struct{ Constant }{}, false},
	} {
		if got := IsRelative(c.schedule); got != c.want {
			t.Errorf("case %d: %v", i, got)
		}
	}
}

// TestFindEnds: also in a schedule inside of itself, which Check refuses.
func TestFindEnds(t *testing.T) {
	if got := Observers(inItself()); got != nil {
		t.Errorf("found %v", got)
	}
}
