package distributed

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/optim/checkpoint"
)

// A message is what a rank tells the others at a point of saving or loading.
type message struct {
	Err     string `json:",omitempty"`
	Corrupt bool   `json:",omitempty"` // whether Err is of a checkpoint that is not whole
	Step    int
	ID      string               `json:",omitempty"`
	Shard   checkpoint.ShardFile `json:",omitzero"`

	Manifest []byte   `json:",omitempty"` // of the checkpoint that rank 0 has found
	Damaged  []string `json:",omitempty"` // what is wrong with newer ones
}

// meet brings the messages of all ranks to all. It returns an error if one of them has an error,
// or of the transport; err is this rank's own.
func meet(t Transport, mine message, err error) ([]message, error) {
	if err != nil {
		mine.Err = err.Error()
	}
	text, failed := json.Marshal(mine)
	if failed != nil {
		return nil, failed
	}
	// The lengths come first.
	lens := rooms(t.Size(), func(int) int { return 8 })
	binary.LittleEndian.PutUint64(lens[t.Rank()], uint64(len(text)))
	if err := t.AllGather(lens[t.Rank()], lens); err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	texts := rooms(t.Size(), func(r int) int { return int(binary.LittleEndian.Uint64(lens[r])) })
	copy(texts[t.Rank()], text)
	if err := t.AllGather(texts[t.Rank()], texts); err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	all := make([]message, t.Size())
	var errs []error
	for r, text := range texts {
		if err := json.Unmarshal(text, &all[r]); err != nil {
			return nil, fmt.Errorf("distributed: what rank %d says: %w", r, err)
		}
		if r != t.Rank() && all[r].Err != "" {
			errs = append(errs, fmt.Errorf("rank %d: %s", r, all[r].Err))
		}
	}
	switch {
	case err != nil:
		return all, err
	case len(errs) > 0:
		return all, fmt.Errorf("distributed: %w", errors.Join(errs...))
	}
	for r, m := range all {
		if m.Step != all[0].Step {
			return all, fmt.Errorf("distributed: rank %d is at step %d, and rank 0 at step %d", r, m.Step, all[0].Step)
		}
	}
	return all, nil
}

// rooms returns memory for what each rank sends.
func rooms(size int, n func(rank int) int) [][]byte {
	all := make([][]byte, size)
	for r := range all {
		all[r] = make([]byte, n(r))
	}
	return all
}
