package train

import (
	"fmt"
	"reflect"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Store keeps the last checkpoints of one run, one for each step that was saved. A
// *checkpoint.Dir is one, and package train does not know it: a program that saves nothing
// links neither files nor digests.
type Store interface {
	Validate() error       // of the options
	String() string        // where it is; stores with one text are one
	Steps() ([]int, error) // whose checkpoints there are, ascending

	// SaveFloat32 keeps the state of s as the checkpoint of a step, which is not below those
	// that are there, or fails and leaves all as it was.
	SaveFloat32(step int, s optim.Stateful[float32]) error
	SaveFloat64(step int, s optim.Stateful[float64]) error

	// LoadFloat32 restores s from the newest checkpoint that is whole, and returns its step, or 0
	// if there is none. fallback says what is wrong with newer ones. If it returns err, s is
	// as it was.
	LoadFloat32(s optim.Stateful[float32]) (step int, fallback, err error)
	LoadFloat64(s optim.Stateful[float64]) (step int, fallback, err error)
}

// A ShardStore is a Store in which each rank of a Distributed optimizer keeps its own part of the
// state. All ranks call its methods together, with an [optim.ShardStateful], and an error on one
// must be one on all. Of another Store rank 0 alone calls the methods that save, with a whole
// snapshot, and all those that load, of the same files.
type ShardStore interface {
	Store
	KeepsShards()
}

// checkStore returns an error for a Store that cannot be used.
func checkStore(s Store) error {
	if v := reflect.ValueOf(s); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("Checkpoints is a nil %T", s)
	}
	return s.Validate()
}

// saveTo saves a run as the checkpoint of a step.
func saveTo[T kernels.Float](s Store, step int, run optim.Stateful[T]) error {
	if run, ok := run.(optim.Stateful[float32]); ok {
		return s.SaveFloat32(step, run)
	}
	return s.SaveFloat64(step, run.(optim.Stateful[float64]))
}

// loadFrom restores a run from the newest checkpoint.
func loadFrom[T kernels.Float](s Store, run optim.Stateful[T]) (step int, fallback, err error) {
	if run, ok := run.(optim.Stateful[float32]); ok {
		return s.LoadFloat32(run)
	}
	return s.LoadFloat64(run.(optim.Stateful[float64]))
}
