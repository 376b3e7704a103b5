package engine

import "github.com/seed63264101/steepest/examples/lab/spec"

// A memory keeps the last answer to a question.
type memory[V any] struct {
	question string
	answer   V
	known    bool
}

// of returns the answer to a question, which ask finds if it is not the last one.
func (m *memory[V]) of(question string, ask func() (V, error)) (V, error) {
	if m.known && m.question == question {
		return m.answer, nil
	}
	answer, err := ask()
	if err == nil {
		*m = memory[V]{question, answer, true}
	}
	return answer, err
}

// subject returns the text of an experiment without what the page shows of it, on which no
// number depends.
func subject(s *spec.State) string {
	c := *s
	c.View = spec.Default().View
	return c.Format()
}
