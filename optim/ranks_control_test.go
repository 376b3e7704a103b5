package optim

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/tree"
)

// TestOtherOrdersDiffer: what the tree is for can be seen. One micro-batch after another gives
// other bits than the tree but for up to three, and sums that ranks make of their own micro-batches
// and then of these, as an all-reduce does, depend on the number of ranks.
func TestOtherOrdersDiffer(t *testing.T) {
	const length = 3000
	start := random[float32](rand.New(rand.NewPCG(92, 93)), length)
	batches := newMicroBatches[float32](12, length)
	end := func(f func(o *Optimizer[float32]), opts ...Option) []float32 {
		params := named(clones(start))
		f(mustNew(t, NewAdam(0.01), params, opts...))
		return params[0].Value
	}
	given := func(n int) (all [][][]float32) {
		for k := range n {
			all = append(all, batches.of(0, k, 1).Dense)
		}
		return all
	}
	for n := 1; n <= 12; n++ {
		inOrder := end(func(o *Optimizer[float32]) { mustStep(t, o, given(n)...) })
		inTree := end(func(o *Optimizer[float32]) { mustStep(t, o, given(n)...) }, WithReductionOrder(ReduceTree))
		if same := slices.Equal(inOrder, inTree); same != (n <= 3) {
			t.Errorf("%d micro-batches: the orders are the same: %v", n, same)
		}
	}

	const n = 7
	var ends [][]float32
	for size := 1; size <= 4; size++ {
		ends = append(ends, end(func(o *Optimizer[float32]) {
			all, sums := given(n), [][]float32(nil)
			for r := range size {
				s := tree.Share(n, r, size)
				sums = append(sums, all[s.Lo][0])
				for _, g := range all[s.Lo+1 : s.Hi] {
					addTo(sums[r], g[0])
				}
			}
			for _, s := range sums[1:] {
				addTo(sums[0], s)
			}
			mustStep(t, o, sums[:1])
		}, WithReduction(ReduceSum)))
	}
	for i := range ends {
		for j := range i {
			if slices.Equal(ends[i], ends[j]) {
				t.Errorf("sums by %d ranks and by %d are the same", i+1, j+1)
			}
		}
	}
}

func addTo(sum, x []float32) {
	for i, v := range x {
		sum[i] += v
	}
}
