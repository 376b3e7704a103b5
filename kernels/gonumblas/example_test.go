package gonumblas_test

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// Two lines put gonum on the kernels. All that is built on blas32 and blas64 uses
// them from then on, such as mat and optimize.
func ExampleImplementation() {
	blas32.Use(gonumblas.Implementation{})
	blas64.Use(gonumblas.Implementation{})

	a := mat.NewDense(2, 3, []float64{
		1, 2, 3,
		4, 5, 6,
	})
	var y mat.VecDense
	y.MulVec(a, mat.NewVecDense(3, []float64{1, 0, -1}))
	fmt.Println(mat.Formatted(&y))
	fmt.Println(mat.Norm(&y, 2) == blas64.Nrm2(y.RawVector()))
	// Output:
	// ⎡-2⎤
	// ⎣-2⎦
	// true
}
