// Package engine answers what the lab's page asks. It knows nothing of browsers: the page asks it
// through WebAssembly, and tests ask it directly.
//
// A question is a method's name, the experiment as package spec writes it, and arguments of the
// method's own. The answer depends on these alone, but for methods that go on with what takes
// long, tuning and training, and for those that show how far a training has come.
package engine

import (
	"fmt"
	"maps"
	"runtime/debug"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// An Engine remembers its last answers, since a page asks about the same experiment for every
// frame. It is not safe for concurrent use.
type Engine struct {
	races     memory[*race.Result]
	tuners    memory[*race.Tuner]
	trainings memory[*training]
	problems  []spec.Problem // of the present question's text
}

// New returns an Engine.
func New() *Engine { return &Engine{} }

// A handler answers the questions of one method.
type handler func(e *Engine, s *spec.State, args string) (*Reply, error)

// handlers has all methods, each in the list of its subject's file.
var handlers = joined(
	stateHandlers, surfaceHandlers,
	raceHandlers, tuneHandlers, secondHandlers, mapHandlers, noiseHandlers, rateHandlers,
	inspectHandlers, formatHandlers,
	networkHandlers, tourHandlers,
)

func joined(lists ...map[string]handler) map[string]handler {
	all := make(map[string]handler)
	for _, list := range lists {
		maps.Copy(all, list)
	}
	return all
}

// Call answers a question. args is JSON, or empty. A question that cannot be answered
// gets a Reply with an Error.
func (e *Engine) Call(method, query, args string) (r *Reply) {
	defer func() {
		if p := recover(); p != nil {
			r = &Reply{Error: fmt.Sprintf("%s: %v\n%s", method, p, debug.Stack())}
		}
	}()
	h := handlers[method]
	if h == nil {
		return &Reply{Error: fmt.Sprintf("no method %q", method)}
	}
	var state *spec.State
	state, e.problems = spec.Parse(query)
	r, err := h(e, state, args)
	if err != nil {
		return &Reply{Error: err.Error()}
	}
	return r
}
