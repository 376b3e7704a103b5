package optim_test

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// Adan is a rule that package optim does not have: Adam with a moment of how the gradient
// changes, beside that of the gradient (X. Xie et al., Adan: adaptive Nesterov momentum
// algorithm, 2022).
type Adan struct{ LR, Beta1, Beta2, Beta3, Eps, WeightDecay float64 }

func (r Adan) Name() string          { return "Adan" }
func (r Adan) State() []string       { return []string{"exp_avg", "exp_avg_diff", "exp_avg_sq", "pre_grad"} }
func (r Adan) Scratch() int          { return 2 }
func (r Adan) LearningRate() float64 { return r.LR }

func (r Adan) Float32() (optim.Updater[float32], error) { return newAdan[float32](r) }
func (r Adan) Float64() (optim.Updater[float64], error) { return newAdan[float64](r) }

func newAdan[T kernels.Float](r Adan) (optim.Updater[T], error) {
	for _, beta := range []float64{r.Beta1, r.Beta2, r.Beta3} {
		if !(beta >= 0 && beta < 1) {
			return nil, fmt.Errorf("Adan: beta = %v, want a number in [0, 1)", beta)
		}
	}
	return &adan[T]{Adan: r}, nil
}

type adan[T kernels.Float] struct {
	Adan
	optim.StepInfo
	correct1, correct2, correct3 float64
}

func (u *adan[T]) Prepare(s optim.StepInfo) {
	u.StepInfo = s
	correction := func(beta float64) float64 { return 1 / (1 - math.Pow(beta, float64(s.Step))) }
	u.correct1, u.correct2, u.correct3 = correction(u.Beta1), correction(u.Beta2), math.Sqrt(correction(u.Beta3))
}

func (u *adan[T]) Update(p, g []T, state [][]T) {
	m, v, n, last, x, d := state[0], state[1], state[2], state[3], state[4], state[5]
	copy(x, g)
	kernels.Scal(T(u.Scale), x)
	if u.Step == 1 {
		copy(last, x)
	}
	kernels.Sub(d, x, last) // how the gradient has changed
	copy(last, x)
	kernels.Axpby(T(1-u.Beta1), x, T(u.Beta1), m)
	kernels.Axpby(T(1-u.Beta2), d, T(u.Beta2), v)
	kernels.Axpy(T(u.Beta2), d, x)
	kernels.Mul(x, x, x)
	kernels.Axpby(T(1-u.Beta3), x, T(u.Beta3), n)

	kernels.Sqrt(x, n)
	for i := range x {
		x[i] = T(x[i]*T(u.correct3)) + T(u.Eps)
	}
	copy(d, m)
	kernels.Axpby(T(u.Beta2*u.correct2), v, T(u.correct1), d)
	kernels.Div(d, d, x)
	kernels.Axpy(T(-u.StepInfo.LR), d, p)
	kernels.Scal(T(1/(1+float64(u.StepInfo.LR*u.WeightDecay))), p)
}

// A rule of one's own takes part in all that the package's rules do: here it shares an
// optimizer with SGD, is clipped and saved.
func ExampleRule() {
	rule := Adan{LR: 0.1, Beta1: 0.98, Beta2: 0.92, Beta3: 0.99, Eps: 1e-8}
	x, bias := []float64{4, -3}, []float64{1}
	opt, err := optim.New(rule, []optim.Param[float64]{{Name: "x", Value: x}, {Name: "bias", Value: bias}},
		optim.ClipNorm(10), optim.WithGroup(optim.BiasOrNorm, optim.GroupRule(optim.SGD{LR: 0.1})))
	if err != nil {
		panic(err)
	}
	for range 400 { // the gradient of (x[0]-1)² + 10*(x[1]-2)² + bias²
		if _, err := opt.Step([][]float64{{2 * (x[0] - 1), 20 * (x[1] - 2)}, {2 * bias[0]}}); err != nil {
			panic(err)
		}
	}
	s, err := opt.Snapshot()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.2f %.2f, %s with Beta1 = %s\n", x, bias, s.Rule, s.Options["Beta1"])
	// Output:
	// [1.00 2.00] [0.00], Adan with Beta1 = 0.98
}
