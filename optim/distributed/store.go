package distributed

import (
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// String returns the Path.
func (d Dir) String() string { return d.Path }

// KeepsShards says that a train.Run is to call the methods of a Dir on all ranks.
func (d Dir) KeepsShards() {}

// SaveFloat32 is [SaveTo], for what is an [optim.ShardStateful]. With the methods beside it a Dir
// is a train.Store, and a train.ShardStore.
func (d Dir) SaveFloat32(step int, s optim.Stateful[float32]) error { return save(d, step, s) }

// SaveFloat64 is SaveFloat32 for float64.
func (d Dir) SaveFloat64(step int, s optim.Stateful[float64]) error { return save(d, step, s) }

// LoadFloat32 is [LoadLatest], with 0 for the step where no checkpoint is found. fallback is its
// [*checkpoint.FallbackError], or nil.
func (d Dir) LoadFloat32(s optim.Stateful[float32]) (step int, fallback, err error) {
	return load(d, s)
}

// LoadFloat64 is LoadFloat32 for float64.
func (d Dir) LoadFloat64(s optim.Stateful[float64]) (step int, fallback, err error) {
	return load(d, s)
}

func save[T kernels.Float](d Dir, step int, s optim.Stateful[T]) error {
	shards, err := shardsOf(d, s)
	if err != nil {
		return err
	}
	return SaveTo(d, step, shards)
}

func load[T kernels.Float](d Dir, s optim.Stateful[T]) (step int, fallback, err error) {
	shards, err := shardsOf(d, s)
	if err != nil {
		return 0, nil, err
	}
	step, _, err = LoadLatest(d, shards)
	if older, ok := errors.AsType[*checkpoint.FallbackError](err); ok {
		return step, older, nil
	}
	return step, nil, err
}

func shardsOf[T kernels.Float](d Dir, s optim.Stateful[T]) (optim.ShardStateful[T], error) {
	if shards, ok := s.(optim.ShardStateful[T]); ok {
		return shards, nil
	}
	return nil, fmt.Errorf("distributed: Dir %s: %T has no shards: want an optim.ShardStateful", d.Path, s)
}
