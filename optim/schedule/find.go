package schedule

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Check returns an error if s is nil or a [Validator] that refuses its options, or if one
// inside of it is.
func Check(s Schedule) error {
	if isNil(s) {
		return errors.New("nil Schedule")
	}
	// One inside of itself, in which Rate would not find an end.
	if !walk(s, func(Schedule) bool { return true }) {
		return fmt.Errorf("%T has more than %d schedules inside of it, or itself", s, maxNested)
	}
	return checkAll(s)
}

func checkAll(s Schedule) error {
	if v, ok := s.(Validator); ok {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("%T: %w", s, err)
		}
	}
	for i, in := range inner(s) {
		if isNil(in) {
			return fmt.Errorf("%T: the schedule %d inside is nil", s, i)
		}
		if err := checkAll(in); err != nil {
			return fmt.Errorf("%T: %w", s, err)
		}
	}
	return nil
}

// maxNested is the number of schedules that may be nested in one.
const maxNested = 1000

// walk calls f with s, and with those inside of each for which f returns true. It stops,
// and reports false, at a schedule inside of itself: at more than maxNested.
func walk(s Schedule, f func(Schedule) bool) (ended bool) {
	count := 0
	var visit func(s Schedule)
	visit = func(s Schedule) {
		if count++; count > maxNested || isNil(s) || !f(s) {
			return
		}
		for _, in := range inner(s) {
			visit(in)
		}
	}
	visit(s)
	return count <= maxNested
}

// Find returns the schedules that match, each once, in however many places it stands: s
// itself or inside of s. It does not look inside of one that matches, nor at nil. Without a
// match there is none.
func Find(s Schedule, match func(Schedule) bool) []Schedule {
	if match == nil {
		return nil
	}
	var found []Schedule
	walk(s, func(s Schedule) bool {
		if !match(s) {
			return true
		}
		if !contains(found, s) {
			found = append(found, s)
		}
		return false
	})
	return found
}

// Observers returns the Observers among s and those inside of it, each once. Most
// schedules have none.
func Observers(s Schedule) []Observer {
	var all []Observer
	for _, s := range Find(s, func(s Schedule) bool { _, ok := s.(Observer); return ok }) {
		all = append(all, s.(Observer))
	}
	return all
}

// IsRelative reports whether s and all inside of it are of this package, whose schedules
// lead away from a base and mean nothing if that is 0.
func IsRelative(s Schedule) bool {
	foreign := Find(s, func(s Schedule) bool {
		t := reflect.TypeOf(s)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return t.PkgPath() != own || t == reflect.TypeFor[Func]()
	})
	return len(foreign) == 0
}

// own is the path of this package.
var own = reflect.TypeFor[Constant]().PkgPath()

// inner returns the schedules right inside of s.
func inner(s Schedule) []Schedule {
	if s, ok := s.(Outer); ok {
		return s.Inner()
	}
	return nil
}

// contains reports whether s is in the list. Schedules that Go cannot compare are all
// different.
func contains(list []Schedule, s Schedule) bool {
	return reflect.ValueOf(s).Comparable() && slices.Contains(list, s)
}

// isNil reports whether a schedule would panic when called.
func isNil(s Schedule) bool {
	if s == nil {
		return true
	}
	v := reflect.ValueOf(s)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}
