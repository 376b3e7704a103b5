package optim

import (
	"math"
	"testing"
)

// TestNAdamFirstStep: with the momenta 0.9·(1-0.96^0.004/2) and 0.9·(1-0.96^0.008/2)
// the first step is 1 + 0.1·μ2/(1-μ1·μ2) times the rate; were μ1 counted twice, it
// would be 1.0495.
func TestNAdamFirstStep(t *testing.T) {
	p := []float64{0}
	mustStep(t, mustNew(t, NewNAdam(1), named([][]float64{p})), [][]float64{{-3}})
	if want := 1.0564518; !(math.Abs(p[0]-want) < 1e-7) {
		t.Errorf("the first step goes %.8f, want %v", p[0], want)
	}
}

// TestNAdamResumes: the product of the momenta follows from the step number.
func TestNAdamResumes(t *testing.T) {
	for _, rule := range []NAdam{NewNAdam(0.1), {LR: 0.1, Beta1: 0.99, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 3}} {
		kept := &nadam[float64]{opts: rule.kernelOptions()}
		for step := 1; step <= 6000; step++ {
			k := StepInfo{Step: step, LR: 0.1, Scale: 1}
			kept.Prepare(k)
			if step%97 > 1 && step > 5 {
				continue
			}
			fresh := &nadam[float64]{opts: rule.kernelOptions()}
			fresh.Prepare(k)
			if kept.coef != fresh.coef {
				t.Fatalf("%+v: the coefficients of step %d depend on the steps before: %+v, %+v", rule, step, kept.coef, fresh.coef)
			}
		}
	}
}
