package optim_test

import (
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// TestRanksOwnRule: rules from outside take part with all that an updater may have.
func TestRanksOwnRule(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		optim.CheckOwnRule[float32](t, heavyBall{LR: 0.01, Mu: 0.875, WeightDecay: 0.125}, 3)
	})
	t.Run("measures, carries, initializes, evaluates and has scratch", func(t *testing.T) {
		optim.CheckOwnRule[float32](t, meter{0.25}, 2, 3, 7)
		optim.CheckOwnRule[float64](t, meter{0.25}, 4)
	})
	t.Run("whole", func(t *testing.T) {
		optim.CheckOwnRule[float64](t, rower{0.125, optim.NewAdam(0.5)}, 2, 3, 7)
		optim.CheckOwnRule[float32](t, rower{0.125, optim.NewAdam(0.5)}, 5)
	})
	t.Run("embedded", func(t *testing.T) {
		optim.CheckOwnRule[float32](t, renamed{optim.NewAdam(0.1), 3}, 4)
	})
}
