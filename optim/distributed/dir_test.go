package distributed

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/train"
)

var _ train.Store = Dir{}

// onRanks runs f on so many ranks at once.
func onRanks(size int, f func(t Transport)) {
	var wg sync.WaitGroup
	for _, t := range NewMemory(size) {
		wg.Go(func() { f(t) })
	}
	wg.Wait()
}

// A kind is an optimizer to save: a rule, and what its state is kept in.
type kind struct {
	name   string
	rule   optim.Rule
	halves bool // whether parameters are bfloat16
	opts   []optim.Option
}

var kinds = []kind{
	{"Adam", optim.NewAdam(0.01), false, []optim.Option{optim.ClipNorm(1)}},
	{"int8", optim.NewAdamW(0.01), true, []optim.Option{optim.WithStateFormat(optim.Int8), optim.WithSplitParams()}},
	{"bfloat16", optim.NewAdam(0.01), true, []optim.Option{optim.WithStateFormat(optim.BFloat16), optim.WithRoundingSeed(3)}},
	{"Muon", optim.NewMuon(0.01), false, nil},
	{"Adafactor", optim.NewAdafactor(0.01), false, nil},
}

// micro is how many micro-batches a step has.
const micro = 4

// A run is an optimizer on a rank, or of one process.
type run struct {
	*optim.Optimizer[float32]
	params []optim.Param[float32]
}

// newRun makes a run whose values are a function of the seed. Without a transport it is of one
// process.
func newRun(k kind, t Transport, seed uint64) *run {
	rng := rand.New(rand.NewPCG(seed, 5))
	r := new(run)
	for i, shape := range [][]int{{30, 20}, {2, 17000}, {7}, {300}} {
		n := shape[0]
		if len(shape) == 2 {
			n *= shape[1]
		}
		p := optim.Param[float32]{Name: fmt.Sprint("p", i), Value: make([]float32, n), Shape: shape}
		for j := range p.Value {
			p.Value[j] = float32(rng.NormFloat64())
		}
		if k.halves {
			p.BF16 = make([]kernels.BFloat16, n)
			kernels.RoundBF16(p.BF16, p.Value)
			p.Value = nil
		}
		r.params = append(r.params, p)
	}
	opts := append([]optim.Option{optim.WithReductionOrder(optim.ReduceTree)}, k.opts...)
	if t != nil {
		opts = append(opts, optim.Distributed(t, micro))
	}
	var err error
	if r.Optimizer, err = optim.New(k.rule, r.params, opts...); err != nil {
		panic(err)
	}
	return r
}

// steps takes steps up to the last one.
func (r *run) steps(last int) {
	lo, hi, of := r.Share()
	if of == 0 {
		hi = micro
	}
	for r.Steps() < last {
		var batches [][][]float32
		for k := lo; k < hi; k++ {
			rng := rand.New(rand.NewPCG(uint64(r.Steps()), uint64(k)))
			var grads [][]float32
			for _, p := range r.params {
				g := make([]float32, p.Len())
				for i := range g {
					g[i] = rng.Float32() - 0.5
				}
				grads = append(grads, g)
			}
			batches = append(batches, grads)
		}
		if _, err := r.Step(batches...); err != nil {
			panic(err)
		}
	}
}

func (r *run) snapshot() *optim.Snapshot[float32] {
	s, err := r.Snapshot()
	if err != nil {
		panic(err)
	}
	return s
}

// undisturbed returns the states of one process after each of so many steps.
func undisturbed(k kind, last int) (states []*optim.Snapshot[float32]) {
	r := newRun(k, nil, 1)
	for step := range last + 1 {
		r.steps(step)
		states = append(states, r.snapshot())
	}
	return states
}

// names lists a directory.
func names(t *testing.T, dir string) (list []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestResume goes from one number of ranks to another, and to one process and back, with the
// bits of a run that never stopped.
func TestResume(t *testing.T) {
	sizes := []int{1, 2, 3, 4, 7, 2, 1, 3}
	if testing.Short() {
		sizes = []int{3, 2}
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			want := undisturbed(k, len(sizes)+1)
			path := t.TempDir()
			for i, size := range sizes {
				onRanks(size, func(tr Transport) {
					d := Dir{path, 2, tr}
					r := newRun(k, tr, 1)
					if i > 0 {
						r = newRun(k, tr, 2)
						r.steps(1)
					}
					step, found, err := LoadLatest(d, r)
					if err != nil || step != i || found != (i > 0) {
						t.Errorf("%d ranks: got the step %d, %t, %v, want %d", size, step, found, err, i)
					}
					if !reflect.DeepEqual(r.snapshot(), want[i]) {
						t.Errorf("rank %d of %d: another state after step %d", tr.Rank(), size, i)
					}
					r.steps(i + 1)
					if err := SaveTo(d, i+1, r); err != nil {
						t.Errorf("%d ranks: %v", size, err)
					}
				})
				if t.Failed() {
					return
				}
				s, err := Read[float32](Dir{Path: path}.File(i + 1))
				if err != nil || !reflect.DeepEqual(s, want[i+1]) {
					t.Fatalf("%d ranks: read another state than that of step %d (%v)", size, i+1, err)
				}
			}
			// Manifests and shards of the last two savings.
			if got, want := len(names(t, path)), 2+sizes[len(sizes)-1]+sizes[len(sizes)-2]; got != want {
				t.Errorf("%d files, want %d: %q", got, want, names(t, path))
			}

			// By a file of one process, and from there to ranks.
			last := len(sizes)
			s, err := Read[float32](Dir{Path: path}.File(last))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "run.safetensors")
			if err := checkpoint.Write(file, s); err != nil {
				t.Fatal(err)
			}
			onRanks(3, func(tr Transport) {
				r := newRun(k, tr, 2)
				if err := checkpoint.Load(file, r); err != nil {
					t.Error(err)
				}
				r.steps(last + 1)
				if !reflect.DeepEqual(r.snapshot(), want[last+1]) {
					t.Errorf("rank %d: another state after step %d", tr.Rank(), last+1)
				}
			})
		})
	}
}

// TestDamage: what is missing, truncated, changed or of another saving is named on all ranks, and
// the checkpoint before is restored.
func TestDamage(t *testing.T) {
	const size, last = 3, 2
	k := kinds[0]
	want := undisturbed(k, last)
	path := t.TempDir()
	save := func(path string, seed uint64, steps int) {
		onRanks(size, func(tr Transport) {
			r := newRun(k, tr, seed)
			for step := 1; step <= steps; step++ {
				r.steps(step)
				if err := SaveTo(Dir{path, 2, tr}, step, r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	save(path, 1, last)
	newest := Dir{Path: path}.File(last)
	m, err := readManifest(newest)
	if err != nil {
		t.Fatal(err)
	}
	rank := 0 // whose shard is damaged: not one without parameters
	for r, f := range m.Shards {
		if f.Size > m.Shards[rank].Size {
			rank = r
		}
	}
	damaged := m.Shards[rank]
	other := t.TempDir()
	save(other, 9, last)
	foreign, err := readManifest(Dir{Path: other}.File(last))
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	shard := filepath.Join(path, damaged.Name)
	good, goodManifest := read(shard), read(newest)
	flip := func(b []byte, i int) []byte {
		b = slices.Clone(b)
		b[i] ^= 4
		return b
	}
	for _, c := range []struct {
		name, path string
		content    []byte // nil removes the file
		want       []string
	}{
		{"missing", shard, nil, []string{damaged.Name, "no such file"}},
		{"truncated", shard, good[:len(good)-4], []string{damaged.Name, fmt.Sprint(len(good)-4, " bytes, want ", len(good))}},
		{"changed", shard, flip(good, len(good)-9), []string{damaged.Name, "corrupt", "sha256"}},
		{"foreign", shard, read(filepath.Join(other, foreign.Shards[rank].Name)), []string{damaged.Name, "another file", damaged.SHA256}},
		{"empty", newest, []byte{}, []string{newest, "no manifest"}},
		{"short", newest, goodManifest[:len(goodManifest)-1], []string{newest, "corrupt"}},
		{"of another step", newest, read(Dir{Path: path}.File(1)), []string{newest, "step 1"}},
		{"changed manifest", newest, flip(goodManifest, len(goodManifest)/2), []string{newest}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := read(c.path)
			if c.content == nil {
				os.Remove(c.path)
			} else if err := os.WriteFile(c.path, c.content, 0o666); err != nil {
				t.Fatal(err)
			}
			onRanks(2, func(tr Transport) {
				d := Dir{path, 2, tr}
				r := newRun(k, tr, 2)
				step, found, err := LoadLatest(d, r)
				if step != 1 || !found {
					t.Errorf("rank %d: got the step %d, %t", tr.Rank(), step, found)
				}
				if _, ok := errors.AsType[*checkpoint.FallbackError](err); !ok {
					t.Errorf("rank %d: got %v, want a FallbackError", tr.Rank(), err)
				}
				opttest.WantError(t, err, c.want...)
				if !reflect.DeepEqual(r.snapshot(), want[1]) {
					t.Errorf("rank %d: another state than that of the checkpoint before", tr.Rank())
				}
				if _, fallback, err := d.LoadFloat32(newRun(k, tr, 2)); fallback == nil || err != nil {
					t.Errorf("rank %d: got %v, %v, want a fallback", tr.Rank(), fallback, err)
				}
			})
			_, err := Read[float32](newest)
			opttest.WantError(t, err, c.want...)
			if err := os.WriteFile(c.path, before, 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
	// The same step again, and a later one that is whole.
	onRanks(2, func(tr Transport) {
		d, r := Dir{path, 2, tr}, newRun(k, tr, 2)
		opttest.WantError(t, SaveTo(d, 1, r), "step 2 already", "step 1")
		if _, _, err := LoadLatest(d, r); err != nil {
			t.Error(err)
		}
		if err := SaveTo(d, last, r); err != nil {
			t.Error(err)
		}
		if step, _, err := LoadLatest(d, newRun(k, tr, 2)); step != last || err != nil {
			t.Errorf("got the step %d: %v", step, err)
		}
	})
	if got := names(t, path); len(got) != 2+2+size {
		t.Errorf("got the files %q", got)
	}
}
