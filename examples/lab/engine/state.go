package engine

import (
	"encoding/json"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

var stateHandlers = map[string]handler{
	"state":   answerState,
	"catalog": answerCatalog,
}

// answerState says what a text means: its canonical form, what is wrong with it, and every value
// as text.
func answerState(e *Engine, s *spec.State, _ json.RawMessage) (*Reply, error) {
	return &Reply{Value: struct {
		Query    string         `json:"query"`
		Problems []spec.Problem `json:"problems"`
		State    *spec.Expanded `json:"state"`
	}{s.Format(), e.problems, s.Expand()}}, nil
}

// answerCatalog says what a text may say.
func answerCatalog(*Engine, *spec.State, json.RawMessage) (*Reply, error) {
	return &Reply{Value: spec.NewCatalog()}, nil
}
