package gonumopt_test

import (
	"fmt"
	"log"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gonumopt"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
)

// Logistic regression without a penalty, by L-BFGS, and with an L1 penalty on the weights, which
// finds the features that matter.
func ExampleMinimize_logistic() {
	const rows, columns = 200, 10
	x, y := points(rows, columns)
	w, bias := make([]float64, columns), make([]float64, 1)
	params := []optim.Param[float64]{{Name: "weights", Value: w}, {Name: "bias", Value: bias}}
	penalties := gonumopt.Penalties(params, func(name string) float64 {
		if name == "bias" {
			return 0
		}
		return 0.06
	})
	for _, method := range []optimize.Method{
		&optimize.LBFGS{GradStopThreshold: 1e-6},
		&gonumopt.OWLQN{GradStopThreshold: 1e-6, L1Each: penalties},
	} {
		r, err := gonumopt.Minimize(params, func(_ train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
			loss, g.Dense[1][0] = kernels.LinearGradient(g.Dense[0], x, columns, w, bias[0], y, kernels.Logistic, 1.0/rows)
			return loss, nil
		}, nil, method)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("loss and penalty %.4f, weights %.2f: %v\n", r.F, w, r.Status)
	}
	// Output:
	// loss and penalty 0.3550, weights [1.98 2.06 -0.36 0.10 0.08 -0.44 -0.28 -0.20 0.03 -0.19]: GradientThreshold
	// loss and penalty 0.5404, weights [0.93 1.01 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00]: GradientThreshold
}

// points returns rows of features, and a label for each: 1 where the first two features, and
// noise, add up to more than 0.
func points(rows, columns int) (x, y []float64) {
	x, y = make([]float64, rows*columns), make([]float64, rows)
	kernels.Normal(x, 0, 1, kernels.Philox{Seed: 1})
	kernels.Normal(y, 0, 1, kernels.Philox{Seed: 2})
	for i, noise := range y {
		y[i] = 0
		if x[i*columns]+x[i*columns+1]+noise > 0 {
			y[i] = 1
		}
	}
	return x, y
}
