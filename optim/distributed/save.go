package distributed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/internal/files"
)

// SaveTo writes the state of s to the directory, which it makes if there is none, as the
// checkpoint of a step. All ranks call it; an error on one of them is one on all. Each writes
// its shard, and when rank 0 sees all of them, it writes the manifest: a saving that is interrupted
// anywhere leaves the checkpoints before as they were. Then it removes those beyond the last Keep, and
// what other savings have left behind when they were interrupted, an hour before or more. What
// has other names stays.
//
// Steps ascend: it is an error if there is a checkpoint of a later step already, for LoadLatest
// would go on there. Those that are corrupt SaveTo removes itself. The same step again replaces
// the checkpoint.
func SaveTo[T kernels.Float](d Dir, step int, s optim.ShardStateful[T]) error {
	return saveTo(saving{Dir: d, before: func(string) error { return nil }}, step, s)
}

// A saving is one of a Dir. before is called before each change of the directory.
type saving struct {
	Dir
	before func(change string) error
	later  []int // steps whose checkpoints are corrupt
}

func saveTo[T kernels.Float](d saving, step int, s optim.ShardStateful[T]) error {
	if err := d.checkTransport(); err != nil {
		return err
	}
	rank := d.Transport.Rank()
	first := message{Step: step}
	shard, err := shardFor(d.Dir, step, s)
	if err == nil && rank == 0 {
		first.ID = newID()
		if d.later, err = d.laterThan(step); err == nil {
			err = d.change("directory", func() error { return files.MakeDir(d.Path) })
		}
	}
	all, err := meet(d.Transport, first, err)
	if err != nil {
		return err
	}
	id := all[0].ID

	path := filepath.Join(d.Path, shardName(step, id, rank))
	mine := message{Step: step}
	err = d.change("shard", func() (err error) {
		mine.Shard, err = checkpoint.WriteShard(path, shard)
		return err
	})
	if all, err = meet(d.Transport, mine, err); err != nil {
		if all != nil { // rank 0 has heard of the error, too, and no manifest will name the file
			os.Remove(path)
		}
		return err
	}

	if rank == 0 {
		var shards []checkpoint.ShardFile
		for _, m := range all {
			shards = append(shards, m.Shard)
		}
		err = d.conclude(newManifest(id, step, shard, shards))
	}
	_, err = meet(d.Transport, message{Step: step}, err)
	return err
}

// shardFor returns this rank's shard. The run's own state, which all ranks have, is in that of
// rank 0 alone.
func shardFor[T kernels.Float](d Dir, step int, s optim.ShardStateful[T]) (*optim.Snapshot[T], error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	if step < 0 {
		return nil, fmt.Errorf("distributed: Dir %s: step %d, want 0 or more", d.Path, step)
	}
	if err := checkRank(d, s); err != nil {
		return nil, err
	}
	shard, err := s.SnapshotShard()
	if err == nil && d.Transport.Rank() > 0 {
		shard.Run, shard.Extra, shard.ExtraVectors = nil, nil, nil
	}
	return shard, err
}

// checkRank returns an error unless s is of the Dir's ranks.
func checkRank[T kernels.Float](d Dir, s optim.ShardStateful[T]) error {
	if isNil(s) {
		return fmt.Errorf("distributed: Dir %s: %T is nil", d.Path, s)
	}
	rank, size := s.Rank()
	if r, n := d.Transport.Rank(), d.Transport.Size(); r != rank || n != size {
		return fmt.Errorf("distributed: Dir %s has the Transport of rank %d of %d, and %T is rank %d of %d", d.Path, r, n, s, rank, size)
	}
	return nil
}

// conclude writes the manifest and removes what it replaces.
func (d saving) conclude(m *manifest) error {
	if err := d.sees(m); err != nil {
		return err
	}
	text, err := m.encode()
	if err != nil {
		return fmt.Errorf("distributed: %w", err)
	}
	path, replaced := d.File(m.Step), ""
	if old, err := readManifest(path); err == nil {
		replaced = old.ID
	}
	err = d.change("manifest", func() error {
		return files.Replace(path, func(f *os.File) error {
			_, err := f.Write(text)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("distributed: %s: %w", path, err)
	}
	err = d.clean(m.Step, d.later, replaced, func(path string) error {
		err := d.change("removal of "+filepath.Base(path), func() error { return os.Remove(path) })
		if errors.Is(err, fs.ErrNotExist) { // another process may have done it
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("distributed: %s: it is in place, but what it replaces is not removed: %w", path, err)
	}
	return nil
}

// sees returns an error unless the shards of all ranks are in this rank's directory. Where each
// machine has its own, every rank writes without an error what nobody can load.
func (d Dir) sees(m *manifest) error {
	for rank, f := range m.Shards {
		info, err := os.Stat(filepath.Join(d.Path, f.Name))
		if err == nil && info.Size() != f.Size {
			err = fmt.Errorf("%s has %d bytes, want %d", f.Name, info.Size(), f.Size)
		}
		if err != nil {
			return fmt.Errorf("distributed: Dir %s: rank 0 does not see what rank %d has written; all ranks must have one directory: %w", d.Path, rank, err)
		}
	}
	return nil
}

// change changes the directory, unless that is not to be.
func (d saving) change(what string, f func() error) error {
	if err := d.before(what); err != nil {
		return err
	}
	return f()
}
