package optim

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestAccumulate: batches one by one give what they give together.
func TestAccumulate(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testAccumulate[float32](t, 1e-5) })
	t.Run("float64", func(t *testing.T) { testAccumulate[float64](t, 1e-13) })
}

func testAccumulate[T kernels.Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(20, 21))
	lengths := []int{3, 40000, 900}
	for _, red := range []Reduction{ReduceSum, ReduceMean} {
		for n := 1; n <= 5; n++ {
			start := random[T](rng, lengths...)
			rule := Momentum{LR: 0.1, Momentum: 0.9}
			a := mustNew(t, rule, named(clones(start)), WithReduction(red), ClipNorm(30))
			b := mustNew(t, rule, named(clones(start)), WithReduction(red), ClipNorm(30))
			for round := range 3 {
				sets := make([][][]T, n)
				for s := range sets {
					sets[s] = random[T](rng, lengths...)
				}
				rb := mustStep(t, b, sets...)
				cut := (round*n + 1) / 2 // by Accumulate, the others by Step
				for s := 0; s < cut; s++ {
					set := clones(sets[s])
					if err := a.Accumulate(set); err != nil {
						t.Fatal(err)
					}
					for _, g := range set {
						clear(g) // the caller's again
					}
				}
				if a.Accumulated() != cut {
					t.Errorf("%d accumulated, want %d", a.Accumulated(), cut)
				}
				ra := mustStep(t, a, sets[cut:]...)
				if red == ReduceSum || n&(n-1) == 0 {
					if !reflect.DeepEqual(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
						t.Fatalf("reduction %d of %d batches, %d of them accumulated: the bits differ", red, n, cut)
					}
				}
				near(t, "norm", ra.GradNorm, rb.GradNorm, tol)
				for i := range a.params {
					if d := deviation(a.params[i].Value, to[float64](b.params[i].Value)); !(d <= tol) {
						t.Fatalf("reduction %d of %d batches, %d of them accumulated: off by %.3g", red, n, cut, d)
					}
				}
			}
		}
	}
}

// TestAccumulateErrors: an error keeps what was accumulated; a skipped step uses
// it up.
func TestAccumulateErrors(t *testing.T) {
	p := []float64{0, 0}
	opt := mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: p}}, WithReduction(ReduceSum))
	wantError(t, opt.Accumulate(), "Accumulate without gradients")
	wantError(t, opt.Accumulate(nil), "Accumulate", "0 gradients")
	wantError(t, opt.Accumulate([][]float64{nil}), `"w"`, "nil")
	wantError(t, opt.Accumulate([][]float64{{1, 2}}, [][]float64{{1}}), `"w"`, "batch 1", "1 elements")
	wantError(t, opt.Accumulate([][]float64{p}), `"w"`, "overlaps")
	if opt.Accumulated() != 0 {
		t.Errorf("%d batches accumulated by errors", opt.Accumulated())
	}
	_, err := opt.Step()
	wantError(t, err, "without gradients")
	if err := opt.Accumulate([][]float64{{1, 2}}); err != nil {
		t.Fatal(err)
	}
	_, err = opt.Step([][]float64{{1}})
	wantError(t, err, "1 elements")
	mustStep(t, opt, [][]float64{{10, 20}})
	if !slices.Equal(p, []float64{-11, -22}) {
		t.Errorf("parameter %v", p)
	}
	if err := opt.Accumulate([][]float64{{1, math.NaN()}}); err != nil {
		t.Fatal(err)
	}
	if r, err := opt.Step([][]float64{{1, 1}}); err != nil || !r.Skipped || r.Reason.Element != 1 {
		t.Errorf("report %+v, error %v", r, err)
	}
	mustStep(t, opt, [][]float64{{1, 1}})
	if !slices.Equal(p, []float64{-12, -23}) || opt.Skipped() != 1 || opt.Steps() != 2 {
		t.Errorf("parameter %v, %d skipped, %d steps", p, opt.Skipped(), opt.Steps())
	}
}
