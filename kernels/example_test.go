package kernels_test

import (
	"fmt"
	"log"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// Fit a line to points: the whole of gradient descent on a linear model is two kernels.
func Example() {
	x := []float64{1, 2, 3, 4} // rows of one feature each
	y := []float64{2, 4, 5, 4}
	line, grad := make([]float64, 2), make([]float64, 2) // the slope, and the height at 0
	step := kernels.SGDCoefs[float64](kernels.SGDOptions{LR: 0.1}, 1)
	for range 1000 {
		grad[0] = 0
		_, grad[1] = kernels.LinearGradient(grad[:1], x, 1, line[:1], line[1], y, kernels.LeastSquares, 1./4) // of the mean square
		kernels.SGD(line, grad, step)                                                                         // line -= 0.1*grad
	}
	fmt.Printf("y = %.4fx + %.4f\n", line[0], line[1])
	// Output: y = 0.7000x + 2.0000
}

// The same bits on every level: here of a sum that plain loops round in many ways.
func Example_levels() {
	before := kernels.ActiveLevel()
	x := make([]float32, 100_000)
	for i := range x {
		x[i] = 1 / float32(i+1)
	}
	seen := map[uint32]bool{}
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			log.Fatal(err)
		}
		seen[math.Float32bits(kernels.Sum(x))] = true
	}
	if err := kernels.SetLevel(before); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(seen), "result:", kernels.Sum(x))
	// Output: 1 result: 12.090147
}

func ExampleAxpy() {
	y := []float32{1, 1, 1}
	kernels.Axpy(2, []float32{1, 2, 3}, y)
	fmt.Println(y)
	// Output: [3 5 7]
}

func ExampleDot() {
	fmt.Println(kernels.Dot([]float64{1, 2, 3}, []float64{4, 5, 6}))
	// Output: 32
}

// The squares need not fit in a float32.
func ExampleNrm2() {
	fmt.Println(kernels.Nrm2([]float32{3e30, 4e30}))
	// Output: 5e+30
}

func ExampleClamp() {
	x := []float32{-3, 0.5, 3}
	kernels.Clamp(x, x, -1, 1)
	fmt.Println(x)
	// Output: [-1 0.5 1]
}

// The mean gradient of a mini-batch, whose gradients are the rows of a matrix: rows of
// two numbers that are three apart, as where a row is padded.
func ExampleMeanRows() {
	batch := []float32{
		1, 10, 0,
		2, 20, 0,
		6, 60, 0,
	}
	mean := make([]float32, 2)
	kernels.MeanRows(mean, batch, 3, 3)
	fmt.Println(mean)
	// Output: [3 30]
}

// The sum of gradients that lie in slices of their own.
func ExampleSumSlices() {
	sum := make([]float32, 2)
	kernels.SumSlices(sum, [][]float32{{1, 10}, {2, 20}, {6, 60}})
	fmt.Println(sum)
	// Output: [9 90]
}

// With beta = 0 the old y is not read: it may be anything.
func ExampleGemv() {
	a := []float64{
		1, 2, 3,
		4, 5, 6,
	}
	y := []float64{math.NaN(), math.NaN()}
	kernels.Gemv(1, a, 3, []float64{1, 0, -1}, 0, y)
	fmt.Println(y)
	// Output: [-2 -2]
}

func ExampleGemvT() {
	a := []float64{
		1, 2, 3,
		4, 5, 6,
	}
	y := make([]float64, 3)
	kernels.GemvT(1, a, 3, []float64{1, -1}, 0, y)
	fmt.Println(y)
	// Output: [-3 -3 -3]
}

func ExampleGer() {
	a := make([]float64, 6)
	kernels.Ger(1, []float64{1, 2}, []float64{1, 10, 100}, a, 3)
	fmt.Println(a[:3], a[3:])
	// Output: [1 10 100] [2 20 200]
}

// A minimum of (x-3)² by Adam. The coefficients of a step depend on its number, from 1;
// the moments begin at 0.
func ExampleAdam() {
	x, m, v := []float64{0}, []float64{0}, []float64{0}
	o := kernels.AdamOptions{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	for t := 1; t <= 500; t++ {
		grad := []float64{2 * (x[0] - 3)}
		kernels.Adam(x, grad, m, v, kernels.AdamCoefs[float64](o, t, 1))
	}
	fmt.Printf("%.3f\n", x[0])
	// Output: 3.000
}

// Every second element, and the elements from the far end: as in BLAS, a negative
// stride begins there.
func ExampleDotInc() {
	x := []float32{1, 0, 2, 0, 3}
	y := []float32{10, 20, 30}
	fmt.Println(kernels.DotInc(3, x, 2, y, 1), kernels.DotInc(3, x, 2, y, -1))
	// Output: 140 100
}

func ExampleExp() {
	x := []float32{0, 1, -1, 100}
	kernels.Exp(x, x)
	fmt.Println(x)
	// Output: [1 2.7182817 0.36787945 +Inf]
}

// A dense layer: a product, then bias and activation while a row is in the cache.
func ExampleAddBias() {
	const rows, in, out = 2, 3, 2
	x := []float32{1, 2, 3, -1, 0, 1} // rows × in
	w := []float32{1, 0, 0, 1, 1, -1} // in × out
	bias := []float32{0.5, -0.5}
	y := make([]float32, rows*out)
	kernels.Gemm(kernels.NoTrans, kernels.NoTrans, rows, out, in, 1, x, in, w, out, 0, y, out)
	kernels.AddBias(y, rows, out, bias, kernels.ReLU[float32])
	fmt.Println(y)
	// Output: [4.5 0 0.5 0]
}

// The last layer of a classifier: the loss of a batch, and the gradient to hand back. Rows
// without a label do not count.
func ExampleCrossEntropy() {
	const classes, unknown = 3, -1
	logits := []float32{
		2, 0, -1,
		0, 0, 0,
		0, 3, 1,
	}
	grad := make([]float32, len(logits))
	loss, err := kernels.CrossEntropy(grad, classes, logits, classes, classes, []int{0, unknown, 2},
		&kernels.CrossEntropyOptions[float32]{Ignore: true, IgnoredLabel: unknown})
	fmt.Printf("%.4f %v\n%.3f\n", loss, err, grad)

	_, err = kernels.CrossEntropy(grad, classes, logits, classes, classes, []int{0, 1, 7}, nil)
	fmt.Println(err)
	// Output:
	// 1.1698 <nil>
	// [-0.078 0.057 0.021 0.000 0.000 0.000 0.021 0.422 -0.443]
	// kernels: CrossEntropy: label 7 of row 2 is none of 3 classes
}

// Two features of very different size, which training wants in standard deviations.
func ExampleColumnMoments() {
	houses := []float64{
		3, 120_000,
		5, 200_000,
		4, 160_000,
	}
	mean, variance, scale := make([]float64, 2), make([]float64, 2), make([]float64, 2)
	kernels.ColumnMoments(mean, variance, houses, 2, 3)
	kernels.ReciprocalRoot(scale, variance, 0)
	kernels.StandardizeColumns(houses, 2, houses, 2, 3, mean, scale)
	fmt.Printf("%.3f\n%.3f\n", mean, houses)
	// Output:
	// [4.000 160000.000]
	// [-1.225 -1.225 1.225 1.225 0.000 0.000]
}

func ExampleLayerNorm() {
	x := []float32{
		1, 2, 3, 4,
		10, 10, 10, 50,
	}
	y := make([]float32, len(x))
	gamma, beta := []float32{1, 1, 1, 1}, make([]float32, 4)
	mean, rstd := make([]float32, 2), make([]float32, 2)
	kernels.LayerNorm(y, 4, x, 4, gamma, beta, mean, rstd, 1e-5)
	fmt.Printf("%.3f\n", y)
	// Output: [-1.342 -0.447 0.447 1.342 -0.577 -0.577 -0.577 1.732]
}

// Rows of a table for a batch, and the gradient back into it.
func ExampleGather() {
	table := []float32{0, 1, 10, 11, 20, 21} // three rows of two
	batch := make([]float32, 6)
	rows := []int{2, 0, 2}
	kernels.Gather(batch, 2, table, 2, 2, rows)
	fmt.Println(batch)
	grad := make([]float32, len(table))
	kernels.ScatterAdd(grad, 2, batch, 2, 2, rows)
	fmt.Println(grad)
	// Output:
	// [20 21 0 1 20 21]
	// [0 1 0 0 40 42]
}

// The means of two bags of words, and the gradient of each word.
func ExampleEmbeddingBag() {
	table := []float32{0, 1, 10, 11, 20, 21} // three words, two numbers each
	words, offsets := []int{0, 2, 1}, []int{0, 2, 3}
	y, dWords := make([]float32, 4), make([]float32, 6)
	kernels.EmbeddingBag(y, 2, table, 2, 2, words, offsets, nil, kernels.BagMean)
	fmt.Println(y)
	dy := []float32{4, 6, 1, 1}
	kernels.EmbeddingBagGrad(dWords, 2, nil, dy, 2, nil, 2, 2, words, offsets, nil, kernels.BagMean)
	fmt.Println(dWords)
	// Output:
	// [10 11 10 11]
	// [2 3 2 3 1 1]
}
