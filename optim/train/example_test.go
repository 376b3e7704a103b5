package train_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// line returns the objective of fitting a line to points: the mean squared error.
func line(slope, intercept []float64) train.Objective[float64] {
	x, y := []float64{1, 2, 3, 4}, []float64{2, 4, 5, 4}
	return func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		var loss float64
		for i := range x {
			r := slope[0]*x[i] + intercept[0] - y[i]
			loss += r * r / 4
			g.Dense[0][0] += 2 * r * x[i] / 4
			g.Dense[1][0] += 2 * r / 4
		}
		return loss, nil
	}
}

// Fit runs the training loop until a rule ends it.
func ExampleFit() {
	slope, intercept := []float64{0}, []float64{0}
	opt, err := optim.New(optim.Momentum{LR: 0.02, Momentum: 0.9}, []optim.Param[float64]{
		{Name: "slope", Value: slope},
		{Name: "intercept", Value: intercept},
	})
	if err != nil {
		log.Fatal(err)
	}
	r, err := train.Fit(context.Background(), opt, line(slope, intercept), train.FitOptions[float64]{
		Stop: []train.StopRule{
			train.GradNormLimit(1e-6),
			train.StepLimit(10000),
		},
		Divergence: train.NewDivergence(),
		Progress: func(p train.Progress) error {
			if p.Iteration == 1 || p.Iteration%100 == 0 {
				fmt.Printf("step %3d: loss %.4f\n", p.Step, p.Loss)
			}
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("y = %.4fx + %.4f, ended by %.13s\n", slope[0], intercept[0], r.Reason)
	// Output:
	// step   1: loss 15.2500
	// step 100: loss 0.5754
	// step 200: loss 0.5750
	// y = 0.7000x + 2.0000, ended by gradient norm
}

// Validate between the steps, keep the best parameters, and stop when they do not
// get better. The schedule lowers the rate before that.
func ExampleEarlyStopping() {
	w := []float64{0}
	params := []optim.Param[float64]{{Name: "w", Value: w}}
	plateau := schedule.NewPlateau()
	plateau.Patience = 1
	opt, err := optim.New(optim.SGD{LR: 1}, params, optim.WithSchedule(plateau))
	if err != nil {
		log.Fatal(err)
	}
	early, err := train.NewEarlyStopping(params, train.Patience{Checks: 3})
	if err != nil {
		log.Fatal(err)
	}
	r, err := train.Fit(context.Background(), opt, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		g.Dense[0][0] = -1 // training drives w up and up
		return -w[0], nil
	}, train.FitOptions[float64]{
		Stop:          []train.StopRule{early, train.StepLimit(1000)},
		Validate:      func() (float64, error) { return math.Abs(w[0] - 3), nil }, // but 3 was enough
		ValidateEvery: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("step %d: %s; rate %.1f, w = %g\n", r.Step, r.Reason, r.LR, w[0])
	// Output: step 6: no metric better than 0 in 3 checks; rate 0.1, w = 3
}

// Try all rates from tiny to far too large. The parameters stay as they are.
func ExampleFindRate() {
	slope, intercept := []float64{0}, []float64{0}
	params := []optim.Param[float64]{
		{Name: "slope", Value: slope},
		{Name: "intercept", Value: intercept},
	}
	c, err := train.FindRate(context.Background(), optim.SGD{}, params, line(slope, intercept), train.NewRateSweep())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("try a rate of %.3f\n", c.Suggest)
	fmt.Println(slope, intercept)
	// Output:
	// try a rate of 0.008
	// [0] [0]
}

// Average the weights, and validate with the average.
func ExampleWeightAverage() {
	w := []float32{0}
	params := []optim.Param[float32]{{Name: "w", Value: w}}
	avg, err := train.NewEMA(params, 0.5)
	if err != nil {
		log.Fatal(err)
	}
	for _, w[0] = range []float32{8, 4, 2} { // training
		if err := avg.Update(); err != nil {
			log.Fatal(err)
		}
	}
	avg.Swap()
	fmt.Println("the average is", w[0])
	avg.Swap()
	fmt.Println("training goes on from", w[0])
	// Output:
	// the average is 4
	// training goes on from 2
}

// The samples of a step follow from the seed and its number: a program that is started again
// in the middle of an epoch takes those that come next.
func ExampleBatches() {
	b := train.Batches{Samples: 7, Size: 3, Seed: 1}
	for step := range b.Steps(2) {
		fmt.Println("epoch", b.Epoch(step), b.Append(nil, step))
	}
	// Output:
	// epoch 0 [5 3 2]
	// epoch 0 [6 4 0]
	// epoch 0 [1]
	// epoch 1 [1 2 5]
	// epoch 1 [3 0 4]
	// epoch 1 [6]
}

// Train with some rates, two at a time, and see which is the best.
func ExampleSweep() {
	r, err := train.Sweep(context.Background(), func(c train.Cell) (*train.Run[float64], error) {
		slope, intercept := []float64{0}, []float64{0} // everything anew
		opt, err := optim.New(optim.Momentum{LR: c.LR, Momentum: c.Value}, []optim.Param[float64]{
			{Name: "slope", Value: slope},
			{Name: "intercept", Value: intercept},
		})
		if err != nil {
			return nil, err
		}
		return train.NewRun(opt, line(slope, intercept), train.FitOptions[float64]{
			Stop:       []train.StopRule{train.StepLimit(100)},
			Divergence: train.NewDivergence(),
		})
	}, train.SweepOptions{Rates: []float64{0.01, 0.05, 0.5}, Option: "momentum", Values: []float64{0, 0.9}, Workers: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(r)
	// Output:
	// cell  lr    momentum  iterations  loss        metric  end
	// 0     0.01  0         100         0.80504     -       100 iterations
	// 1     0.05  0         100         0.59602     -       100 iterations
	// 2     0.5   0         13          8.8186e+21  -       diverged
	// 3*    0.01  0.9       100         0.57528     -       100 iterations
	// 4     0.05  0.9       100         0.57542     -       100 iterations
	// 5     0.5   0.9       13          3.066e+20   -       diverged
}
