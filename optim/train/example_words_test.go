package train_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// Bags of words are told apart by the mean of the words' vectors. These are the rows of a table,
// of which a batch touches few: a sparse parameter, beside the dense ones of a layer in the same
// optimizer. One norm clips the gradients of all, and one file keeps them.
func Example_bagOfWords() {
	dir, err := os.MkdirTemp("", "") // a real program's stays
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	const vocabulary, dim, size, epochs = 300, 8, 16, 5
	bags, labels := drawBags(400, vocabulary)
	table, w, bias := make([]float32, vocabulary*dim), make([]float32, dim*classes), make([]float32, classes)
	kernels.Normal(table, 0, 0.1, kernels.Philox{Seed: 1})
	batches := &train.Batches{Samples: len(bags), Size: size, Seed: 1}
	opt, err := optim.New(optim.NewAdam(0.02), []optim.Param[float32]{
		{Name: "table", Value: table, Shape: []int{vocabulary, dim}, Sparse: true},
		{Name: "w", Value: w},
		{Name: "bias", Value: bias},
	}, optim.ClipNorm(1), optim.WithSchedule(schedule.Cosine{TMax: batches.Steps(epochs)}))
	if err != nil {
		log.Fatal(err)
	}
	var words []int
	mean, dmean := make([]float32, size*dim), make([]float32, size*dim)
	scores := make([]float32, size*classes)
	_, err = train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		n := len(b.Samples)
		words = words[:0]
		offsets, truth := []int{0}, []int{}
		for _, i := range b.Samples {
			words = append(words, bags[i]...)
			offsets, truth = append(offsets, len(words)), append(truth, labels[i])
		}
		kernels.EmbeddingBag(mean, dim, table, dim, dim, words, offsets, nil, kernels.BagMean)
		kernels.Gemm(false, false, n, classes, dim, 1, mean, dim, w, classes, 0, scores, classes)
		kernels.AddBias(scores, n, classes, bias, nil)
		loss, err := kernels.CrossEntropy(scores, classes, scores, classes, classes, truth, nil)
		if err != nil {
			return 0, err
		}
		kernels.Gemm(true, false, dim, classes, n, 1, mean, dim, scores, classes, 0, g.Dense[1], classes)
		kernels.SumRows(g.Dense[2], scores, n, classes)
		kernels.Gemm(false, true, n, dim, classes, 1, scores, classes, w, classes, 0, dmean, dim)
		kernels.EmbeddingBagGrad(g.Rows[0].Add(words...), dim, nil, dmean, dim, nil, dim, dim, words, offsets, nil, kernels.BagMean)
		return loss, nil
	}, train.FitOptions[float32]{
		Batches:     batches,
		Epochs:      epochs,
		Progress:    func(p train.Progress) error { fmt.Println(p); return nil },
		Checkpoints: &checkpoint.Dir{Path: dir, Keep: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// iteration 25, epoch 1/5: loss 1.0277, epoch's 1.0729, lr 0.01824
	// iteration 50, epoch 2/5: loss 0.65423, epoch's 0.82332, lr 0.01333
	// iteration 75, epoch 3/5: loss 0.34432, epoch's 0.48105, lr 0.00715
	// iteration 100, epoch 4/5: loss 0.3832, epoch's 0.31031, lr 0.00206
	// iteration 125, epoch 5/5: loss 0.25674, epoch's 0.26538, lr 3.158e-06
}

// drawBags returns bags of words out of a vocabulary, and their classes: each has most words from
// the third of the vocabulary that is its class's.
func drawBags(n, vocabulary int) (bags [][]int, labels []int) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		var bag []int
		for range 3 + i%4 {
			word := rng.IntN(vocabulary)
			if rng.IntN(4) > 0 {
				word = i%classes*(vocabulary/classes) + word%(vocabulary/classes)
			}
			bag = append(bag, word)
		}
		bags, labels = append(bags, bag), append(labels, i%classes)
	}
	return bags, labels
}
