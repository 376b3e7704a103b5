package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A ScheduleSnapshot is the state of a schedule, the optimizer's own or one inside
// of it, whose rate depends on more than the number of steps. These are [Plateau]
// and schedules with the methods of encoding.TextMarshaler and
// encoding.TextUnmarshaler; if the latter's gives an error, it must have changed
// nothing. An [Observer] without them cannot be saved.
type ScheduleSnapshot struct {
	Type  string `json:"type"`  // its Go type
	State string `json:"state"` // what MarshalText returns, or a PlateauState as JSON
}

// stateOf returns the schedule's own state, if it has one.
func stateOf(s Schedule) (state textState, ok bool) {
	if p, ok := s.(interface{ text() textState }); ok {
		return p.text(), true
	}
	state, ok = s.(textState)
	return state, ok
}

// textStates returns the schedules with a state, each once: s itself or inside of
// s.
func textStates(s Schedule) (names []string, states []textState) {
	for _, s := range search(s, func(s Schedule) bool { _, ok := stateOf(s); return ok }) {
		state, _ := stateOf(s)
		names, states = append(names, typeName(s)), append(states, state)
	}
	return names, states
}

// checkSavable returns an error if s has an Observer whose state cannot be had: a
// run that went on without it would not be the same.
func checkSavable(s Schedule) error {
	for _, s := range search(s, func(s Schedule) bool {
		_, has := stateOf(s)
		_, needs := s.(Observer)
		return has || needs
	}) {
		if _, ok := stateOf(s); !ok {
			return fmt.Errorf("optim: the schedule %s follows a metric and cannot be saved: it has no MarshalText and UnmarshalText", typeName(s))
		}
	}
	return nil
}

func snapshotSchedule(s Schedule) ([]ScheduleSnapshot, error) {
	if err := checkSavable(s); err != nil {
		return nil, err
	}
	names, states := textStates(s)
	texts, err := saveTexts(names, states)
	if err != nil {
		return nil, err
	}
	var saved []ScheduleSnapshot
	for i, text := range texts {
		saved = append(saved, ScheduleSnapshot{names[i], text})
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
	var texts []string
	for i, name := range names {
		if saved[i].Type != name {
			return nil
		}
		texts = append(texts, saved[i].State)
	}
	_, err := restoreTexts(names, states, texts)
	return err
}

// text gives a Plateau's state as text. The Plateau has no such methods itself:
// they would hide its options from package json.
func (p *Plateau) text() textState {
	return jsonText[PlateauState]{
		func() PlateauState { return p.State },
		func(s PlateauState) error {
			restored := *p
			restored.State = s
			for _, o := range restored.options() {
				if err := domain.CheckValue[float64](o); err != nil {
					return err
				}
			}
			p.State = s
			return nil
		},
	}
}
