package neural

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// inFormats returns the training by a rule with the options of an optimizer.
func inFormats(r optim.Rule, options ...optim.Option) Contender {
	return func(params []optim.Param[float32]) (*optim.Optimizer[float32], error) {
		return optim.New(r, params, options...)
	}
}

// TestBFloat16: at each point the network has the parameters that its optimizer keeps, and it
// learns with them.
func TestBFloat16(t *testing.T) {
	c := Default()
	c.Data, c.Samples = "circles", 60
	tr := trained(t, c, 120, 20,
		BFloat16(inFormats(optim.NewAdam(0.02), optim.WithRoundingSeed(3))),
		BFloat16(inFormats(optim.NewAdam(0.02), optim.WithSplitParams())),
		inFormats(optim.NewAdam(0.02)))
	for i, r := range tr.Runs[:2] {
		for _, place := range r.Path {
			for _, x := range place {
				if math.Float32bits(x)&0xffff != 0 {
					t.Fatalf("run %d: %v is no bfloat16", i, x)
				}
			}
		}
		snapshot, err := r.Optimizer.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range snapshot.Params {
			for j, x := range p.BF16 {
				if got := r.Network.Values()[k][j]; got != x.Float32() {
					t.Fatalf("run %d: the network has %v, and the optimizer %v", i, got, x.Float32())
				}
			}
		}
	}
	for i, r := range tr.Runs {
		if p := last(r); p.Accuracy < 0.95 {
			t.Errorf("run %d: accuracy %v", i, p.Accuracy)
		}
	}
	if slices.Equal(tr.Runs[0].Losses, tr.Runs[2].Losses) || slices.Equal(tr.Runs[0].Losses, tr.Runs[1].Losses) {
		t.Error("the formats change nothing")
	}
}

// TestFormatsEverywhere: trainings in formats give the same bits on each level and machine.
func TestFormatsEverywhere(t *testing.T) {
	c := Default()
	c.Samples = 50
	demotest.OnEveryLevel(t, func(level kernels.Level) {
		tr := trained(t, c, 40, 16,
			inFormats(optim.NewAdamW(0.01), optim.WithStateFormat(optim.Int8)),
			BFloat16(inFormats(optim.NewAdam(0.01), optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(7))),
			BFloat16(inFormats(optim.NewMomentum(0.1, 0.9), optim.WithStateFormat(optim.BFloat16), optim.WithSplitParams())),
			BFloat16(inFormats(optim.NewRMSprop(0.01), optim.WithStateFormat(optim.BFloat16))))
		if got, want := tr.Hash(), "e4309d5fe7d29997"; got != want {
			t.Errorf("%v: hash %s, want %s", level, got, want)
		}
	})
}
