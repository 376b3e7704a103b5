package gonumopt_test

import (
	"fmt"
	"log"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gonumopt"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

// Adam as a method of gonum's optimize.
func ExampleMethod() {
	f := functions.Beale{}
	r, err := optimize.Minimize(
		optimize.Problem{Func: f.Func, Grad: f.Grad},
		[]float64{1, 1},
		&optimize.Settings{MajorIterations: 3000},
		&gonumopt.Method{Rule: optim.NewAdam(0.03)},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", r.X)
	// Output: [3.000 0.500]
}

// Train by L-BFGS what train.Fit could train as well.
func ExampleMinimize() {
	slope, intercept := []float64{0}, []float64{0}
	x, y := []float64{1, 2, 3, 4}, []float64{2, 4, 5, 4}
	r, err := gonumopt.Minimize([]optim.Param[float64]{
		{Name: "slope", Value: slope},
		{Name: "intercept", Value: intercept},
	}, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		var loss float64
		for i := range x {
			r := slope[0]*x[i] + intercept[0] - y[i]
			loss += r * r / 4
			g.Dense[0][0] += 2 * r * x[i] / 4
			g.Dense[1][0] += 2 * r / 4
		}
		return loss, nil
	}, nil, &optimize.LBFGS{GradStopThreshold: 1e-6})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("y = %.4fx + %.4f, loss %.4f\n", slope[0], intercept[0], r.F)
	// Output: y = 0.7000x + 2.0000, loss 0.5750
}

// Where rounding ends a run. optimize's own Minimize reports how the line search failed, say
// "linesearch: failed to converge", whatever it has reached; ours sees that it is at the
// minimum. A threshold that the gradient can get to ends the run before.
func ExampleMinimize_rounding() {
	w := []float64{0, 0}
	params := []optim.Param[float64]{{Name: "w", Value: w}}
	x, y := []float64{1, 2, 3, 4}, []float64{2010.7, 4020.1, 5070.9, 3960.3}
	loss := func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		var loss float64
		for i := range x {
			r := w[0]*x[i] + w[1] - y[i]
			loss += r * r
			g.Dense[0][0] += 2 * r * x[i]
			g.Dense[0][1] += 2 * r
		}
		return loss, nil
	}
	report := func(r *optimize.Result, err error) {
		fmt.Printf("%v, y = %.4fx + %.4f, error: %t\n", r.Status, r.X[0], r.X[1], err != nil)
		w[0], w[1] = 0, 0
	}
	o, err := gonumopt.NewObjective(params, loss)
	if err != nil {
		log.Fatal(err)
	}
	report(optimize.Minimize(o.Problem(), o.X(), nil, &optimize.LBFGS{}))
	report(gonumopt.Minimize(params, loss, nil, &optimize.LBFGS{}))
	report(gonumopt.Minimize(params, loss, nil, &optimize.LBFGS{GradStopThreshold: 1e-3}))
	// Output:
	// Failure, y = 689.9600x + 2040.6000, error: true
	// StepConvergence, y = 689.9600x + 2040.6000, error: false
	// GradientThreshold, y = 689.9600x + 2040.6000, error: false
}

// The lasso, least squares with an L1 penalty: what tells nothing gets the weight 0, and
// the bias has no penalty.
func ExampleOWLQN() {
	x := [][]float64{{1, 0.1, 1}, {2, -0.2, -1}, {3, 0.1, -1}, {4, 0, 1}}
	y := []float64{12, 14, 16, 18}
	weight, bias := make([]float64, 3), make([]float64, 1)
	params := []optim.Param[float64]{{Name: "weight", Value: weight}, {Name: "bias", Value: bias}}
	r, err := gonumopt.Minimize(params, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		var loss float64
		for i, row := range x {
			e := bias[0] - y[i]
			for j, v := range row {
				e += weight[j] * v
			}
			loss += e * e / 2
			for j, v := range row {
				g.Dense[0][j] += e * v
			}
			g.Dense[1][0] += e
		}
		return loss, nil
	}, nil, &gonumopt.OWLQN{
		GradStopThreshold: 1e-6,
		L1Each: gonumopt.Penalties(params, func(name string) float64 {
			if name == "bias" {
				return 0
			}
			return 0.5
		}),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("weights %.3f, bias %.3f, loss and penalty %.3f\n", weight, bias, r.F)
	// Output: weights [1.900 0.000 0.000], bias [10.250], loss and penalty 0.975
}
