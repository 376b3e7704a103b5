package optim_test

import (
	"fmt"
	"math/rand/v2"
	"sync"

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
