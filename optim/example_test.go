package optim_test

import (
	"fmt"
	"log"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// Fit a line to points by gradient descent with momentum. The user computes the
// gradient, Step does the rest.
func Example() {
	x := []float64{1, 2, 3, 4}
	y := []float64{2, 4, 5, 4}
	slope, intercept := []float64{0}, []float64{0}
	opt, err := optim.New(optim.Momentum{LR: 0.02, Momentum: 0.9}, []optim.Param[float64]{
		{Name: "slope", Value: slope},
		{Name: "intercept", Value: intercept},
	}, optim.ClipNorm(10))
	if err != nil {
		log.Fatal(err)
	}

	residual := make([]float64, len(x))
	grads := [][]float64{{0}, {0}}
	for range 1000 {
		// residual = slope*x + intercept - y
		for i := range x {
			residual[i] = intercept[0] - y[i]
		}
		kernels.Axpy(slope[0], x, residual)
		grads[0][0] = 2 * kernels.Dot(residual, x) / 4
		grads[1][0] = 2 * kernels.Sum(residual) / 4
		if _, err := opt.Step(grads); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("y = %.4fx + %.4f\n", slope[0], intercept[0])
	// Output: y = 0.7000x + 2.0000
}

// The gradients of micro-batches are reduced by Step, which reports what it did.
func ExampleOptimizer_Step() {
	w := []float32{1, 1}
	opt, err := optim.New(optim.SGD{LR: 0.5}, []optim.Param[float32]{{Name: "w", Value: w}}, optim.ClipNorm(1))
	if err != nil {
		log.Fatal(err)
	}
	first, second := [][]float32{{2, 0}}, [][]float32{{4, 8}}
	r, err := opt.Step(first, second) // the mean is (3, 4)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("step %d: rate %g, norm %g, clipped by %.3f, w = %.3f\n", r.Step, r.LR, r.GradNorm, r.ClipCoef, w)
	// Output: step 1: rate 0.5, norm 5, clipped by 0.200, w = [0.700 0.600]
}

// A step whose gradients are not finite is skipped as a whole.
func ExampleReason() {
	w, b := []float64{1, 2}, []float64{3}
	opt, err := optim.New(optim.NewAdam(0.01), []optim.Param[float64]{
		{Name: "weights", Value: w},
		{Name: "bias", Value: b},
	})
	if err != nil {
		log.Fatal(err)
	}
	zero := 0.0
	r, err := opt.Step([][]float64{{1, 1 / zero}, {1}})
	fmt.Println(r.Skipped, r.Reason, err)
	fmt.Println(w, b, opt.Steps())
	// Output:
	// true gradient of parameter "weights" is +Inf at element 1 <nil>
	// [1 2] [3] 0
}

// Start from torch's defaults and change what is needed.
func ExampleNewAdamW() {
	rule := optim.NewAdamW(1e-3)
	rule.Beta2, rule.WeightDecay = 0.95, 0.1
	fmt.Printf("%s %+v\n", rule.Name(), rule)
	rule.Beta2 = 1.5
	_, err := optim.New(rule, []optim.Param[float32]{{Name: "w", Value: make([]float32, 8)}})
	fmt.Println(err)
	// Output:
	// AdamW {LR:0.001 Beta1:0.9 Beta2:0.95 Eps:1e-08 WeightDecay:0.1 AMSGrad:false Maximize:false}
	// optim: AdamW: Beta2 = 1.5, want a number in [0, 1)
}

// Schedule-free AdamW trains at one point and is evaluated at another.
func ExampleOptimizer_EvalMode() {
	w := []float64{4}
	rule := optim.NewScheduleFreeAdamW(0.5)
	rule.WarmupSteps = 5
	opt, err := optim.New(rule, []optim.Param[float64]{{Name: "w", Value: w}})
	if err != nil {
		log.Fatal(err)
	}
	for range 100 {
		gradient := 2 * (w[0] - 1) // of (w-1)²
		if _, err := opt.Step([][]float64{{gradient}}); err != nil {
			log.Fatal(err)
		}
	}
	opt.EvalMode()
	fmt.Printf("evaluate at %.2f\n", w[0])
	_, err = opt.Step([][]float64{{0}})
	fmt.Println("a step there is refused:", err != nil)
	opt.TrainMode()
	_, err = opt.Step([][]float64{{2 * (w[0] - 1)}})
	fmt.Println("and taken here:", err == nil)
	// Output:
	// evaluate at 1.00
	// a step there is refused: true
	// and taken here: true
}

// Parameters of bfloat16 and state of 8 bits learn what rounding to the nearest would not:
// beside 4 a bfloat16 has its neighbours at distances of 1/64 and 1/32, many times the rate.
func ExampleWithStateFormat() {
	w := make([]kernels.BFloat16, 512)
	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{{Name: "w", BF16: w}},
		optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(1))
	if err != nil {
		log.Fatal(err)
	}
	grads := opt.NewGradients() // of bfloat16 as well
	for range 8000 {
		for i, x := range w {
			grads.BF16[0][i] = kernels.ToBFloat16(x.Float32() - 4) // of half the square of the distance
		}
		if _, err := opt.StepGradients(grads); err != nil {
			log.Fatal(err)
		}
	}
	mean := 0.0
	for _, x := range w {
		mean += float64(x.Float32()) / float64(len(w))
	}
	p := opt.Params()[0]
	fmt.Printf("%.1f in the mean, %d bytes of state for %d parameters\n", mean, p.StateBytes, p.Len)
	// Output: 4.0 in the mean, 1028 bytes of state for 512 parameters
}
