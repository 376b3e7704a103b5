package distributed

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// plainState is a state without shards.
type plainState struct{}

func (plainState) Snapshot() (*optim.Snapshot[float32], error) { return nil, nil }
func (plainState) Restore(*optim.Snapshot[float32]) error      { return nil }

// TestMisuse: errors of one rank are errors of all, which name it, and no rank waits.
func TestMisuse(t *testing.T) {
	path := t.TempDir()
	opttest.WantError(t, SaveTo(Dir{Path: path, Keep: 1}, 1, newRun(kinds[0], nil, 1)), "without a Transport")
	_, _, err := LoadLatest(Dir{Path: path}, newRun(kinds[0], nil, 1))
	opttest.WantError(t, err, "without a Transport")
	opttest.WantError(t, Dir{}.SaveFloat32(1, plainState{}), "plainState has no shards")
	_, _, err = Dir{}.LoadFloat32(plainState{})
	opttest.WantError(t, err, "plainState has no shards")
	_, err = Read[float32](filepath.Join(path, "step-0000000001.json"))
	opttest.WantError(t, err, "no such file")

	const odd = 1
	onRanks(3, func(tr Transport) {
		me := tr.Rank()
		good := newRun(kinds[0], tr, 1)
		// On the odd rank another call than on the others.
		choose := func(a, b func() error) error {
			if me == odd {
				return b()
			}
			return a()
		}
		save := func(d Dir, step int, r *run) func() error {
			return func() error { return SaveTo(d, step, r) }
		}
		load := func(d Dir, r *run) func() error {
			return func() error {
				_, _, err := LoadLatest(d, r)
				return err
			}
		}
		d := Dir{path, 1, tr}
		alone := newRun(kinds[0], nil, 1)
		var none *run
		for _, c := range []struct {
			good, bad func() error
			want      string
		}{
			{save(d, 1, good), save(Dir{path, 0, tr}, 1, good), "Keep = 0"},
			{save(d, 1, good), save(Dir{"", 1, tr}, 1, good), "without a Path"},
			{save(d, 1, good), save(d, -1, good), "step -1"},
			{save(d, 1, good), save(d, 2, good), "rank 1 is at step 2, and rank 0 at step 1"},
			{save(d, 1, good), save(d, 1, alone), "rank 0 of 1"},
			{load(d, good), load(d, alone), "rank 0 of 1"},
			{save(d, 1, good), func() error { return SaveTo[float32](d, 1, none) }, "nil"},
			{load(d, good), func() error { _, _, err := LoadLatest[float32](d, none); return err }, "nil"},
			{load(d, good), load(Dir{"", 1, tr}, good), "without a Path"},
		} {
			err := choose(c.good, c.bad)
			opttest.WantError(t, err, c.want)
			if me != odd {
				opttest.WantError(t, err, "rank 1")
			}
		}
		lo, hi, _ := good.Share()
		if me == odd && hi > lo {
			grads := make([][]float32, len(good.params))
			for i, p := range good.params {
				grads[i] = make([]float32, p.Len())
			}
			if err := good.Accumulate(grads); err != nil {
				t.Error(err)
			}
		}
		opttest.WantError(t, SaveTo(d, 1, good), "1 batches accumulated", "Discard")
		good.Discard()

		// Nothing is there, and what is no directory is an error.
		if step, found, err := LoadLatest(Dir{filepath.Join(path, "none"), 1, tr}, good); step != 0 || found || err != nil {
			t.Errorf("without a directory: %d, %t, %v", step, found, err)
		}
	})
	if got := names(t, path); len(got) != 0 {
		t.Errorf("got the files %q", got)
	}
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	onRanks(2, func(tr Transport) {
		d, r := Dir{filepath.Join(file, "dir"), 1, tr}, newRun(kinds[0], tr, 1)
		opttest.WantError(t, SaveTo(d, 1, r), file)
	})
}

// TestDirectories: where ranks have directories of their own, a saving is an error on all ranks,
// and the checkpoint before stays.
func TestDirectories(t *testing.T) {
	common, own := t.TempDir(), t.TempDir()
	onRanks(2, func(tr Transport) {
		d, r := Dir{common, 1, tr}, newRun(kinds[0], tr, 1)
		if err := SaveTo(d, 1, r); err != nil {
			t.Error(err)
		}
		apart := d
		if tr.Rank() == 1 {
			apart.Path = own
		}
		opttest.WantError(t, SaveTo(apart, 2, r), "rank 0 does not see what rank 1 has written", "one directory", "-00001.safetensors")
		if step, found, err := LoadLatest(d, r); step != 1 || !found || err != nil {
			t.Errorf("rank %d: got the step %d, %t: %v", tr.Rank(), step, found, err)
		}
	})
}

// TestUnfit: a checkpoint of another model or rule is an error on all ranks, before anything
// changes.
func TestUnfit(t *testing.T) {
	path := t.TempDir()
	onRanks(2, func(tr Transport) {
		d, r := Dir{path, 1, tr}, newRun(kinds[0], tr, 1)
		r.params[3].Value[5] = float32(math.Inf(1)) // values may be anything
		if err := SaveTo(d, 4, r); err != nil {
			t.Error(err)
		}
		for _, c := range []struct {
			rule   optim.Rule
			params []optim.Param[float32]
			want   string
		}{
			{optim.NewLion(0.1), newRun(kinds[0], nil, 2).params, `"Lion"`},
			{optim.NewAdam(0.1), newRun(kinds[0], nil, 2).params[:3], "4 parameters, want 3"},
			{optim.NewAdam(0.1), newRun(kinds[1], nil, 2).params, `"p0"`},
		} {
			opt, err := optim.New(c.rule, c.params, optim.Distributed(tr, micro))
			if err != nil {
				t.Error(err)
			}
			_, found, err := LoadLatest(d, opt)
			opttest.WantError(t, err, c.want)
			if found || opt.Steps() != 0 {
				t.Errorf("rank %d has restored what does not fit", tr.Rank())
			}
		}
		wide, err := optim.New(optim.NewAdam(0.1), []optim.Param[float64]{{Name: "p0", Value: make([]float64, 600)}}, optim.Distributed(tr, micro))
		if err != nil {
			t.Error(err)
		}
		_, _, err = d.LoadFloat64(wide)
		opttest.WantError(t, err, "F32", "F64")
	})
}
