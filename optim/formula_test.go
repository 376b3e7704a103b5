package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestFormulas runs every rule through whole steps, with micro-batches, clipping
// and a schedule, beside the formulas.
func TestFormulas(t *testing.T) {
	for _, rule := range variants {
		for _, batches := range []int{1, 3} {
			for _, limit := range []float64{0, 2} {
				name := fmt.Sprintf("%s/%+v/batches=%d/clip=%g", rule.Name(), rule, batches, limit)
				t.Run("float32/"+name, func(t *testing.T) { testFormulas[float32](t, rule, batches, limit, 2e-6) })
				t.Run("float64/"+name, func(t *testing.T) { testFormulas[float64](t, rule, batches, limit, 1e-12) })
			}
		}
	}
}

func testFormulas[T kernels.Float](t *testing.T, rule Rule, batches int, limit, tol float64) {
	const steps = 12
	rng := rand.New(rand.NewPCG(1, 2))
	lengths := []int{1, 5, 70}
	params := random[T](rng, lengths...)
	oracles := make([]*oracle, len(params))
	for i, p := range params {
		oracles[i] = newOracle(rule, to[float64](p))
	}
	opts := []Option{WithSchedule(schedule.Cosine{TMax: 2 * steps, EtaMin: 1e-3})}
	if limit > 0 {
		opts = append(opts, ClipNorm(limit))
	}
	opt := mustNew(t, rule, named(params), opts...)

	for step := range steps {
		sets := make([][][]T, batches)
		for b := range sets {
			sets[b] = random[T](rng, lengths...)
			for i := range sets[b] {
				if len(sets[b][i]) > 1 {
					sets[b][i][0] = 0 // dead
				}
			}
		}
		// The mean gradient, its norm and the rate in plain float64.
		grads := make([][]float64, len(lengths))
		var squares float64
		for i, n := range lengths {
			grads[i] = make([]float64, n)
			for j := range grads[i] {
				for _, set := range sets {
					grads[i][j] += float64(set[i][j]) / float64(batches)
				}
				squares += grads[i][j] * grads[i][j]
			}
		}
		norm, coef := math.Sqrt(squares), 1.0
		if limit > 0 {
			coef = min(1, limit/(norm+1e-6))
		}
		lr := 1e-3 + (rule.LearningRate()-1e-3)*(1+math.Cos(math.Pi*float64(step)/(2*steps)))/2

		r := mustStep(t, opt, sets...)
		if r.Step != step+1 || opt.Steps() != step+1 {
			t.Fatalf("step %d: report says %d, optimizer %d", step+1, r.Step, opt.Steps())
		}
		near(t, "rate", r.LR, lr, 1e-14)
		near(t, "norm", r.GradNorm, norm, tol)
		near(t, "clip coefficient", r.ClipCoef, coef, tol)
		var got, want []float64
		for i := range grads {
			for j := range grads[i] {
				grads[i][j] *= coef
			}
		}
		stepAll(oracles, grads, lr)
		for i, o := range oracles {
			got, want = append(got, to[float64](params[i])...), append(want, o.p...)
		}
		follows(t, got, want, tol, "%s, step %d: all parameters", rule.Name(), step+1)
	}
}

// near fails unless got is want up to a relative error.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

// TestLongFormulas runs every rule beside its formulas in float64, over vectors
// of several blocks and many steps at a constant rate.
func TestLongFormulas(t *testing.T) {
	steps := 60
	if testing.Short() {
		steps = 10
	}
	for _, rule := range variants {
		rng := rand.New(rand.NewPCG(31, 32))
		lengths := []int{9000, 3}
		params := random[float64](rng, lengths...)
		params[1] = []float64{0, 0, 0} // a norm of 0
		oracles := []*oracle{newOracle(rule, slices.Clone(params[0])), newOracle(rule, slices.Clone(params[1]))}
		opt := mustNew(t, rule, named(params))
		for step := range steps {
			grads := random[float64](rng, lengths...)
			mustStep(t, opt, grads)
			stepAll(oracles, grads, rule.LearningRate())
			for i, o := range oracles {
				follows(t, params[i], o.p, 1e-11, "%s %+v, step %d: parameter %d", rule.Name(), rule, step+1, i)
			}
		}
	}
}
