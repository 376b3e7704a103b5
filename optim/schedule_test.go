package optim

import (
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

func TestScheduleFunc(t *testing.T) {
	p := []float64{1}
	opt := mustNew(t, SGD{LR: 0.5}, named([][]float64{p}), WithSchedule(schedule.Func(func(base float64, step int) float64 {
		return base / float64(1+step)
	})))
	for step := range 4 {
		if r := mustStep(t, opt, [][]float64{{1}}); r.LR != 0.5/float64(1+step) {
			t.Errorf("step %d: rate %v", r.Step, r.LR)
		}
	}
}

// A metered is a user's Observer that cannot be saved.
type metered struct{ schedule.Constant }

func (metered) Observe(float64) {}

// TestSharedPlateauState: a Plateau that stands in two places is saved once.
func TestSharedPlateauState(t *testing.T) {
	fresh := func() (*Optimizer[float64], *schedule.Plateau) {
		p := schedule.NewPlateau()
		return mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p, schedule.Warmup{Then: p}}, Milestones: []int{1}})), p
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
	// An Observer without a state cannot be saved.
	o = mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p, metered{}}, Milestones: []int{1}}))
	_, err := o.Snapshot()
	wantError(t, err, "optim.metered", "schedule.Saver")
}
