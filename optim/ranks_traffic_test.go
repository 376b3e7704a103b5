package optim

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// A counter is a Transport that counts the bytes which its rank sends to others.
type counter struct {
	Transport
	toEach, toAll int // by AllToAll and by AllGather
}

func (c *counter) AllToAll(send, recv [][]byte) error {
	for r, part := range send {
		if r != c.Rank() {
			c.toEach += len(part)
		}
	}
	return c.Transport.AllToAll(send, recv)
}

func (c *counter) AllGather(send []byte, recv [][]byte) error {
	c.toAll += len(send) * (c.Size() - 1)
	return c.Transport.AllGather(send, recv)
}

// eachRank makes an optimizer on each of so many ranks, and calls f with all at once.
func eachRank[T kernels.Float](t *testing.T, size, micro int, params []Param[T], opts []Option, f func(o *Optimizer[T], c *counter)) {
	t.Helper()
	var wg sync.WaitGroup
	for _, tp := range memory.New(size) {
		wg.Go(func() {
			c := &counter{Transport: tp}
			tr := &training[T]{rule: NewAdam(0.1), params: params, opts: opts, micro: []int{micro}}
			o, err := tr.begin(c)
			if err != nil {
				t.Error(err)
				tp.Abort(err)
				return
			}
			defer o.Close()
			f(o, c)
		})
	}
	wg.Wait()
}

// stepOnce takes a step with the same gradients for every micro-batch.
func stepOnce[T kernels.Float](t *testing.T, o *Optimizer[T], grads [][]T) {
	lo, hi, _ := o.Share()
	batches := make([][][]T, hi-lo)
	for i := range batches {
		batches[i] = grads
	}
	if _, err := o.Step(batches...); err != nil {
		t.Error(err)
	}
}

// TestRanksTraffic: a step sends what Distributed's comment says, and a few hundred bytes however
// many parameters there are.
func TestRanksTraffic(t *testing.T) {
	const micro = 16
	nodes := map[int][]int{2: {1, 1}, 3: {2, 3, 2}, 4: {1, 1, 1, 1}, 7: {2, 2, 1, 1, 1, 1, 1}}
	b := blockLen[float32]()
	for size, want := range nodes {
		for r := range size {
			if got := len(tree.Share(micro, r, size).Cover(micro)); got != want[r] {
				t.Fatalf("rank %d of %d has %d nodes of %d micro-batches, want %d", r, size, got, micro, want[r])
			}
		}
		var beside [2][]int // what does not belong to elements and blocks
		for i, each := range []int{1, 2} {
			blocks := each * size
			lengths := []int{blocks * b}
			beside[i] = make([]int, size)
			grads := random[float32](rand.New(rand.NewPCG(1, 1)), lengths...)
			eachRank(t, size, micro, named(clones(grads)), nil, func(o *Optimizer[float32], c *counter) {
				r := c.Rank()
				*c = counter{Transport: c.Transport}
				stepOnce(t, o, grads)
				p := blocks * b
				if own := o.params[0].mine.Len(); own != each*b {
					t.Errorf("rank %d of %d has %d elements, want %d", r, size, own, each*b)
				}
				if got := 4 * p * want[r] * (size - 1) / size; c.toEach != got {
					t.Errorf("rank %d of %d sends %d bytes of gradients, want %d", r, size, c.toEach, got)
				}
				beside[i][r] = c.toAll - (4*p/size+8*each)*(size-1)
			})
		}
		for r := range size {
			if beside[0][r] != beside[1][r] || beside[0][r] < 0 || beside[0][r] > 128*(size-1) {
				t.Errorf("rank %d of %d sends %d and %d bytes besides", r, size, beside[0][r], beside[1][r])
			}
		}
	}
}

// TestRanksBytes: the new value of an element travels in its parameter's width.
func TestRanksBytes(t *testing.T) {
	b := blockLen[float32]()
	grads := random[float32](rand.New(rand.NewPCG(1, 2)), b, 2*b)
	for _, c := range []struct {
		values valueKind
		width  int
	}{{valuesNative, 4}, {valuesRounded, 2}, {valuesSplit, 2}} {
		params := packedCase{values: c.values}.params(grads)
		for i := range params {
			params[i].Rest = nil // the optimizer's, which do not travel
		}
		want := c.width * 3 * b
		sums := make([]int, 3)
		eachRank(t, 3, 3, params, packedCase{values: c.values}.options(), func(o *Optimizer[float32], n *counter) {
			*n = counter{Transport: n.Transport}
			stepOnce(t, o, grads)
			sums[n.Rank()] = n.toAll / 2 / 1024 * 1024 // without what is for blocks and the heading
		})
		if got := sums[0] + sums[1] + sums[2]; got != want {
			t.Errorf("values %v: %d bytes go round, want %d", c.values, got, want)
		}
	}
}

// TestRanksState: each rank has its part of the state, and no more.
func TestRanksState(t *testing.T) {
	b := blockLen[float32]()
	lengths := []int{3*b + 5, 100, 5 * b, 40, b + 1}
	start := random[float32](rand.New(rand.NewPCG(1, 3)), lengths...)
	for _, format := range []Format{Native, BFloat16, Int8} {
		whole := mustNew(t, NewAdam(0.1), named(clones(start)), WithStateFormat(format))
		total := stateBytes(whole)
		for _, size := range []int{1, 2, 3, 4, 7} {
			var mu sync.Mutex
			sum, most := 0, 0
			eachRank(t, size, size, named(clones(start)), []Option{WithStateFormat(format)}, func(o *Optimizer[float32], _ *counter) {
				mu.Lock()
				defer mu.Unlock()
				sum, most = sum+stateBytes(o), max(most, stateBytes(o))
			})
			if limit := total/size + 2*4*b; sum != total || most > limit {
				t.Errorf("%v, %d ranks have %d bytes of state, the largest %d, want %d, at most %d", format, size, sum, most, total, limit)
			}
		}
	}
}

// TestRanksWorkspace: the workers of the rank that a matrix belongs to have room for it, and no
// others.
func TestRanksWorkspace(t *testing.T) {
	var with atomic.Int64
	var wg sync.WaitGroup
	for _, tp := range memory.New(3) {
		wg.Go(func() {
			o, err := New(NewMuon(0.1), []Param[float32]{{Name: "w", Value: make([]float32, 12), Shape: []int{3, 4}}}, Distributed(tp, 3))
			if err != nil {
				t.Error(err)
			} else if len(o.spaces[0].whole) > 0 {
				with.Add(1)
			}
		})
	}
	if wg.Wait(); with.Load() != 1 {
		t.Errorf("%d ranks have room for the matrix, want 1", with.Load())
	}
}

func stateBytes[T kernels.Float](o *Optimizer[T]) (n int) {
	for _, p := range o.Params() {
		n += p.StateBytes
	}
	return n
}

// TestRanksForget: after a step nothing of an optimizer keeps the callers' gradients alive.
func TestRanksForget(t *testing.T) {
	grads := random[float32](rand.New(rand.NewPCG(1, 5)), 5*blockLen[float32](), 100)
	for _, micro := range []int{2, 4} { // one on each rank is sent as it is
		eachRank(t, 2, micro, named(clones(grads)), nil, func(o *Optimizer[float32], c *counter) {
			stepOnce(t, o, grads)
			for _, held := range o.world.(*world[float32]).out {
				if held != nil {
					t.Errorf("rank %d holds on to what it has sent", c.Rank())
				}
			}
			checkSources(t, o)
		})
	}
	o := mustNew(t, NewAdam(0.1), named(clones(grads)), WithReductionOrder(ReduceTree))
	if err := o.Accumulate(slices.Repeat([][][]float32{grads}, 6)...); err != nil { // to nodes of four and two
		t.Fatal(err)
	}
	checkSources(t, o)
}

// checkSources fails if the first worker holds on to what it has added up.
func checkSources[T kernels.Float](t *testing.T, o *Optimizer[T]) {
	t.Helper()
	for _, source := range o.spaces[0].sources[:cap(o.spaces[0].sources)] {
		if source.Native != nil {
			t.Error("a worker holds on to what it has added up")
		}
	}
}

// TestRanksAllocations: what a step allocates does not grow with the parameters, but by a few times
// for each piece on its way.
func TestRanksAllocations(t *testing.T) {
	const ranks, runs, forPiece = 2, 3, 4 * 2
	b := blockLen[float32]()
	count := func(pieces int) (allocations float64) {
		grads := random[float32](rand.New(rand.NewPCG(1, 4)), ranks*pieces*pieceBlocks*b)
		eachRank(t, ranks, 4, named(clones(grads)), []Option{ClipNorm(1)}, func(o *Optimizer[float32], c *counter) {
			if o.world.(*world[float32]).pieces != pieces {
				t.Errorf("%d pieces, want %d", o.world.(*world[float32]).pieces, pieces)
			}
			batch := [][][]float32{grads}
			step := func() {
				if err := o.Accumulate(batch...); err != nil {
					t.Error(err)
				}
				if _, err := o.Step(batch...); err != nil {
					t.Error(err)
				}
			}
			step()
			if c.Rank() == 0 {
				allocations = testing.AllocsPerRun(runs, step)
				return
			}
			for range 1 + runs {
				step()
			}
		})
		return allocations
	}
	few, many := count(1), count(3)
	if few > 100 || many > few+2*forPiece {
		t.Errorf("a step of %d ranks allocates %v times with one piece, and %v times with three", ranks, few, many)
	}
}
