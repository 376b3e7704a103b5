package optim_test

import (
	"fmt"
	"log"
	"runtime"

	"github.com/seed63264101/steepest/optim"
)

// Gradients of micro-batches in one buffer, added up by the optimizer.
func ExampleOptimizer_Accumulate() {
	w := []float64{1, 1}
	opt, err := optim.New(optim.SGD{LR: 0.5}, []optim.Param[float64]{{Name: "w", Value: w}}, optim.ZeroGrads())
	if err != nil {
		log.Fatal(err)
	}
	grads := [][]float64{{0, 0}}
	for batch := range 4 {
		grads[0][0] += float64(batch) // the user's backward pass
		if err := opt.Accumulate(grads); err != nil {
			log.Fatal(err)
		}
	}
	r, err := opt.Step() // the mean of the four
	fmt.Println(r.Step, r.GradNorm, w, grads, err)
	// Output: 1 1.5 [0.25 1] [[0 0]] <nil>
}

// Biases and norms without decay, and a slower rate for the lower layers.
func ExampleWithGroup() {
	lower := func(name string) bool { return name[:2] == "l1" }
	opt, err := optim.New(optim.NewAdamW(1e-3), []optim.Param[float32]{
		{Name: "l1.weight", Value: make([]float32, 6)},
		{Name: "l1.bias", Value: make([]float32, 2)},
		{Name: "l2.weight", Value: make([]float32, 4)},
	}, optim.WithGroup(lower, optim.LRFactor(0.1)), optim.WithoutDecay(optim.BiasOrNorm))
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range opt.Params() {
		fmt.Println(p.Name, p.LRFactor, p.WeightDecay)
	}
	// Output:
	// l1.weight 0.1 0.01
	// l1.bias 0.1 0
	// l2.weight 1 0.01
}

// The loss is multiplied by LossScale before the gradients are computed. A step
// whose gradients overflowed is skipped and halves it.
func ExampleWithLossScaler() {
	w := []float32{1}
	opt, err := optim.New(optim.SGD{LR: 0.5}, []optim.Param[float32]{{Name: "w", Value: w}},
		optim.WithLossScaler(optim.NewLossScaler()))
	if err != nil {
		log.Fatal(err)
	}
	for _, gradient := range []float32{1e35, 1} {
		scale := float32(opt.LossScale())
		r, err := opt.Step([][]float32{{gradient * scale}})
		fmt.Println(r.LossScale, r.Skipped, w, err)
	}
	// Output:
	// 65536 true [1] <nil>
	// 32768 false [0.5] <nil>
}

// Two goroutines share the steps over large parameters; the bits stay the same.
func ExampleWorkers() {
	w := make([]float32, 1<<20)
	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{{Name: "w", Value: w}},
		optim.Workers(runtime.GOMAXPROCS(0)))
	if err != nil {
		log.Fatal(err)
	}
	defer opt.Close()
	r, err := opt.Step([][]float32{make([]float32, len(w))})
	fmt.Println(r.Step, err)
	// Output: 1 <nil>
}

// Three word vectors of two elements, and a bias. The step touches the words 2 and 0, and
// word 2 twice.
func ExampleOptimizer_StepGradients() {
	vectors, bias := []float64{1, 1, 2, 2, 3, 3}, []float64{0}
	opt, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float64]{
		{Name: "words", Value: vectors, Shape: []int{3, 2}, Sparse: true},
		{Name: "bias", Value: bias},
	})
	if err != nil {
		log.Fatal(err)
	}
	g := opt.NewGradients()
	copy(g.Rows[0].Add(2, 0, 2), []float64{1, 0, 0, 0.5, 1, 1})
	g.Dense[1][0] = -4
	_, err = opt.StepGradients(g)
	fmt.Println(vectors, bias, err)

	g.Reset()
	g.Rows[0].Add(1, 7)
	_, err = opt.StepGradients(g)
	fmt.Println(err)
	// Output:
	// [1 0.5 2 2 1 2] [4] <nil>
	// optim: parameter "words": batch 0 has the index 7 at position 1, want 0 to 2
}
