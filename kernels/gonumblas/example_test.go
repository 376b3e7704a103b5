package gonumblas_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// One line puts gonum on the kernels: from then on all that is built on blas32 and blas64
// uses them, here the singular value decomposition.
func ExampleUse() {
	gonumblas.Use()
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(3, 2, []float64{1, 2, 2, 1, 2, -2}), mat.SVDThin) {
		log.Fatal("the decomposition did not converge")
	}
	fmt.Printf("%.3f\n", svd.Values(nil))
	// Output: [3.000 3.000]
}
