package optim_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A savedKind is an optimizer whose state several ranks save: a rule, parameters and options.
type savedKind struct {
	name   string
	rule   optim.Rule
	params func(seed uint64) []optim.Param[float32]
	opts   []optim.Option
}

// halved returns the parameters in bfloat16. Of those with an even index the caller has the
// lower halves.
func halved(params []optim.Param[float32]) []optim.Param[float32] {
	for i, p := range params {
		half := optim.Param[float32]{Name: p.Name, BF16: make([]kernels.BFloat16, p.Len())}
		kernels.RoundBF16(half.BF16, p.Value)
		if i%2 == 0 {
			half.Rest = make([]int16, p.Len())
		}
		params[i] = half
	}
	return params
}

// matrices returns parameters with shapes.
func matrices(seed uint64) []optim.Param[float32] {
	r := rand.New(rand.NewPCG(seed, 2))
	return []optim.Param[float32]{
		{Name: "w", Value: drawn(r, 30*40), Shape: []int{30, 40}}, {Name: "bias", Value: drawn(r, 40)},
		{Name: "wide", Value: drawn(r, 4*5000), Shape: []int{4, 5000}},
	}
}

// vectors returns parameters of some blocks and of less than one.
func vectors(seed uint64) []optim.Param[float32] {
	r := rand.New(rand.NewPCG(seed, 3))
	return []optim.Param[float32]{
		{Name: "p0", Value: drawn(r, 100)}, {Name: "p1", Value: drawn(r, 2*16384+17)}, {Name: "p2", Value: drawn(r, 5)}, {Name: "p3", Value: drawn(r, 17000)},
	}
}

var savedKinds = []savedKind{
	{"Adam", optim.NewAdam(0.01), vectors, []optim.Option{optim.ClipNorm(1), optim.WithLossScaler(optim.NewLossScaler())}},
	{"bfloat16", optim.NewAdamW(0.01), func(seed uint64) []optim.Param[float32] { return halved(vectors(seed)) },
		[]optim.Option{optim.WithStateFormat(optim.BFloat16), optim.WithRoundingSeed(7)}},
	{"int8", optim.NewAdam(0.01), func(seed uint64) []optim.Param[float32] { return halved(vectors(seed)) },
		[]optim.Option{optim.WithStateFormat(optim.Int8), optim.WithSplitParams()}},
	{"Muon", optim.NewMuon(0.01), matrices, nil},
	{"Adafactor", optim.NewAdafactor(0.01), matrices, nil},
	{"Prodigy", optim.NewProdigy(1), vectors, nil},
	{"ScheduleFree", optim.NewScheduleFreeAdamW(0.01), vectors, nil},
}

const savedMicro = 5

// newSaved returns the optimizer on a rank, or of one process.
func (k savedKind) newSaved(t *testing.T, tr optim.Transport, seed uint64) (*optim.Optimizer[float32], []optim.Param[float32]) {
	params := k.params(seed)
	opts := append([]optim.Option{optim.WithReductionOrder(optim.ReduceTree)}, k.opts...)
	if tr != nil {
		opts = append(opts, optim.Distributed(tr, savedMicro))
	}
	opt, err := optim.New(k.rule, params, opts...)
	if err != nil {
		t.Errorf("%s: %v", k.name, err)
		panic(err)
	}
	return opt, params
}

// stepSaved takes the next step.
func stepSaved(t *testing.T, opt *optim.Optimizer[float32], params []optim.Param[float32]) {
	lo, hi, of := opt.Share()
	if of == 0 {
		hi = savedMicro
	}
	var batches [][][]float32
	for k := lo; k < hi; k++ {
		batches = append(batches, batchOf(params, opt.Steps(), k))
	}
	if _, err := opt.Step(batches...); err != nil {
		t.Error(err)
	}
}

func snapshotSaved(t *testing.T, opt *optim.Optimizer[float32]) *optim.Snapshot[float32] {
	s, err := opt.Snapshot()
	if err != nil {
		t.Error(err)
	}
	return s
}

// stateBytes returns the size of a process's state.
func stateBytes(opt *optim.Optimizer[float32]) (n int) {
	for _, p := range opt.Params() {
		n += p.StateBytes
	}
	return n
}

// TestRanksSnapshot: ranks have the snapshots of one process, and go on from them, and from their
// shards, whatever they were before.
func TestRanksSnapshot(t *testing.T) {
	sizes := []int{1, 2, 3, 5}
	if testing.Short() {
		sizes = []int{3}
	}
	for _, k := range savedKinds {
		t.Run(k.name, func(t *testing.T) {
			single, params := k.newSaved(t, nil, 1)
			if err := single.Freeze(params[0].Name); err != nil {
				t.Fatal(err)
			}
			stepSaved(t, single, params)
			first := snapshotSaved(t, single)
			stepSaved(t, single, params)
			second := snapshotSaved(t, single)
			for _, size := range sizes {
				bytes := make([]int, size)
				onRanks(size, func(tr optim.Transport) {
					rank := tr.Rank()
					same := func(what string, opt *optim.Optimizer[float32], want *optim.Snapshot[float32]) {
						if !reflect.DeepEqual(snapshotSaved(t, opt), want) {
							t.Errorf("rank %d of %d: %s: another snapshot than that of one process", rank, size, what)
						}
					}
					opt, params := k.newSaved(t, tr, 2)
					stepSaved(t, opt, params) // which is not to matter
					if err := opt.Restore(first); err != nil {
						t.Error(err)
					}
					same("restored", opt, first)
					stepSaved(t, opt, params)
					same("after a step", opt, second)

					// Back, by way of the shards.
					if err := opt.Restore(first); err != nil {
						t.Error(err)
					}
					shard, err := opt.SnapshotShard()
					if err != nil {
						t.Error(err)
					}
					other, params := k.newSaved(t, tr, 3)
					stepSaved(t, other, params)
					if err := other.RestoreShard(shard); err != nil {
						t.Error(err)
					}
					same("from the shards", other, first)
					stepSaved(t, other, params)
					same("a step after the shards", other, second)
					bytes[rank] = stateBytes(other)
				})
				total := 0
				for _, n := range bytes {
					total += n
				}
				if want := stateBytes(single); total != want {
					t.Errorf("%d ranks have %d bytes of state, %d, want %d", size, bytes, total, want)
				}
			}
			// One process goes on where it was, too.
			if err := single.Restore(first); err != nil {
				t.Fatal(err)
			}
			stepSaved(t, single, params)
			if !reflect.DeepEqual(snapshotSaved(t, single), second) {
				t.Error("one process has another snapshot after it went back")
			}
		})
	}
}

// TestRanksModes: the points of evaluation and training, and a new beginning, are those of one
// process, also of what is frozen.
func TestRanksModes(t *testing.T) {
	k := savedKinds[len(savedKinds)-1]
	values := func(params []optim.Param[float32]) (all [][]float32) {
		for _, p := range params {
			all = append(all, append([]float32(nil), p.Value...))
		}
		return all
	}
	// Values at both points, and after a new beginning.
	run := func(tr optim.Transport) (points [][][]float32) {
		opt, params := k.newSaved(t, tr, 1)
		stepSaved(t, opt, params)
		stepSaved(t, opt, params)
		if err := opt.Freeze("p1"); err != nil {
			t.Error(err)
		}
		opt.EvalMode()
		opt.EvalMode()
		points = append(points, values(params))
		if _, err := opt.Snapshot(); err == nil || !strings.Contains(err.Error(), "TrainMode") {
			t.Errorf("Snapshot at the point of evaluation: %v", err)
		}
		opt.TrainMode()
		points = append(points, values(params))
		if err := opt.Reset(); err != nil {
			t.Error(err)
		}
		stepSaved(t, opt, params)
		return append(points, values(params))
	}
	want := run(nil)
	if reflect.DeepEqual(want[0], want[1]) {
		t.Fatal("the points are the same")
	}
	for _, size := range []int{2, 3} {
		onRanks(size, func(tr optim.Transport) {
			for i, got := range run(tr) {
				if !reflect.DeepEqual(got, want[i]) {
					t.Errorf("rank %d of %d: other values at point %d", tr.Rank(), size, i)
				}
			}
		})
	}
}

// TestRanksReset: after a new beginning the state is that of a new optimizer, in each format.
func TestRanksReset(t *testing.T) {
	for _, k := range savedKinds {
		single, params := k.newSaved(t, nil, 1)
		stepSaved(t, single, params)
		if err := single.Reset(); err != nil {
			t.Fatal(err)
		}
		stepSaved(t, single, params)
		want := snapshotSaved(t, single)
		onRanks(2, func(tr optim.Transport) {
			opt, params := k.newSaved(t, tr, 1)
			stepSaved(t, opt, params)
			if err := opt.Reset(); err != nil {
				t.Error(err)
			}
			stepSaved(t, opt, params)
			if !reflect.DeepEqual(snapshotSaved(t, opt), want) {
				t.Errorf("%s: rank %d has another snapshot than one process", k.name, tr.Rank())
			}
		})
	}
}

// TestRanksRefuse: what one rank cannot save or restore all refuse, and nothing changes.
func TestRanksRefuse(t *testing.T) {
	// Each has a schedule of its own, whose state is to come back, too.
	newSaved := func(tr optim.Transport, seed uint64) (*optim.Optimizer[float32], []optim.Param[float32]) {
		k := savedKinds[0]
		k.opts = append(slices.Clone(k.opts), optim.WithSchedule(schedule.NewPlateau()))
		opt, params := k.newSaved(t, tr, seed)
		opt.Observe(float64(seed))
		return opt, params
	}
	single, params := newSaved(nil, 1)
	stepSaved(t, single, params)
	good := snapshotSaved(t, single)
	if err := single.Accumulate(batchOf(params, 1, 0)); err != nil {
		t.Fatal(err)
	}
	accumulated := snapshotSaved(t, single)

	const size, odd = 3, 1
	onRanks(size, func(tr optim.Transport) {
		rank := tr.Rank()
		opt, params := newSaved(tr, 2)
		stepSaved(t, opt, params)
		before := snapshotSaved(t, opt)
		refused := func(what string, err error, want ...string) {
			if err == nil {
				t.Errorf("rank %d: %s: no error", rank, what)
				return
			}
			for _, w := range want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("rank %d: %s: %v, want %q", rank, what, err, w)
				}
			}
			if rank != odd && len(want) > 1 && !strings.Contains(err.Error(), fmt.Sprint("rank ", odd)) {
				t.Errorf("rank %d: %s: %v, want the rank", rank, what, err)
			}
		}
		// forOdd returns the second on the rank that is to fail.
		forOdd := func(s, t *optim.Snapshot[float32]) *optim.Snapshot[float32] {
			if rank == odd {
				return t
			}
			return s
		}
		bad := *good
		bad.Rule = "Lion"
		refused("a rule", opt.Restore(forOdd(good, &bad)), `"Lion"`, `"Adam"`)
		refused("no snapshot", opt.Restore(forOdd(good, nil)), "nil Snapshot", "optim")
		late := *good
		late.Steps++
		refused("a later step", opt.Restore(forOdd(good, &late)), "snapshot = 2", "rank 0 has 1")
		refused("with gradients", opt.Restore(accumulated), "accumulated = 1")

		shard, err := opt.SnapshotShard()
		if err != nil {
			t.Error(err)
		}
		refused("a shard as the whole", opt.Restore(forOdd(good, shard)), "part of", "RestoreShard")
		refused("the whole as a shard", opt.RestoreShard(forOdd(shard, good)), "part of", "want")
		moved := *shard
		moved.Params = append([]optim.ParamSnapshot[float32](nil), shard.Params...)
		moved.Params[1].First += 16384
		refused("another part", opt.RestoreShard(forOdd(shard, &moved)), `"p1"`, "from")

		if rank == odd {
			if err := opt.Accumulate(batchOf(params, 1, 0)); err != nil {
				t.Error(err)
			}
		}
		_, err = opt.Snapshot()
		refused("gradients", err, "1 batches accumulated", "Discard")
		opt.Discard()
		if !reflect.DeepEqual(snapshotSaved(t, opt), before) {
			t.Errorf("rank %d: what failed has changed something", rank)
		}
	})

	// A transport that fails is all that ranks hear of.
	onRanks(size, func(tr optim.Transport) {
		opt, params := newSaved(tr, 2)
		stepSaved(t, opt, params)
		if err := tr.Barrier(); err != nil {
			t.Error(err)
		}
		if tr.Rank() == odd {
			tr.Abort(errors.New("no more"))
		}
		if _, err := opt.Snapshot(); err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("rank %d: Snapshot: %v", tr.Rank(), err)
		}
		if err := opt.Restore(good); err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("rank %d: Restore: %v", tr.Rank(), err)
		}
	})
}
