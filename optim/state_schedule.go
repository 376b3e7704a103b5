package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/state"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A ScheduleSnapshot is the state of a schedule that is a [schedule.Saver]: the
// optimizer's own, one of [GroupSchedule], or one inside of these. Without Param and Group it
// is the optimizer's.
type ScheduleSnapshot struct {
	Type  string `json:"type"`            // its Go type
	State string `json:"state"`           // what SaveState returns
	Param string `json:"param,omitempty"` // the first parameter that goes by the GroupSchedule
	Group int    `json:"group,omitempty"` // number of the GroupSchedule, from 1, if no parameter goes by it
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

// A scheduleOwner says whose a schedule is: the zero value is the optimizer. A group is the
// name of the first parameter that goes by its schedule, whatever groups there are besides,
// or the number of its GroupSchedule while there is none.
type scheduleOwner struct {
	param string
	group int
}

// scheduleOwners returns the owners of the schedules, in their order.
func (o *Optimizer[T]) scheduleOwners() []scheduleOwner {
	first := make(map[int]string) // by setting
	for _, p := range slices.Backward(o.params) {
		first[o.groups[p.group].choice.schedule] = p.Name
	}
	owners := []scheduleOwner{{}}
	for i, s := range o.settings {
		if !s.schedule.set {
			continue
		}
		if name, ok := first[i]; ok {
			owners = append(owners, scheduleOwner{param: name})
		} else {
			owners = append(owners, scheduleOwner{group: len(owners)})
		}
	}
	return owners
}

// scheduleParts returns the schedules with a state and their owners, each once and with
// the first owner, and an error if there is an Observer whose state cannot be had.
func (o *Optimizer[T]) scheduleParts() (parts []state.Part, owners []scheduleOwner, err error) {
	all, seen := o.schedules(), 0
	for i, owner := range o.scheduleOwners() {
		found := schedule.Find(all[:i+1], stateful)
		for _, s := range found[seen:] {
			if saver, ok := s.(schedule.Saver); ok {
				parts = append(parts, state.Part{Name: fmt.Sprintf("%T", s), Saver: saver})
				owners = append(owners, owner)
			} else if err == nil {
				err = fmt.Errorf("optim: the schedule %T follows a metric and cannot be saved: it is no schedule.Saver", s)
			}
		}
		seen = len(found)
	}
	return parts, owners, err
}

func (o *Optimizer[T]) snapshotSchedules() ([]ScheduleSnapshot, error) {
	parts, owners, err := o.scheduleParts()
	if err != nil {
		return nil, err
	}
	texts, err := state.Save(parts)
	if err != nil {
		return nil, fmt.Errorf("optim: %w", err)
	}
	var saved []ScheduleSnapshot
	for i, text := range texts {
		saved = append(saved, ScheduleSnapshot{parts[i].Name, text, owners[i].param, owners[i].group})
	}
	return saved, nil
}

// restoreSchedules sets the states of each owner's schedules to the saved ones if there
// are the same. On error all are as they were; undo brings them there, too.
func (o *Optimizer[T]) restoreSchedules(saved []ScheduleSnapshot) (undo func(), err error) {
	all, owners, _ := o.scheduleParts()
	var parts []state.Part
	var texts []string
	for begin, end := 0, 0; begin < len(all); begin = end {
		for end < len(all) && owners[end] == owners[begin] {
			end++
		}
		var own []ScheduleSnapshot
		for _, s := range saved {
			if (scheduleOwner{s.Param, s.Group}) == owners[begin] {
				own = append(own, s)
			}
		}
		if !slices.EqualFunc(all[begin:end], own, func(p state.Part, s ScheduleSnapshot) bool { return p.Name == s.Type }) {
			continue
		}
		parts = append(parts, all[begin:end]...)
		for _, s := range own {
			texts = append(texts, s.State)
		}
	}
	if undo, err = state.Restore(parts, texts); err != nil {
		return nil, fmt.Errorf("optim: %w", err)
	}
	return undo, nil
}
