package distributed_test

import (
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed"
)

// TestCounter counts what a step sends: 4 bytes for each gradient and each parameter that is
// another rank's or goes to it, and little else.
func TestCounter(t *testing.T) {
	const blocks = 8 // of each rank
	for _, ranks := range []int{1, 2, 4} {
		n := ranks * blocks * kernels.BlockBytes / 4
		var wg sync.WaitGroup
		for _, tr := range distributed.NewMemory(ranks) {
			wg.Go(func() {
				c := &distributed.Counter{Transport: tr}
				opt, err := optim.New(optim.NewAdamW(0.1), []optim.Param[float32]{{Name: "p", Value: make([]float32, n)}}, optim.Distributed(c, ranks))
				if err != nil {
					t.Error(err)
					return
				}
				before := *c
				if _, err := opt.Step([][]float32{make([]float32, n)}); err != nil {
					t.Error(err)
				}
				sent, want := c.Sent-before.Sent, int64(8*n/ranks*(ranks-1))
				squares := int64(8 * blocks * (ranks - 1))
				if rest := sent - want - squares; rest < 0 || rest > int64(1000*(ranks-1)) {
					t.Errorf("rank %d of %d sends %d bytes, want %d and those of %d blocks", tr.Rank(), ranks, sent, want, blocks)
				}
				if err := c.Barrier(); err != nil || c.Calls == before.Calls || ranks > 1 && c.Time == 0 {
					t.Errorf("%d calls after %d in %v, error %v", c.Calls, before.Calls, c.Time, err)
				}
			})
		}
		wg.Wait()
	}
}
