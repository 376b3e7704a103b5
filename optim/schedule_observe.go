package optim

import (
	"fmt"
	"reflect"
	"slices"
)

// An Observer is a [Schedule] whose rates follow a metric, as those of [Plateau]
// do. Whoever runs the loop tells it: [Fit] does, others call [Optimizer.Observe].
// A schedule that hides an Observer inside of it must be one too, and pass the
// metric on.
type Observer interface {
	Schedule
	// Observe takes the next metric.
	Observe(metric float64)
}

// Observers returns the Observers among the optimizer's schedule and those inside
// of it, each once, in however many places it stands. Most schedules have none.
func (o *Optimizer[T]) Observers() []Observer { return observers(o.schedule) }

// Observe tells all of [Optimizer.Observers] the next metric.
func (o *Optimizer[T]) Observe(metric float64) {
	for _, s := range o.Observers() {
		s.Observe(metric)
	}
}

func observers(s Schedule) []Observer {
	var all []Observer
	for _, s := range search(s, func(s Schedule) bool { _, ok := s.(Observer); return ok }) {
		all = append(all, s.(Observer))
	}
	return all
}

// search returns the schedules that match, each once: s itself or inside of s. It
// does not look inside of one that matches.
func search(s Schedule, match func(Schedule) bool) []Schedule {
	var found []Schedule
	var visit func(s Schedule)
	visit = func(s Schedule) {
		if match(s) {
			if !contains(found, s) {
				found = append(found, s)
			}
			return
		}
		for _, inner := range nested(s) {
			visit(inner)
		}
	}
	visit(s)
	return found
}

// nested returns the schedules right inside of s.
func nested(s Schedule) []Schedule {
	if s, ok := s.(interface{ nested() []Schedule }); ok {
		return s.nested()
	}
	return nil
}

// contains reports whether s is in the list. Schedules that Go cannot compare are
// all different.
func contains(list []Schedule, s Schedule) bool {
	return reflect.ValueOf(s).Comparable() && slices.Contains(list, s)
}

// maxNested is the number of schedules that may be nested in one.
const maxNested = 1000

// checkNested returns an error for a schedule inside of itself, in which Rate would
// not find an end.
func checkNested(s Schedule) error {
	count := 0
	var visit func(s Schedule)
	visit = func(s Schedule) {
		if count++; count <= maxNested && !isNil(s) {
			for _, inner := range nested(s) {
				visit(inner)
			}
		}
	}
	if visit(s); count > maxNested {
		return fmt.Errorf("optim: %s has more than %d schedules inside of it, or itself", typeName(s), maxNested)
	}
	return nil
}
