package distributed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/files"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// errDisk is the error of a disk that fails.
var errDisk = errors.New("the disk is full")

// errDied is what a rank panics with that dies.
var errDied = errors.New("a rank has died")

// onMortals is onRanks for ranks that may die. The transport ends the others then, as mpirun
// does.
func onMortals(size int, f func(t Transport)) {
	onRanks(size, func(t Transport) {
		defer func() {
			if r := recover(); r == errDied {
				t.Abort(errDied)
			} else if r != nil {
				panic(r)
			}
		}()
		f(t)
	})
}

// A trial is the saving of a step in which a rank's change of the directory, of a number, does not
// happen.
type trial struct {
	rank, change int
	dies         bool
}

const trialRanks, trialStep = 3, 3

// save goes on with the checkpoint in a directory, saves the next step, and returns what each rank
// has changed, and with which error it has come back.
func (c trial) save(t *testing.T, path string) (changes [trialRanks][]string, errs [trialRanks]error) {
	onMortals(trialRanks, func(tr Transport) {
		d, me := Dir{path, 2, tr}, tr.Rank()
		r := newRun(kinds[0], tr, 2)
		if step, _, err := LoadLatest(d, r); err != nil || step != trialStep-1 {
			t.Errorf("got the step %d: %v", step, err)
		}
		r.steps(trialStep)
		errs[me] = errDied // unless it comes back
		errs[me] = saveTo(saving{Dir: d, before: func(what string) error {
			if changes[me] = append(changes[me], what); me != c.rank || len(changes[me]) != c.change {
				return nil
			}
			if c.dies {
				panic(errDied)
			}
			return errDisk
		}}, trialStep, r)
	})
	return changes, errs
}

// TestInterrupted lets each change of the directory that a saving makes fail, and lets the rank
// die that is about to make it. Whatever is interrupted, the run goes on with this checkpoint or
// the one before, on another number of ranks, and ends with the bits of an undisturbed run.
func TestInterrupted(t *testing.T) {
	const last = trialStep + 2
	want := undisturbed(kinds[0], last)
	begun := t.TempDir()
	onRanks(trialRanks, func(tr Transport) {
		r := newRun(kinds[0], tr, 1)
		for step := 1; step < trialStep; step++ {
			r.steps(step)
			if err := SaveTo(Dir{begun, 2, tr}, step, r); err != nil {
				t.Error(err)
			}
		}
	})
	copied := func() string {
		path := filepath.Join(t.TempDir(), "run")
		if err := os.CopyFS(path, os.DirFS(begun)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	all, _ := trial{rank: -1}.save(t, copied())
	// The directory, a shard, the manifest, and the removal of a manifest and its shards.
	if got, want := len(all[0]), 4+trialRanks; got != want {
		t.Fatalf("%d changes, want %d: %q", got, want, all[0])
	}
	for rank, changes := range all {
		for i, what := range changes {
			for _, dies := range []bool{false, true} {
				if testing.Short() && i != 2 && rank != 1 {
					continue
				}
				c, path := trial{rank, i + 1, dies}, copied()
				name := fmt.Sprintf("rank %d, %s, dies %t", rank, what, dies)
				_, errs := c.save(t, path)
				for r, err := range errs {
					if dies {
						if !errors.Is(err, errDied) {
							t.Errorf("%s: rank %d has the error %v", name, r, err)
						}
						continue
					}
					opttest.WantError(t, err, errDisk.Error())
					if r != rank {
						opttest.WantError(t, err, fmt.Sprint("rank ", rank))
					}
				}
				goOn(t, name, path, want, i > 2)
			}
		}
	}
}

// goOn goes on in a directory with a checkpoint of trialStep, if that was saved, or of the one
// before, to the last step, whose bits are known.
func goOn(t *testing.T, name, path string, want []*optim.Snapshot[float32], saved bool) {
	t.Helper()
	first, last := trialStep-1, len(want)-1
	if saved {
		first = trialStep
	}
	for i, size := range []int{2, 4} {
		onRanks(size, func(tr Transport) {
			d, r := Dir{path, 2, tr}, newRun(kinds[0], tr, 7)
			step, _, err := LoadLatest(d, r)
			if err != nil || step != first+i {
				t.Errorf("%s: rank %d: got the step %d, want %d: %v", name, tr.Rank(), step, first+i, err)
			}
			if !reflect.DeepEqual(r.snapshot(), want[step]) {
				t.Errorf("%s: rank %d: other bits in the checkpoint of step %d", name, tr.Rank(), step)
			}
			r.steps(step + 1)
			if err := SaveTo(d, step+1, r); err != nil {
				t.Errorf("%s: rank %d: %v", name, tr.Rank(), err)
			}
			r.steps(last)
			if !reflect.DeepEqual(r.snapshot(), want[last]) {
				t.Errorf("%s: rank %d: other bits after step %d", name, tr.Rank(), last)
			}
		})
	}
	// What was left behind goes when it is old.
	past := time.Now().Add(-2 * files.Abandoned)
	for _, name := range names(t, path) {
		if err := os.Chtimes(filepath.Join(path, name), past, past); err != nil {
			t.Error(err)
		}
	}
	onRanks(1, func(tr Transport) {
		d, r := Dir{path, 2, tr}, newRun(kinds[0], tr, 7)
		step, _, err := LoadLatest(d, r)
		if err == nil {
			err = SaveTo(d, step+1, r)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	if got := names(t, path); len(got) != 2+1+4 { // manifests, and shards of one rank and of four
		t.Errorf("%s: the files %q are left", name, got)
	}
}
