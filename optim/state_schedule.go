package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/state"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A ScheduleSnapshot is the state of a schedule, the optimizer's own or one inside
// of it, that is a [schedule.Saver].
type ScheduleSnapshot struct {
	Type  string `json:"type"`  // its Go type
	State string `json:"state"` // what SaveState returns
}

// Observers returns the [schedule.Observer]s among the optimizer's schedule, those of
// its groups and those inside of them, each once. Most schedules have none.
func (o *Optimizer[T]) Observers() []schedule.Observer { return schedule.Observers(o.schedules()) }

// Observe tells all of [Optimizer.Observers] the next metric.
func (o *Optimizer[T]) Observe(metric float64) {
	for _, s := range o.Observers() {
		s.Observe(metric)
	}
}

// stateful reports whether a run that went on without the state of s would not be the
// same.
func stateful(s schedule.Schedule) bool {
	_, saver := s.(schedule.Saver)
	_, observer := s.(schedule.Observer)
	return saver || observer
}

// scheduleParts returns the schedules with a state, s itself or inside of s, and an error
// if there is an Observer whose state cannot be had.
func scheduleParts(s schedule.Schedule) (parts []state.Part, err error) {
	for _, s := range schedule.Find(s, stateful) {
		if saver, ok := s.(schedule.Saver); ok {
			parts = append(parts, state.Part{Name: fmt.Sprintf("%T", s), Saver: saver})
		} else if err == nil {
			err = fmt.Errorf("optim: the schedule %T follows a metric and cannot be saved: it is no schedule.Saver", s)
		}
	}
	return parts, err
}

func snapshotSchedule(s schedule.Schedule) ([]ScheduleSnapshot, error) {
	parts, err := scheduleParts(s)
	if err != nil {
		return nil, err
	}
	texts, err := state.Save(parts)
	if err != nil {
		return nil, fmt.Errorf("optim: %w", err)
	}
	var saved []ScheduleSnapshot
	for i, text := range texts {
		saved = append(saved, ScheduleSnapshot{parts[i].Name, text})
	}
	return saved, nil
}

// restoreSchedule sets the states inside of s to the saved ones if there are the
// same. On error all are as they were.
func restoreSchedule(s schedule.Schedule, saved []ScheduleSnapshot) error {
	parts, _ := scheduleParts(s)
	if len(saved) != len(parts) {
		return nil
	}
	var texts []string
	for i, p := range parts {
		if saved[i].Type != p.Name {
			return nil
		}
		texts = append(texts, saved[i].State)
	}
	if _, err := state.Restore(parts, texts); err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	return nil
}
