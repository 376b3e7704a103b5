package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// to converts a vector.
func to[T, S kernels.Float](x []S) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// deviation returns the largest difference, relative to the largest magnitude of
// want. It is NaN if a difference is.
func deviation[T kernels.Float](got []T, want []float64) float64 {
	var diff, largest float64
	for i, w := range want {
		diff = max(diff, math.Abs(float64(got[i])-w))
		largest = max(largest, math.Abs(w))
	}
	return diff / largest
}

func mustNew[T kernels.Float](t testing.TB, rule Rule, params []Param[T], opts ...Option) *Optimizer[T] {
	t.Helper()
	o, err := New(rule, params, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// mustStep takes a step that may not fail and may not be skipped.
func mustStep[T kernels.Float](t testing.TB, o *Optimizer[T], batches ...[][]T) Report {
	t.Helper()
	r, err := o.Step(batches...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Skipped || r.Reason != (Reason{}) {
		t.Fatalf("step %d skipped: %v", r.Step, r.Reason)
	}
	return r
}

// wantError fails unless err contains every part.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}

// random returns normally distributed vectors of the given lengths.
func random[T kernels.Float](rng *rand.Rand, lengths ...int) [][]T {
	xs := make([][]T, len(lengths))
	for i, n := range lengths {
		xs[i] = make([]T, n)
		for j := range xs[i] {
			xs[i][j] = T(rng.NormFloat64())
		}
	}
	return xs
}

// named gives vectors the names p0, p1, ...
func named[T kernels.Float](xs [][]T) []Param[T] {
	params := make([]Param[T], len(xs))
	for i, x := range xs {
		params[i] = Param[T]{fmt.Sprintf("p%d", i), x}
	}
	return params
}

// variants are all rules with every option in use somewhere.
var variants = []Rule{
	SGD{LR: 0.1},
	SGD{LR: 0.1, WeightDecay: 0.02, Maximize: true},
	Momentum{LR: 0.05, Momentum: 0.9},
	Momentum{LR: 0.05, Momentum: 0.8, Dampening: 0.3, WeightDecay: 0.02},
	Momentum{LR: 0.05, Momentum: 0.9, Dampening: 0.5, Maximize: true},
	Momentum{LR: 0.05, Momentum: 0.9, Nesterov: true, WeightDecay: 0.02},
	NewAdam(0.01),
	Adam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.03, Maximize: true},
	Adam{LR: 0.02, Beta1: 0, Beta2: 0.5, Eps: 1e-3},
	Adam{LR: 0.02, Beta1: 0.5, Beta2: 0, Eps: 1e-3},
	NewAdamW(0.01),
	AdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, Maximize: true},
	Adam{LR: 0.02, Beta1: 0.8, Beta2: 0.5, Eps: 1e-4, WeightDecay: 0.03, AMSGrad: true},
	AdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.5, Eps: 1e-4, WeightDecay: 0.3, AMSGrad: true, Maximize: true},
	NewAdagrad(0.05),
	Adagrad{LR: 0.1, LRDecay: 0.1, InitialAccumulatorValue: 0.2, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
	NewRMSprop(0.01),
	RMSprop{LR: 0.02, Alpha: 0.9, Eps: 1e-4, Momentum: 0.8, WeightDecay: 0.02, Maximize: true},
	RMSprop{LR: 0.02, Alpha: 0.9, Eps: 1e-2, Centered: true, WeightDecay: 0.02},
	RMSprop{LR: 0.02, Alpha: 0.8, Eps: 1e-2, Momentum: 0.5, Centered: true, Maximize: true},
	NewAdadelta(1),
	Adadelta{LR: 0.5, Rho: 0.8, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
	NewAdamax(0.01),
	Adamax{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-3, WeightDecay: 0.02, Maximize: true},
	NewNAdam(0.01),
	NAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, MomentumDecay: 0.5, WeightDecay: 0.02, Maximize: true},
	NAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, DecoupledWeightDecay: true},
	NewRAdam(0.01),
	RAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
	RAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.95, Eps: 1e-4, WeightDecay: 0.3, DecoupledWeightDecay: true},
	NewLion(0.01),
	Lion{LR: 0.02, Beta1: 0.8, Beta2: 0.9, WeightDecay: 0.3, Maximize: true},
	NewLARS(1),
	LARS{LR: 0.5, Momentum: 0.8, TrustCoefficient: 0.1, WeightDecay: 0.02, Maximize: true},
	NewLAMB(0.01),
	LAMB{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, Maximize: true},
	NewScheduleFreeAdamW(0.02),
	ScheduleFreeAdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.1, WarmupSteps: 5, Maximize: true},
}

// bits returns everything that a run left behind, as bit patterns.
func (o *Optimizer[T]) bits() []uint64 {
	all := []uint64{uint64(o.steps)}
	add := func(x []T) {
		for _, v := range x {
			all = append(all, math.Float64bits(float64(v)))
		}
	}
	for _, p := range o.params {
		all = append(all, uint64(p.steps))
		add(p.Value)
		for _, s := range p.state {
			add(s)
		}
	}
	return all
}
