package neural

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// TestSameEverywhere: trainings give the same bits on each level and machine, and so do planes,
// losses on them, and the sharpness.
func TestSameEverywhere(t *testing.T) {
	t.Run("training", sameTraining)
	t.Run("slices", sameSlices)
}

func sameTraining(t *testing.T) {
	for _, c := range []struct {
		data, activation, init string
		batch                  int
		want                   string
	}{
		{"spirals", "tanh", "glorot", 0, "14e32d2c31923d7c"},
		{"spirals", "gelu", "he", 32, "af52d9b525639c82"},
		{"xor", "sigmoid", "large", 16, "e27be787b79dc2c1"},
		{"circles", "relu", "he", 0, "397cb052302a1ad8"},
		{"digits", "identity", "small", 20, "e6ccf124f91ef3b3"},
	} {
		demotest.OnEveryLevel(t, func(level kernels.Level) {
			g := Default()
			g.Data, g.Activation, g.Init, g.Samples = c.data, c.activation, c.init, 50
			tr := trained(t, g, 40, c.batch, by(optim.NewAdamW(0.01)), by(optim.NewMomentum(0.1, 0.9)), by(optim.NewMuon(0.02)))
			if got := tr.Hash(); got != c.want {
				t.Errorf("%v: %s, %s, %s: hash %s, want %s", level, c.data, c.activation, c.init, got, c.want)
			}
			for _, r := range tr.Runs {
				if loss := last(r).Loss; loss-loss != 0 {
					t.Errorf("%v: %s: loss %v", level, c.data, loss)
				}
			}
		})
	}
}

func sameSlices(t *testing.T) {
	for slicing, want := range map[string]string{"random": "46d73966e4952400", "pca": "59b4f58de3a7e6c0", "hessian": "0388010b93e35bf0"} {
		demotest.OnEveryLevel(t, func(level kernels.Level) {
			r := small(t)
			p, err := r.Slice(slicing, 1)
			if err != nil {
				t.Fatal(err)
			}
			row := make([]float32, 9)
			p.Row(row, 1, 9)
			h := fnv.New64a()
			for _, v := range []any{p.Axes[0], p.Axes[1], p.Box, p.Shares, row, r.Sharpness(20)} {
				if err := binary.Write(h, binary.LittleEndian, v); err != nil {
					t.Fatal(err)
				}
			}
			if got := fmt.Sprintf("%016x", h.Sum64()); got != want {
				t.Errorf("%v: %s: hash %s, want %s", level, slicing, got, want)
			}
		})
	}
}
