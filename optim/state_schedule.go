package optim

import (
	"encoding"
	"encoding/json"
	"fmt"
)

// A ScheduleSnapshot is the state of a schedule, the optimizer's own or one inside
// of it, whose rate depends on more than the number of steps. These are [Plateau]
// and schedules with the methods of encoding.TextMarshaler and
// encoding.TextUnmarshaler; if the latter's gives an error, it must have changed
// nothing.
type ScheduleSnapshot struct {
	Type  string `json:"type"`  // its Go type
	State string `json:"state"` // what MarshalText returns, or a PlateauState as JSON
}

// A textState is a schedule with a state.
type textState interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// textStates returns the schedules with a state: s itself or inside of s.
func textStates(s Schedule) (names []string, states []textState) {
	switch s := s.(type) {
	case *Plateau:
		return []string{typeName(s)}, []textState{plateauText{s}}
	case textState:
		return []string{typeName(s)}, []textState{s}
	case interface{ nested() []Schedule }:
		for _, inner := range s.nested() {
			n, t := textStates(inner)
			names, states = append(names, n...), append(states, t...)
		}
	}
	return names, states
}

func snapshotSchedule(s Schedule) ([]ScheduleSnapshot, error) {
	var saved []ScheduleSnapshot
	names, states := textStates(s)
	for i, state := range states {
		text, err := state.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("optim: state of %s: %w", names[i], err)
		}
		saved = append(saved, ScheduleSnapshot{names[i], string(text)})
	}
	return saved, nil
}

// restoreSchedule sets the states inside of s to the saved ones if there are the
// same. On error all are as they were.
func restoreSchedule(s Schedule, saved []ScheduleSnapshot) error {
	names, states := textStates(s)
	if len(saved) != len(states) {
		return nil
	}
	for i, name := range names {
		if saved[i].Type != name {
			return nil
		}
	}
	before, err := snapshotSchedule(s)
	if err != nil {
		return err
	}
	for i, state := range states {
		if err := state.UnmarshalText([]byte(saved[i].State)); err != nil {
			for j := range i {
				// The schedule's own words, which it should understand.
				_ = states[j].UnmarshalText([]byte(before[j].State))
			}
			return fmt.Errorf("optim: snapshot's state of %s: %w", names[i], err)
		}
	}
	return nil
}

// plateauText gives a Plateau's state as text. The Plateau has no such methods
// itself: they would hide its options from package json.
type plateauText struct{ *Plateau }

func (p plateauText) MarshalText() ([]byte, error) { return json.Marshal(p.State) }

func (p plateauText) UnmarshalText(text []byte) error {
	var s PlateauState
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	restored := *p.Plateau
	restored.State = s
	for _, o := range restored.options() {
		if err := checkValue[float64](o); err != nil {
			return err
		}
	}
	p.State = s
	return nil
}
