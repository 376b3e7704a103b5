package optim_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/seed63264101/steepest/optim"
)

// line returns the objective of fitting a line to points: the mean squared error.
func line(slope, intercept []float64) optim.Objective[float64] {
	x, y := []float64{1, 2, 3, 4}, []float64{2, 4, 5, 4}
	return func(_ int, grads [][]float64) (float64, error) {
		var loss float64
		for i := range x {
			r := slope[0]*x[i] + intercept[0] - y[i]
			loss += r * r / 4
			grads[0][0] += 2 * r * x[i] / 4
			grads[1][0] += 2 * r / 4
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
	r, err := optim.Fit(context.Background(), opt, line(slope, intercept), optim.FitOptions[float64]{
		Stop: []optim.StopRule{
			optim.GradNormLimit(1e-6),
			optim.StepLimit(10000),
		},
		Divergence: optim.NewDivergence(),
		Progress: func(p optim.Progress) error {
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
	plateau := optim.NewPlateau()
	plateau.Patience = 1
	opt, err := optim.New(optim.SGD{LR: 1}, params, optim.WithSchedule(plateau))
	if err != nil {
		log.Fatal(err)
	}
	early, err := optim.NewEarlyStopping(params, optim.Patience{Checks: 3})
	if err != nil {
		log.Fatal(err)
	}
	r, err := optim.Fit(context.Background(), opt, func(_ int, grads [][]float64) (float64, error) {
		grads[0][0] = -1 // training drives w up and up
		return -w[0], nil
	}, optim.FitOptions[float64]{
		Stop:          []optim.StopRule{early, optim.StepLimit(1000)},
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
	c, err := optim.FindRate(context.Background(), optim.SGD{}, params, line(slope, intercept), optim.NewRateSweep())
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
	avg, err := optim.NewEMA(params, 0.5)
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

// Warm up, hold, then decay: schedules are put together from smaller ones.
func ExampleSequence() {
	s := optim.Sequence{
		Schedules:  []optim.Schedule{optim.Warmup{Steps: 2}, optim.Polynomial{TotalIters: 4, Power: 1}},
		Milestones: []int{4},
	}
	for step := range 9 {
		fmt.Print(s.Rate(1, step), " ")
	}
	fmt.Println()
	// Output: 0 0.5 1 1 1 0.75 0.5 0.25 0
}

// A warm-up in front of a cosine, the usual schedule of large networks.
func ExampleWarmup() {
	s := optim.Warmup{Steps: 2, StartFactor: 0.1, Then: optim.Cosine{TMax: 4}}
	for step := range 7 {
		fmt.Printf("step %d: %.4f\n", step, s.Rate(0.01, step))
	}
	_, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 1)}},
		optim.WithSchedule(optim.Warmup{Steps: 2, Then: optim.Cosine{}}))
	fmt.Println(err)
	// Output:
	// step 0: 0.0010
	// step 1: 0.0055
	// step 2: 0.0100
	// step 3: 0.0085
	// step 4: 0.0050
	// step 5: 0.0015
	// step 6: 0.0000
	// optim: Warmup: Cosine: TMax = 0, want a positive number of steps
}

// Tell a Plateau the validation loss after every epoch.
func ExamplePlateau() {
	p := optim.NewPlateau()
	p.Factor, p.Patience = 0.5, 2
	for _, loss := range []float64{1, 0.8, 0.79, 0.81, 0.8, 0.79, 0.8} {
		p.Observe(loss)
		fmt.Print(p.Rate(0.1, 0), " ")
	}
	fmt.Println()
	// Output: 0.1 0.1 0.1 0.1 0.1 0.05 0.05
}
