package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

func TestWeightAverage(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testWeightAverage[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testWeightAverage[float64](t, 1e-14) })
}

// testWeightAverage compares with the formulas of torch's AveragedModel, in
// float64: get_ema_avg_fn and get_swa_avg_fn.
func testWeightAverage[T kernels.Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, decay := range []float64{-1, 0, 0.5, 0.999} { // -1: SWA
		values := opttest.Random[T](rng, 3, 70)
		a, err := NewSWA(named(values))
		if decay >= 0 {
			a, err = NewEMA(named(values), decay)
		}
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, 73)
		for n := range 40 {
			for i, next := range opttest.Random[T](rng, 3, 70) {
				copy(values[i], next)
			}
			for i, v := range slices.Concat(values...) {
				switch {
				case n == 0:
					want[i] = float64(v)
				case decay >= 0:
					want[i] = decay*want[i] + (1-decay)*float64(v)
				default:
					want[i] += (float64(v) - want[i]) / float64(n+1)
				}
			}
			if err := a.Update(); err != nil {
				t.Fatal(err)
			}
			got := slices.Concat(a.Params()[0].Value, a.Params()[1].Value)
			if _, worst := opttest.Farthest(got, want); !(worst <= tol) || a.Count() != n+1 {
				t.Fatalf("decay %v, update %d: off by %g of the largest", decay, n+1, worst)
			}
		}

		// Swap and back.
		present, average := slices.Concat(values...), slices.Concat(a.Params()[0].Value, a.Params()[1].Value)
		a.Swap()
		if !slices.Equal(slices.Concat(values...), average) {
			t.Error("Swap does not give the parameters their averages")
		}
		wantError(t, a.Update(), "Update", "swapped")
		a.Swap()
		if !slices.Equal(slices.Concat(values...), present) {
			t.Error("a second Swap does not bring the parameters back")
		}

		// An average that goes on from saved values gives the same bits.
		b, _ := NewSWA(named(values))
		if decay >= 0 {
			b, _ = NewEMA(named(values), decay)
		}
		for i, p := range a.Params() {
			copy(b.Params()[i].Value, p.Value)
		}
		if err := b.Resume(a.Count()); err != nil {
			t.Fatal(err)
		}
		copy(values[1], opttest.Random[T](rng, 70)[0])
		a.Update()
		b.Update()
		if !slices.Equal(a.Params()[1].Value, b.Params()[1].Value) {
			t.Error("a resumed average differs")
		}
		wantError(t, b.Resume(-1), "Resume", "-1")
		if n := kerneltest.Allocations(5, func() { a.Update(); a.Swap(); a.Swap() }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func TestBadWeightAverage(t *testing.T) {
	params := []optim.Param[float32]{{Name: "w", Value: []float32{1}}}
	for _, decay := range []float64{-0.1, 1, math.NaN(), 1 - 1e-9} {
		_, err := NewEMA(params, decay)
		wantError(t, err, "EMA", "decay", fmt.Sprint(decay))
	}
	_, err := NewSWA([]optim.Param[float32]{})
	wantError(t, err, "no parameters")
}
