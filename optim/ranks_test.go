package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/optim"
	ranks "github.com/seed63264101/steepest/optim/internal/memory"
)

// onRanks runs f on so many ranks at once.
func onRanks(size int, f func(t optim.Transport)) {
	var wg sync.WaitGroup
	for _, t := range ranks.New(size) {
		wg.Go(func() { f(t) })
	}
	wg.Wait()
}

// rankParams returns parameters of many blocks, of few and of less than one.
func rankParams(seed uint64) []optim.Param[float32] {
	var params []optim.Param[float32]
	r := rand.New(rand.NewPCG(seed, 1))
	for i, n := range []int{100, 3*16384 + 17, 16384, 5, 70000, 1} {
		params = append(params, optim.Param[float32]{Name: fmt.Sprint("p", i), Value: drawn(r, n)})
	}
	return params
}

func drawn(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// batchOf returns the gradients of a micro-batch.
func batchOf(params []optim.Param[float32], step, number int) [][]float32 {
	r := rand.New(rand.NewPCG(uint64(step), uint64(number)))
	var grads [][]float32
	for _, p := range params {
		grads = append(grads, drawn(r, p.Len()))
	}
	return grads
}

// TestRanksAreOneProcess: any number of ranks ends with the bits of one process.
func TestRanksAreOneProcess(t *testing.T) {
	const micro, steps = 5, 4
	train := func(tr optim.Transport) ([]uint32, []optim.Report) {
		params := rankParams(1)
		opts := []optim.Option{optim.ClipNorm(1), optim.WithReductionOrder(optim.ReduceTree), optim.Workers(2)}
		if tr != nil {
			opts = append(opts, optim.Distributed(tr, micro))
		}
		opt, err := optim.New(optim.NewAdamW(0.01), params, opts...)
		if err != nil {
			t.Error(err)
			return nil, nil
		}
		defer opt.Close()
		lo, hi := 0, micro
		if tr != nil {
			lo, hi, _ = opt.Share()
		}
		var reports []optim.Report
		for s := range steps {
			var batches [][][]float32
			for k := lo; k < hi; k++ {
				batches = append(batches, batchOf(params, s, k))
			}
			if s == 2 && lo == 0 {
				batches[0][1][3] = float32(math.Inf(1))
			}
			if s%2 == 1 && len(batches) > 1 {
				if err := opt.Accumulate(batches[:1]...); err != nil {
					t.Error(err)
				}
				batches = batches[1:]
			}
			r, err := opt.Step(batches...)
			if err != nil {
				t.Error(err)
				return nil, nil
			}
			r.GroupLRs = nil
			reports = append(reports, r)
		}
		var bits []uint32
		for _, p := range params {
			for _, x := range p.Value {
				bits = append(bits, math.Float32bits(x))
			}
		}
		return bits, reports
	}
	want, reports := train(nil)
	t.Log(reports)
	for _, size := range []int{1, 2, 3, 4, 5} {
		onRanks(size, func(tr optim.Transport) {
			got, rep := train(tr)
			if !slices.Equal(got, want) {
				t.Errorf("rank %d of %d: other bits", tr.Rank(), size)
			}
			if fmt.Sprint(rep) != fmt.Sprint(reports) {
				t.Errorf("rank %d of %d: %v, want %v", tr.Rank(), size, rep, reports)
			}
		})
	}
}
