package distributed

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

var _ train.ShardStore = Dir{}

// fitLine trains on one rank, or on one process without a transport, until an iteration of which
// Progress is told; 0 is the end. It returns all that is to be the same.
func fitLine(tr Transport, path string, until int) (string, error) {
	line := []float64{0, 0, 0}
	params := []optim.Param[float64]{{Name: "a", Value: line[:1]}, {Name: "b", Value: line[1:2]}, {Name: "c", Value: line[2:]}}
	opts := []optim.Option{optim.WithReductionOrder(optim.ReduceTree), optim.ClipNorm(1)}
	if tr != nil {
		opts = append(opts, optim.Distributed(tr, 4))
	}
	opt, err := optim.New(optim.NewAdam(0.1), params, opts...)
	if err != nil {
		return "", err
	}
	defer opt.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	average, err := train.NewEMA(params, 0.9)
	if err != nil {
		return "", err
	}
	history := new(train.History)
	o := train.FitOptions[float64]{
		Batches: &train.Batches{Samples: 50, Size: 9, Seed: 1}, Epochs: 4, MicroBatches: 4, Average: average, History: history, ProgressEvery: 1,
		Progress: func(p train.Progress) error {
			if p.Iteration == until {
				cancel()
			}
			return nil
		},
	}
	if tr != nil {
		o.Checkpoints, o.Resume = Dir{path, 2, tr}, true
	}
	r, err := train.Fit(ctx, opt, func(b train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
		for _, i := range b.Samples {
			x := float64(i) / 25
			residual := line[0] + float64(line[1]*x) + float64(line[2]*float64(x*x)) - (2 - x)
			scaled := residual / float64(len(b.Samples))
			loss += float64(residual*scaled) / 2
			g.Dense[0][0] += scaled
			g.Dense[1][0] += float64(scaled * x)
			g.Dense[2][0] += float64(scaled * float64(x*x))
		}
		return loss, nil
	}, o)
	return fmt.Sprint(line, average.Params(), history.Records, r.Progress, r.Reason), err
}

// TestFit: runs of several ranks that save shards, and are cut, go on on any number of them, and
// end with the bits of one process.
func TestFit(t *testing.T) {
	want, err := fitLine(nil, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run")
	for i, size := range []int{3, 1, 4, 2} {
		onRanks(size, func(tr Transport) {
			until := 5 * (i + 1) // of 24
			if size == 2 {
				until = 0
			}
			got, err := fitLine(tr, path, until)
			switch {
			case until > 0 && !errors.Is(err, context.Canceled):
				t.Errorf("rank %d of %d: error %v, want that of a context", tr.Rank(), size, err)
			case until == 0 && (err != nil || got != want):
				t.Errorf("rank %d of %d: %s, error %v, want %s", tr.Rank(), size, got, err, want)
			}
		})
	}
	d := Dir{Path: path}
	if steps, err := d.Steps(); err != nil || len(steps) == 0 || steps[len(steps)-1] != 24 {
		t.Errorf("the steps %v, error %v", steps, err)
	}
}
