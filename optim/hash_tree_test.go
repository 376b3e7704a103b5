package optim

import (
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
	"github.com/seed63264101/steepest/optim/internal/memory"
)

// TestGoldenTree is TestGoldenRules for gradients that are added up in a tree, in one process and
// on three ranks.
func TestGoldenTree(t *testing.T) {
	eachLevel(t, func(where string) {
		hashes := map[string]golden.Hash{"float32": hashTree[float32](t, nil, 7), "float64": hashTree[float64](t, nil, 7)}
		golden.Check(t, "tree", where, hashes)
		hashes = map[string]golden.Hash{"float32": hashRanks[float32](t), "float64": hashRanks[float64](t)}
		golden.Check(t, "tree", where+", 3 ranks", hashes)
	})
}

// hashRanks returns the hash that all ranks have, or that of the one which differs from the first.
func hashRanks[T kernels.Float](t *testing.T) golden.Hash {
	var hashes [3]golden.Hash
	var wg sync.WaitGroup
	for r, tp := range memory.New(len(hashes)) {
		wg.Go(func() { hashes[r] = hashTree[T](t, tp, 7) })
	}
	wg.Wait()
	for _, h := range hashes {
		if h != hashes[0] {
			return h
		}
	}
	return hashes[0]
}

// hashTree takes steps of so many micro-batches, the first of which is accumulated, and takes the
// values and the reports.
func hashTree[T kernels.Float](t *testing.T, tp Transport, micro int) golden.Hash {
	var h golden.Hash
	lengths := []int{300, blockLen[T]() + 100, 1}
	numbers := golden.NewSource[T]("tree")
	draw := func() [][]T {
		xs := make([][]T, len(lengths))
		for i, n := range lengths {
			xs[i] = make([]T, n)
			for j := range xs[i] {
				xs[i][j] = numbers.Usual()
			}
		}
		return xs
	}
	opts := []Option{ClipNorm(3), WithReductionOrder(ReduceTree)}
	if tp != nil {
		opts = append(opts, Distributed(tp, micro))
	}
	o, err := New(NewAdamW(0.01), named(draw()), opts...)
	if err != nil {
		t.Error(err)
		return h
	}
	for range 2 {
		lo, hi, _ := o.Share()
		if tp == nil {
			lo, hi = 0, micro
		}
		var batches [][][]T
		for k := range micro {
			if g := draw(); lo <= k && k < hi {
				batches = append(batches, g)
			}
		}
		if err := o.Accumulate(batches[0]); err != nil {
			t.Error(err)
		}
		r, err := o.Step(batches[1:]...)
		if err != nil {
			t.Error(err)
		}
		h.Add(r.GradNorm)
		h.Add(r.ClipCoef)
	}
	for _, p := range o.params {
		golden.AddAll(&h, p.Value)
	}
	return h
}
