package optim

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strconv"
)

// A textState is a state that can be saved as text.
type textState interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// saveTexts returns the states' texts.
func saveTexts(names []string, states []textState) ([]string, error) {
	var texts []string
	for i, state := range states {
		text, err := state.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("optim: state of %s: %w", names[i], err)
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

// restoreTexts sets the states to those of the texts. On error all are as they
// were; undo brings them there, too.
func restoreTexts(names []string, states []textState, texts []string) (undo func(), err error) {
	before, err := saveTexts(names, states)
	if err != nil {
		return nil, err
	}
	done := 0
	undo = func() {
		for i := range done {
			// The state's own words, which it should understand.
			_ = states[i].UnmarshalText([]byte(before[i]))
		}
	}
	for ; done < len(states); done++ {
		if err := states[done].UnmarshalText([]byte(texts[done])); err != nil {
			undo()
			return nil, fmt.Errorf("optim: snapshot's state of %s: %w", names[done], err)
		}
	}
	return undo, nil
}

// A jsonText is a state whose text is the JSON form of an S.
type jsonText[S any] struct {
	get func() S
	set func(S) error
}

func (t jsonText[S]) MarshalText() ([]byte, error) { return json.Marshal(t.get()) }

func (t jsonText[S]) UnmarshalText(text []byte) error {
	var s S
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	return t.set(s)
}

// A real is a number that is a string in JSON, which has no infinities and no NaN.
type real float64

func (x real) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(x), 'g', -1, 64), nil
}

func (x *real) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	*x = real(v)
	return err
}
