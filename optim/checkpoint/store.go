package checkpoint

import (
	"errors"

	"github.com/seed63264101/steepest/kernels"
)

// String returns the Path.
func (d Dir) String() string { return d.Path }

// SaveFloat32 is [SaveTo]. With the methods beside it a Dir is a train.Store.
func (d Dir) SaveFloat32(step int, s Stateful[float32]) error { return SaveTo(d, step, s) }

// SaveFloat64 is [SaveTo].
func (d Dir) SaveFloat64(step int, s Stateful[float64]) error { return SaveTo(d, step, s) }

// LoadFloat32 is [LoadLatest], with 0 for the step where no checkpoint is found. fallback is
// its [*FallbackError], or nil.
func (d Dir) LoadFloat32(s Stateful[float32]) (step int, fallback, err error) {
	return loadLatest(d, s)
}

// LoadFloat64 is LoadFloat32 for float64.
func (d Dir) LoadFloat64(s Stateful[float64]) (step int, fallback, err error) {
	return loadLatest(d, s)
}

func loadLatest[T kernels.Float](d Dir, s Stateful[T]) (step int, fallback, err error) {
	step, _, err = LoadLatest(d, s)
	if older, ok := errors.AsType[*FallbackError](err); ok {
		return step, older, nil
	}
	return step, nil, err
}
