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
