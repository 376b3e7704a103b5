package distributed

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// LoadLatest restores the state of s from the directory's newest checkpoint, which may be of
// another number of ranks, and returns its step. All ranks call it; each reads what it needs, and
// an error on one of them is one on all. Without a checkpoint, or without the directory, found
// is false and s is as it was.
//
// If a file of the newest is missing, is not whole, or is of another checkpoint, it takes the one
// before, and so on, and returns a [*checkpoint.FallbackError] beside step and found: steps are
// lost that the run had saved, which the caller should know, and may accept. On any other error
// s is as it was. One is that all checkpoints are corrupt; another, that one is whole but does
// not fit s, or cannot be read: then none before it is tried.
func LoadLatest[T kernels.Float](d Dir, s optim.ShardStateful[T]) (step int, found bool, err error) {
	if err := d.checkTransport(); err != nil {
		return 0, false, err
	}
	err = checkRank(d, s)
	if d.Path == "" {
		err = d.Validate()
	}
	var damaged []error
	last := -1 // the oldest step that was tried
	for {
		m, newer, err := d.find(last, err)
		if err != nil {
			return 0, false, err
		}
		if damaged = append(damaged, newer...); m == nil {
			break
		}
		last = m.Step
		corrupt, err := d.verify(m)
		if err != nil {
			return 0, false, err
		}
		if corrupt != nil {
			damaged = append(damaged, corrupt)
			continue
		}
		if err := restore(d, m, s); err != nil {
			return 0, false, err
		}
		if damaged != nil {
			return m.Step, true, &checkpoint.FallbackError{Path: d.File(m.Step), Corrupt: damaged}
		}
		return m.Step, true, nil
	}
	if damaged != nil {
		return 0, false, fmt.Errorf("distributed: Dir %s: all is corrupt: %w", d.Path, errors.Join(damaged...))
	}
	return 0, false, nil
}

// find returns the newest manifest that is whole, of a step before the last one that was tried,
// unless that is negative; nil if there is none. Rank 0 looks, for all. damaged says what is
// wrong with those between.
func (d Dir) find(last int, err error) (m *manifest, damaged []error, failed error) {
	mine := message{}
	if err == nil && d.Transport.Rank() == 0 {
		var steps []int
		steps, err = d.Steps()
		for _, step := range slices.Backward(steps) {
			if last >= 0 && step >= last {
				continue
			}
			found, readErr := readManifest(d.File(step))
			if readErr == nil {
				mine.Manifest, err = found.encode()
				break
			}
			if errors.Is(readErr, fs.ErrNotExist) {
				continue // another process has removed it
			}
			if !isCorrupt(readErr) {
				err = readErr
				break
			}
			mine.Damaged = append(mine.Damaged, readErr.Error())
		}
	}
	all, err := meet(d.Transport, mine, err)
	if err != nil {
		return nil, nil, err
	}
	for _, text := range all[0].Damaged {
		damaged = append(damaged, errors.New(text))
	}
	if all[0].Manifest == nil {
		return nil, damaged, nil
	}
	m, err = parseManifest(all[0].Manifest)
	return m, damaged, err
}

// verify reads all shards of a checkpoint, each rank some of them. corrupt says what of them is
// not whole.
func (d Dir) verify(m *manifest) (corrupt, err error) {
	mine := message{Step: m.Step}
	for i := d.Transport.Rank(); i < len(m.Shards); i += d.Transport.Size() {
		if err = m.Shards[i].Verify(d.Path); err != nil {
			mine.Corrupt = isCorrupt(err)
			break
		}
	}
	all, err := meet(d.Transport, mine, err)
	if err == nil {
		return nil, nil
	}
	for _, m := range all {
		if m.Err != "" && !m.Corrupt {
			return nil, err
		}
	}
	if all == nil { // the transport's
		return nil, err
	}
	return err, nil
}

// restore reads this rank's part of a checkpoint and restores it.
func restore[T kernels.Float](d Dir, m *manifest, s optim.ShardStateful[T]) error {
	like, err := s.SnapshotShard()
	if err == nil {
		like, err = checkpoint.ReadShards(d.Path, m.Shards, like)
	}
	if _, err := meet(d.Transport, message{Step: m.Step}, err); err != nil {
		return err
	}
	return s.RestoreShard(like)
}
