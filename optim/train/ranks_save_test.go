package train

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// TestRanksResume: a run that is cut goes on from its checkpoints on any other number of ranks,
// and ends as one process does that is not cut.
func TestRanksResume(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 4
	}
	for seed := range uint64(seeds) {
		one, err := newTeam[float32](seed, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := one.Fit(context.Background())
		want := one.end(r, err)
		dir := &checkpoint.Dir{Path: filepath.Join(t.TempDir(), "run"), Keep: 2}
		edit := func(o *FitOptions[float32]) { o.Checkpoints, o.CheckpointEvery, o.Resume = dir, 2, true }
		var told []string                           // by the runs that were cut, of rank 0
		cut, done := 3, false                       // between checkpoints: the last one is that of the end
		for _, size := range []int{3, 1, 0, 4, 2} { // 0 is one process
			if done {
				break
			}
			start := func(tr optim.Transport) {
				s, err := newTeam[float32](seed, tr, edit)
				if err != nil {
					t.Error(err)
					return
				}
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				s.cut = func(where string, iteration int, _ *optim.Gradients[float32]) error {
					if where == "progress" && iteration == cut && size != 2 && (tr == nil || tr.Rank() == size-1) {
						cancel()
					}
					return nil
				}
				rank := 0
				if tr != nil {
					rank = tr.Rank()
				}
				r, err := s.Fit(ctx)
				if !errors.Is(err, context.Canceled) {
					if rank == 0 {
						done = true
					}
					s.told = append(slices.Clone(told), s.told...)
					if got := s.end(r, err); got != want {
						own, other := difference(got, want)
						t.Errorf("seed %d, rank %d of %d:\n%s\nwant\n%s", seed, rank, size, own, other)
					}
				} else if rank == 0 {
					told = append(told, s.told...)
				}
			}
			if size == 0 {
				start(nil)
			} else {
				onRanks(t, size, start)
			}
			cut += 2
		}
		if !done {
			t.Errorf("seed %d: it does not end", seed)
		}
	}
}

// TestRanksSaved: all ranks know what is saved, whoever writes it, and fail together.
func TestRanksSaved(t *testing.T) {
	memory := &shards{saved: map[int]*optim.Snapshot[float32]{}}
	for name, c := range map[string]struct {
		store  func(tr optim.Transport, dir string) Store
		resume bool
		again  func(o *FitOptions[float32]) // on rank 1, when it starts again
		want   string                       // in the error of all
	}{
		"a directory":          {store: func(_ optim.Transport, dir string) Store { return &checkpoint.Dir{Path: dir, Keep: 1} }},
		"a directory, resumed": {store: func(_ optim.Transport, dir string) Store { return &checkpoint.Dir{Path: dir, Keep: 1} }, resume: true},
		"shards":               {store: func(optim.Transport, string) Store { return memory }},
		"a write that fails": {store: func(optim.Transport, string) Store { return &failingStore{at: 4} },
			want: "train: rank 0: Fit: iteration 4: full at try 1"},
		"a last write that fails": {store: func(optim.Transport, string) Store { return &failingStore{at: 10} },
			want: "train: rank 0: Fit: iteration 10: full at try 1"},
		"a directory that is not shared": {store: func(tr optim.Transport, dir string) Store {
			path := filepath.Join(dir, fmt.Sprint(tr.Rank()))
			return &checkpoint.Dir{Path: path, Keep: 1}
		}, resume: true, want: "train: Fit: rank 1 finds no checkpoint to resume from, and rank 0 resumes after iteration 10"},
		"a run that does not fit": {store: func(_ optim.Transport, dir string) Store { return &checkpoint.Dir{Path: dir, Keep: 1} },
			again: func(o *FitOptions[float32]) { o.Divergence = nil }, want: "train: rank 1: snapshot of a Run with "},
		"no store on one": {store: func(tr optim.Transport, dir string) Store {
			if tr.Rank() == 1 {
				return nil
			}
			return &checkpoint.Dir{Path: dir, Keep: 1}
		}, want: "train: Fit: rank 1 has Checkpoints = false, and rank 0 has Checkpoints = true"},
		"a directory that cannot be read": {store: func(tr optim.Transport, dir string) Store {
			if tr.Rank() == 1 {
				return &failingStore{steps: errOwn}
			}
			return &checkpoint.Dir{Path: dir, Keep: 1}
		}, want: "train: rank 1: Fit: "},
	} {
		dir := t.TempDir()
		for start := range 2 {
			onRanks(t, 3, func(tr optim.Transport) {
				s, o, err := newFaulty(tr, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if o.Checkpoints, o.CheckpointEvery = c.store(tr, dir), 4; o.Checkpoints == nil {
					o.CheckpointEvery = 0
				}
				o.Resume = start > 0 && name != "no store on one" || c.resume
				if start > 0 && c.again != nil && tr.Rank() == 1 {
					c.again(&o)
				}
				r, err := Fit(context.Background(), s.opt, s.objective, o)
				if c.want == "" || start == 0 && (c.again != nil || strings.Contains(c.want, "resumes")) {
					if err != nil || r.Iteration != 10 || r.Saved != 10 || r.Resumed != 10*start {
						t.Errorf("%s: rank %d, start %d: %v, error %v", name, tr.Rank(), start, r, err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "try 2") {
					t.Errorf("%s: rank %d, start %d: error %v, want %q", name, tr.Rank(), start, err, c.want)
				}
			})
		}
	}
}

// TestRanksByHand: a Snapshot that does not fit on one rank changes nothing on any, and another
// one can be tried.
func TestRanksByHand(t *testing.T) {
	onRanks(t, 3, func(tr optim.Transport) {
		s, o, err := newFaulty(tr, nil)
		if err != nil {
			t.Error(err)
			return
		}
		o.Stop, o.Epochs = []StopRule{StepLimit(3)}, 0
		if s.Run, err = NewRun(s.opt, s.objective, o); err != nil {
			t.Error(err)
			return
		}
		saved, err := s.Snapshot()
		if err != nil {
			t.Error(err)
			return
		}
		r, err := s.Fit(context.Background())
		want := s.end(r, err)
		bad := saved
		if tr.Rank() == 1 {
			bad = nil
		}
		wantError(t, s.Restore(bad), "train: rank 1: nil Snapshot")
		if got := s.end(r, err); got != want {
			t.Errorf("rank %d: a failed Restore changes\n%s\nto\n%s", tr.Rank(), want, got)
		}
		if err := s.Restore(saved); err != nil || s.opt.Iterations() != 0 {
			t.Errorf("rank %d: %d iterations, error %v", tr.Rank(), s.opt.Iterations(), err)
		}
		s.told = nil
		if r, err = s.Fit(context.Background()); s.end(r, err) != want {
			t.Errorf("rank %d: again\n%s\nwant\n%s", tr.Rank(), s.end(r, err), want)
		}
		o.Average.Swap()
		if _, err := s.Snapshot(); err == nil || !strings.Contains(err.Error(), "swapped") {
			t.Errorf("rank %d: swapped: error %v", tr.Rank(), err)
		}
	})
}

// A failingStore is full at a step, and has nothing.
type failingStore struct {
	Store
	at    int
	tries int
	steps error
}

func (f *failingStore) Validate() error       { return nil }
func (f *failingStore) String() string        { return "a store" }
func (f *failingStore) Steps() ([]int, error) { return nil, f.steps }

func (f *failingStore) SaveFloat32(step int, s optim.Stateful[float32]) error {
	if step == f.at {
		f.tries++
		return fmt.Errorf("full at try %d", f.tries)
	}
	return nil
}

func (f *failingStore) LoadFloat32(optim.Stateful[float32]) (int, error, error) {
	return 0, nil, f.steps
}

// shards is a ShardStore in memory, of the newest checkpoint.
type shards struct {
	failingStore
	mu    sync.Mutex
	step  int
	saved map[int]*optim.Snapshot[float32] // of the ranks
}

func (m *shards) KeepsShards() {}

func (m *shards) SaveFloat32(step int, s optim.Stateful[float32]) error {
	shard := s.(optim.ShardStateful[float32])
	saved, err := shard.SnapshotShard()
	m.mu.Lock()
	defer m.mu.Unlock()
	rank, _ := shard.Rank()
	m.step, m.saved[rank] = step, saved
	return err
}

func (m *shards) LoadFloat32(s optim.Stateful[float32]) (int, error, error) {
	shard := s.(optim.ShardStateful[float32])
	rank, _ := shard.Rank()
	m.mu.Lock()
	step, saved := m.step, m.saved[rank]
	m.mu.Unlock()
	if saved == nil {
		return 0, nil, nil
	}
	return step, nil, shard.RestoreShard(saved)
}
