// Package state saves and restores the states of several things as texts, all or none of
// them.
package state

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// A Saver is a thing with a state. It is package schedule's Saver, and package train's.
type Saver interface {
	SaveState() (string, error)
	RestoreState(state string) error
}

// A Part is a Saver with a name for messages.
type Part struct {
	Name string
	Saver
}

// Save returns the parts' states.
func Save(parts []Part) ([]string, error) {
	var states []string
	for _, p := range parts {
		s, err := p.SaveState()
		if err != nil {
			return nil, fmt.Errorf("state of %s: %w", p.Name, err)
		}
		states = append(states, s)
	}
	return states, nil
}

// Restore sets the parts' states. On error all are as they were; undo brings them there,
// too.
func Restore(parts []Part, states []string) (undo func(), err error) {
	before, err := Save(parts)
	if err != nil {
		return nil, err
	}
	done := 0
	undo = func() {
		for i := range done {
			// The part's own words, which it should understand.
			_ = parts[i].RestoreState(before[i])
		}
	}
	for ; done < len(parts); done++ {
		if err := parts[done].RestoreState(states[done]); err != nil {
			undo()
			return nil, fmt.Errorf("snapshot's state of %s: %w", parts[done].Name, err)
		}
	}
	return undo, nil
}

// JSON returns a state as text.
func JSON(s any) (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// FromJSON returns the state whose text JSON has made.
func FromJSON[S any](text string) (s S, err error) {
	err = json.Unmarshal([]byte(text), &s)
	return s, err
}

// A Real is a number that is a string in JSON, which has no infinities and no NaN.
type Real float64

// MarshalText returns the shortest decimal number that is read back as x.
func (x Real) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(x), 'g', -1, 64), nil
}

// UnmarshalText reads what MarshalText has written.
func (x *Real) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	*x = Real(v)
	return err
}
