package engine

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/snippet"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var stateHandlers = map[string]handler{
	"state":   answerState,
	"catalog": answerCatalog,
	"snippet": answerSnippet,
}

// answerState says what a text means: its canonical form, what is wrong with it, and every value
// as text.
func answerState(e *Engine, s *spec.State, _ string) (*Reply, error) {
	return &Reply{Value: struct {
		Query    string         `json:"query"`
		Problems []spec.Problem `json:"problems"`
		State    *spec.Expanded `json:"state"`
	}{s.Format(), e.problems, s.Expand()}}, nil
}

// answerCatalog says what a text may say.
func answerCatalog(*Engine, *spec.State, string) (*Reply, error) {
	return &Reply{Value: spec.NewCatalog()}, nil
}

// answerSnippet returns the program that repeats the experiment, or one of its runs, and how to
// run it. Rates that were looked for are numbers there.
func answerSnippet(e *Engine, s *spec.State, args string) (*Reply, error) {
	a := struct{ Run int }{-1}
	if err := arguments(args, &a); err != nil {
		return nil, err
	}
	s, err := e.settled(s)
	if err != nil {
		return nil, err
	}
	if a.Run >= 0 {
		if a.Run >= len(s.Runs) {
			return nil, fmt.Errorf("no run %d among %d", a.Run, len(s.Runs))
		}
		one := *s
		one.Runs = s.Runs[a.Run:][:1]
		one.View.Run = 0
		s = &one
	}
	program, err := snippet.Program(s)
	if err != nil {
		return nil, err
	}
	return &Reply{Value: struct {
		Program string `json:"program"`
		Command string `json:"command"`
	}{program, snippet.Command}}, nil
}
