package distributed_test

import (
	"context"
	"fmt"
	"log"
	"sync"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed"
	"github.com/seed63264101/steepest/optim/train"
)

// Every rank is the same program: it makes the whole model and the whole run, computes its share
// of each batch's gradients, and ends with the same parameters, on any number of ranks. Here the
// ranks are goroutines; with package mpi they are processes, on one machine or many.
func Example_fit() {
	program := func(t distributed.Transport) (train.FitResult, []float64) {
		line := []float64{0, 0} // slope and intercept
		params := []optim.Param[float64]{{Name: "line", Value: line}}
		opt, err := optim.New(optim.NewAdam(0.1), params, optim.Distributed(t, 4))
		if err != nil {
			log.Fatal(err)
		}
		defer opt.Close()
		objective := func(b train.Batch, g *optim.Gradients[float64]) (loss float64, err error) {
			for _, i := range b.Samples { // the points (x, 3x-1)
				x := float64(i) / 50
				residual := float64(line[0]*x) + line[1] - (float64(3*x) - 1)
				scaled := residual / float64(len(b.Samples))
				loss += float64(residual*scaled) / 2
				g.Dense[0][0] += float64(scaled * x)
				g.Dense[0][1] += scaled
			}
			return loss, nil
		}
		result, err := train.Fit(context.Background(), opt, objective, train.FitOptions[float64]{
			Batches: &train.Batches{Samples: 100, Size: 16, Seed: 1},
			Epochs:  40,
		})
		if err != nil {
			t.Abort(err)
			log.Fatal(err)
		}
		return result, line
	}
	for _, size := range []int{1, 2, 3} {
		var group sync.WaitGroup
		for _, t := range distributed.NewMemory(size) {
			group.Go(func() {
				result, line := program(t)
				if t.Rank() == 0 { // the others have the same
					fmt.Println(size, "ranks:", result.Iteration, "iterations, loss", result.Loss, "line", line)
				}
			})
		}
		group.Wait()
	}
	// Output:
	// 1 ranks: 280 iterations, loss 8.81071880235662e-12 line [2.999992032533212 -0.9999938402064967]
	// 2 ranks: 280 iterations, loss 8.81071880235662e-12 line [2.999992032533212 -0.9999938402064967]
	// 3 ranks: 280 iterations, loss 8.81071880235662e-12 line [2.999992032533212 -0.9999938402064967]
}
