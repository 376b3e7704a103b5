package spec

import (
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// A Problem is something that a text says and that cannot be.
type Problem struct {
	Key     string `json:"key"`     // "run", "steps", ...
	Text    string `json:"text"`    // the value as it stands there
	Message string `json:"message"` // what is wrong, and what is taken instead
}

// Default returns the experiment of an empty text.
func Default() *State {
	p, err := surface.Find("rosenbrock").New()
	if err != nil {
		panic(err)
	}
	return &State{
		Surface: p, Start: p.Kind.Start, Steps: 500, Budget: 20, Target: 1e-3,
		Runs: []Run{{Method: "Adam", Rule: optim.NewAdam(0.01), LR: 0.01}},
		View: View{Tab: "race", Axis: "log", Theme: "auto"},
	}
}

// Parse returns the experiment of a text. What cannot be is a Problem and left as Default has it.
func Parse(query string) (*State, []Problem) { return Default(), nil }
