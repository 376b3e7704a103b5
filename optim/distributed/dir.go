package distributed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/optim/internal/files"
)

// A Dir is a directory with the last checkpoints of a run on several ranks, which all of them
// see, as on a cluster's file system. Each rank writes its own shard, and on loading reads what
// it needs of all shards: so that no process needs the memory for the whole state, and a run
// goes on on any number of ranks. [SaveTo] and [LoadLatest] write and read it, and [Read] reads
// a checkpoint without ranks.
//
// A checkpoint of step 7 is a file step-0000000007.json, the manifest, which names the files of
// the shards, step-0000000007-ID-RANK.safetensors. The ID is another one each time that a
// checkpoint is saved. A shard is a file as package checkpoint writes it.
type Dir struct {
	Path string
	Keep int // checkpoints that stay, those of the last steps; 1 or more

	Transport Transport // that of the optimizer
}

// Validate returns an error unless SaveTo can use the Dir.
func (d Dir) Validate() error {
	if err := d.checkTransport(); err != nil {
		return err
	}
	switch {
	case d.Path == "":
		return errors.New("distributed: Dir without a Path")
	case d.Keep < 1:
		return fmt.Errorf("distributed: Dir %s: Keep = %d, want 1 or more", d.Path, d.Keep)
	}
	return nil
}

// checkTransport returns an error if there is no way to tell the other ranks of any.
func (d Dir) checkTransport() error {
	if isNil(d.Transport) {
		return fmt.Errorf("distributed: Dir %s without a Transport", d.Path)
	}
	return nil
}

// isNil reports whether there is nothing to call methods of.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil()
}

// What the names of a Dir's files end with.
const (
	manifestSuffix = ".json"
	shardSuffix    = ".safetensors"
)

// File returns the path of the step's manifest, which [Read] takes. With fewer than eleven digits
// of the step, names sort by it.
func (d Dir) File(step int) string {
	return filepath.Join(d.Path, files.StepName(step, manifestSuffix))
}

// shardName returns the name of a rank's shard.
func shardName(step int, id string, rank int) string {
	return files.StepName(step, fmt.Sprintf("-%s-%05d%s", id, rank, shardSuffix))
}

// parseShardName is the inverse of shardName.
func parseShardName(name string) (step int, id string, ok bool) {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(name, files.StepPrefix), shardSuffix), "-")
	if len(parts) != 3 {
		return 0, "", false
	}
	step, err := strconv.Atoi(parts[0])
	rank, errRank := strconv.Atoi(parts[2])
	if err != nil || errRank != nil || step < 0 || rank < 0 || !isID(parts[1]) {
		return 0, "", false
	}
	return step, parts[1], shardName(step, parts[1], rank) == name
}

// Steps returns the steps whose manifests are there, ascending. There are none if there is no
// directory.
func (d Dir) Steps() ([]int, error) {
	steps, err := files.Steps(d.Path, manifestSuffix)
	if err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	return steps, nil
}

// laterThan returns the later steps in the directory, whose checkpoints must all be corrupt.
func (d Dir) laterThan(step int) ([]int, error) {
	steps, err := d.Steps()
	if err != nil {
		return nil, err
	}
	later := files.Later(steps, step)
	for _, s := range later {
		_, err := readVerified(d.File(s))
		if err == nil {
			return nil, fmt.Errorf("distributed: Dir %s: there is step %d already, which is later than step %d", d.Path, s, step)
		}
		if !isCorrupt(err) {
			return nil, fmt.Errorf("distributed: Dir %s: step %d is later than step %d, and it cannot be read: %w", d.Path, s, step, err)
		}
	}
	return later, nil
}

// isCorrupt reports whether an error says that a checkpoint is not whole, and not that it cannot
// be read.
func isCorrupt(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	return !path || errors.Is(err, fs.ErrNotExist)
}

// clean removes what the manifest of a step has replaced: the later ones, which are corrupt, those
// beyond Keep, the one of the same step, whose ID is given, and then all shards of these. Shards of
// other savings that came to no manifest go when they are old.
func (d Dir) clean(step int, later []int, replaced string, remove func(path string) error) error {
	var errs []error
	steps, err := d.Steps()
	errs = append(errs, err)
	gone := append(slices.Clone(later), steps[:max(0, len(steps)-len(later)-d.Keep)]...)
	removed := map[string]bool{replaced: true}
	for _, s := range gone {
		if m, err := readManifest(d.File(s)); err == nil {
			removed[m.ID] = true
		}
		errs = append(errs, remove(d.File(s)))
	}
	named, corrupt := make(map[string]bool), make(map[int]bool)
	for _, s := range steps {
		if m, err := readManifest(d.File(s)); err == nil {
			for _, f := range m.Shards {
				named[f.Name] = true
			}
		} else if !slices.Contains(gone, s) {
			if !isCorrupt(err) {
				return errors.Join(append(errs, err)...)
			}
			corrupt[s] = true // its shards stay as long as it does
		}
	}
	// The age is by the clock of the file system, which is not always this machine's.
	now, err := os.Stat(d.File(step))
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	entries, err := os.ReadDir(d.Path)
	errs = append(errs, err)
	for _, e := range entries {
		s, id, ok := parseShardName(e.Name())
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || named[e.Name()] || ok && corrupt[s] || !ok && !files.IsTemp(e.Name()) {
			continue
		}
		if ok && removed[id] || now.ModTime().Sub(info.ModTime()) >= files.Abandoned {
			errs = append(errs, remove(filepath.Join(d.Path, e.Name())))
		}
	}
	return errors.Join(errs...)
}
