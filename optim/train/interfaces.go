package train

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// The interfaces that what watches a run may have besides, this package's and a user's own.

// A Validator has options that may be out of their domains. [NewRun] asks its rules.
type Validator interface {
	// Validate returns an error that names the option and its value.
	Validate() error
}

// A Saver has a state that is saved with a [Run], say a [StopRule] that counts.
type Saver interface {
	// SaveState returns the state as text.
	SaveState() (state string, err error)
	// RestoreState goes to a state that SaveState has returned. If it gives an error, it
	// must have changed nothing.
	RestoreState(state string) error
}

// A VectorSaver is a Saver with vectors in its state, which need not go through text.
type VectorSaver[T kernels.Float] interface {
	Saver
	// Params returns the vectors themselves, to be read and written, each with a name and in
	// Value.
	Params() []optim.Param[T]
}

// A MetricRule is a [StopRule] that goes by metrics alone: [NewRun] wants Validate with it.
// It is asked also where nothing is known of the last iteration but its number.
type MetricRule interface {
	StopRule
	// Best returns the best metric so far. There is none before the first.
	Best() (metric float64, ok bool)
}

// A Keeper is a [StopRule] that keeps the best parameters.
type Keeper interface {
	StopRule
	// Restore sets the parameters to the best, and reports whether there were any. [Run.Fit]
	// calls it where this rule has ended the run.
	Restore() bool
}

// validate returns an error for options out of their domains, with the type's name.
func validate(v any) error {
	if v, ok := v.(Validator); ok {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("train: %s: %w", typeName(v), err)
		}
	}
	return nil
}

// typeName returns the type's name for messages, which begin with train anyway.
func typeName(v any) string { return strings.TrimPrefix(fmt.Sprintf("%T", v), "train.") }
