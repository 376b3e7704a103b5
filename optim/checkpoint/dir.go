package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/files"
)

// A Dir is a directory with the last checkpoints of one run, one file for each step that was
// saved. [SaveTo] and [LoadLatest] write and read it.
type Dir struct {
	Path string
	Keep int // files that stay, those of the last steps; 1 or more
}

// Validate returns an error unless SaveTo can use the Dir.
func (d Dir) Validate() error {
	switch {
	case d.Path == "":
		return fmt.Errorf("checkpoint: Dir without a Path")
	case d.Keep < 1:
		return fmt.Errorf("checkpoint: Dir %s: Keep = %d, want 1 or more", d.Path, d.Keep)
	}
	return nil
}

// fileSuffix is what the names of a Dir's files end with.
const fileSuffix = ".safetensors"

// File returns the path of the step's checkpoint, which [Load], [Read] and [LoadWeights] take.
// With fewer than eleven digits of the step, names sort by it.
func (d Dir) File(step int) string {
	return filepath.Join(d.Path, files.StepName(step, fileSuffix))
}

// Steps returns the steps whose checkpoints are there, ascending. There are none if there is
// no directory.
func (d Dir) Steps() ([]int, error) {
	steps, err := files.Steps(d.Path, fileSuffix)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return steps, nil
}

// SaveTo writes the state of s to the directory, which it makes if there is none, as the
// checkpoint of a step. Once the file is on the disk it removes those beyond the last Keep, and
// files that a writer of this package has left behind when it was killed, an hour before or
// more. What has other names stays.
//
// Steps ascend: it is an error if there is a checkpoint of a later step already, for
// LoadLatest would go on there. Who goes back to an earlier step removes the later files, or
// takes another directory; those that are corrupt SaveTo removes itself. The same step again
// replaces the file.
func SaveTo[T kernels.Float](d Dir, step int, s Stateful[T]) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if step < 0 {
		return fmt.Errorf("checkpoint: Dir %s: step %d, want 0 or more", d.Path, step)
	}
	later, err := d.laterThan(step)
	if err != nil {
		return err
	}
	if err := files.MakeDir(d.Path); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := Save(d.File(step), s); err != nil {
		return err
	}
	if err := d.clean(step, later); err != nil {
		return fmt.Errorf("checkpoint %s: it is in place, but what it replaces is not removed: %w", d.File(step), err)
	}
	return nil
}

// laterThan returns the later steps in the directory, whose files must all be corrupt.
func (d Dir) laterThan(step int) ([]int, error) {
	steps, err := d.Steps()
	if err != nil {
		return nil, err
	}
	later := files.Later(steps, step)
	for _, s := range later {
		if whole, err := isWhole(d.File(s)); err != nil {
			return nil, fmt.Errorf("checkpoint: Dir %s: step %d is later than step %d, and it cannot be read: %w", d.Path, s, step, err)
		} else if whole {
			return nil, fmt.Errorf("checkpoint: Dir %s: there is step %d already, which is later than step %d", d.Path, s, step)
		}
	}
	return later, nil
}

// clean removes what step has replaced, and the later files, which are corrupt.
func (d Dir) clean(step int, later []int) error {
	var errs []error
	remove := func(path string) {
		// Another process may have done it.
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	for _, s := range later {
		remove(d.File(s))
	}
	steps, err := d.Steps()
	errs = append(errs, err)
	for _, s := range steps[:max(0, len(steps)-d.Keep)] {
		remove(d.File(s))
	}

	// The age is by the clock of the file system, which is not always this machine's.
	now, err := os.Stat(d.File(step))
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	entries, err := os.ReadDir(d.Path)
	errs = append(errs, err)
	for _, e := range entries {
		if !files.IsTemp(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && now.ModTime().Sub(info.ModTime()) >= files.Abandoned {
			remove(filepath.Join(d.Path, e.Name()))
		}
	}
	return errors.Join(errs...)
}

// A FallbackError says that [LoadLatest] has restored an older checkpoint than the newest.
type FallbackError struct {
	Path    string  // of the one that it has restored
	Corrupt []error // of those that are newer, with their names, the newest first
}

func (e *FallbackError) Error() string {
	return fmt.Sprintf("checkpoint %s: restored, because what is newer is corrupt: %v", e.Path, errors.Join(e.Corrupt...))
}

// Unwrap returns what is wrong with the newer ones.
func (e *FallbackError) Unwrap() []error { return e.Corrupt }

// LoadLatest restores the state of s from the directory's newest checkpoint, and returns its
// step. Without one, or without the directory, found is false and s is as it was.
//
// If the newest is corrupt, it takes the one before, and so on, and returns a
// [*FallbackError] beside step and found: steps are lost that the run had saved, which the
// caller should know, and may accept. On any other error s is as it was. One is that all
// checkpoints are corrupt; another, that one is whole but does not fit s, or cannot be read:
// then none before it is tried.
func LoadLatest[T kernels.Float](d Dir, s Stateful[T], opts ...LoadOption) (step int, found bool, err error) {
	if d.Path == "" {
		return 0, false, d.Validate()
	}
	if isNil(s) {
		return 0, false, fmt.Errorf("checkpoint: Dir %s: nothing to restore: %T is nil", d.Path, s)
	}
	steps, err := d.Steps()
	for err == nil {
		if step, found, err = loadNewest(d, steps, s, opts); !errors.Is(err, fs.ErrNotExist) {
			return step, found, err
		}
		// Another process has removed the file, for it has saved a newer one.
		seen, gone := steps, err
		if steps, err = d.Steps(); err == nil && slices.Equal(steps, seen) {
			return 0, false, gone
		}
	}
	return 0, false, err
}

// loadNewest is LoadLatest with the steps that are there, ascending.
func loadNewest[T kernels.Float](d Dir, steps []int, s Stateful[T], opts []LoadOption) (step int, found bool, err error) {
	var corrupt []error
	for _, step := range slices.Backward(steps) {
		path := d.File(step)
		loadErr := Load(path, s, opts...)
		if loadErr == nil {
			if corrupt != nil {
				err = &FallbackError{path, corrupt}
			}
			return step, true, err
		}
		if whole, err := isWhole(path); err != nil || whole {
			return 0, false, loadErr
		}
		corrupt = append(corrupt, loadErr)
	}
	if corrupt != nil {
		err = fmt.Errorf("checkpoint: Dir %s: all is corrupt: %w", d.Path, errors.Join(corrupt...))
	}
	return 0, false, err
}
