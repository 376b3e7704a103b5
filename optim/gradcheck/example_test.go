package gradcheck_test

import (
	"fmt"
	"log"
	"math"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

// A gradient by hand, of a logistic regression whose weights are penalised, in which the
// penalty was forgotten.
func ExampleCheckGradient() {
	x := [][]float64{{1, 2}, {-1, 1}, {3, -2}}
	label := []float64{1, 0, 1}
	weight, bias := []float64{0.5, -0.25}, []float64{0.1}
	params := []optim.Param[float64]{{Name: "weight", Value: weight}, {Name: "bias", Value: bias}}

	objective := func(penalty float64) train.Objective[float64] {
		return func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
			var loss float64
			for i, x := range x {
				z := weight[0]*x[0] + weight[1]*x[1] + bias[0]
				loss += (math.Log1p(math.Exp(z)) - label[i]*z) / 3
				slope := (1/(1+math.Exp(-z)) - label[i]) / 3
				g.Dense[0][0] += slope * x[0]
				g.Dense[0][1] += slope * x[1]
				g.Dense[1][0] += slope
			}
			for i, w := range weight {
				loss += w * w / 2
				g.Dense[0][i] += penalty * w
			}
			return loss, nil
		}
	}
	for _, penalty := range []float64{0, 1} {
		r, err := gradcheck.CheckGradient(params, objective(penalty), gradcheck.Options{Tolerance: 1e-4})
		if err != nil {
			log.Fatal(err)
		}
		if r.OK() {
			fmt.Println("right:", r.Checked, "elements")
		} else {
			fmt.Println(r)
		}
	}
	// Output:
	// gradcheck: 2 of the 3 elements that were looked at, of 3, have a wrong gradient: worst is weight[0] with -0.381767, where the loss has a slope of 0.118233
	// right: 3 elements
}
