package optim

import "fmt"

// failAfterSkips is the default of [FailAfterSkips] without an adapting loss scale:
// more than a few odd mini-batches, and few enough to end a lost run at once.
const failAfterSkips = 10

// FailAfterSkips sets after how many skipped steps in a row Step returns a
// *[SkippedError]; 0 is never. Without it that is 10, or never if the loss scale
// adapts itself ([WithLossScaler]), which skips steps to find its value. n must not
// be negative.
func FailAfterSkips(n int) Option {
	return func(c *config) { c.failAfter = optional[float64]{true, float64(n)} }
}

// A SkippedError says that a step was skipped like several before it: a run that
// goes on learns nothing. The step itself is like any other that is skipped, and
// another one can be tried. See [FailAfterSkips].
type SkippedError struct {
	Step   int    // number of the step that could not be taken, from 1
	Count  int    // skipped steps in a row
	Reason Reason // of the last one
}

// Error returns the reason in words, with the parameter and the element.
func (e *SkippedError) Error() string {
	return fmt.Sprintf("optim: step %d: %d skipped in a row, the last because the %v", e.Step, e.Count, e.Reason)
}

// A skipCount counts skipped steps.
type skipCount struct {
	total int
	inRow int
}

// update follows a step.
func (s *skipCount) update(c *config, r *Report) error {
	if !r.Skipped {
		s.inRow = 0
		return nil
	}
	s.total++
	s.inRow++
	if n := int(c.failAfter.value); n == 0 || s.inRow < n {
		return nil
	}
	return &SkippedError{r.Step, s.inRow, r.Reason}
}
