package checkpoint

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/memory"
)

// TestRanks: ranks go on from the file of one process, and where one of them cannot read it all
// have an error, and change nothing.
func TestRanks(t *testing.T) {
	const size = 3
	single := newRun[float32](t, optim.NewAdam(0.01))
	single.steps(t, 2)
	path := single.save(t)
	want := single.snapshot(t)
	var ranks sync.WaitGroup
	for rank, tr := range memory.New(size) {
		r := new(run[float32])
		r.params = newRun[float32](t, optim.NewAdam(0.01)).params
		ranks.Go(func() {
			opt, err := optim.New(optim.NewAdam(0.01), r.params, optim.Distributed(tr, size))
			if err != nil {
				t.Error(err)
				return
			}
			own := path
			if rank == 1 {
				own = filepath.Join(filepath.Dir(path), "none")
			}
			wantError(t, Load(own, opt), own, "none", "no such file")
			if opt.Steps() != 0 {
				t.Errorf("rank %d has restored what another one cannot read", rank)
			}
			if err := Load(path, opt, Convert()); err != nil {
				t.Error(err)
			}
			if s, err := opt.Snapshot(); err != nil || !sameBits(s, want) {
				t.Errorf("rank %d has another state than the file (%v)", rank, err)
			}
		})
	}
	ranks.Wait()
}
