package train_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/train"
)

// Four goroutines compute the gradients of a batch, a quarter each, with the same bits as one
// would. Ctrl-C ends the program, which saves its state, and goes on there when it is started
// again.
func Example_parallel() {
	dir, err := os.MkdirTemp("", "") // a real program's stays
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	program := func(interrupt int) {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		data, m := draw(600, 1), newNetwork()
		passes := []*pass{newPass(16), newPass(16), newPass(16), newPass(16)}
		opt, err := optim.New(optim.NewAdam(0.003), m.params(), optim.Workers(4))
		if err != nil {
			log.Fatal(err)
		}
		result, err := train.Fit(ctx, opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
			p := passes[b.Worker]
			p.load(data, b.Samples)
			return m.gradient(p, len(b.Samples), g.Dense)
		}, train.FitOptions[float32]{
			Batches:      &train.Batches{Samples: 600, Size: 64, Seed: 1},
			Epochs:       20,
			MicroBatches: 4,
			Workers:      4,
			Progress: func(p train.Progress) error {
				fmt.Println(p)
				if p.Iteration == interrupt {
					stop() // as Ctrl-C does
				}
				return nil
			},
			ProgressEvery: 50,
			Checkpoints:   &checkpoint.Dir{Path: dir, Keep: 1},
			Resume:        true,
		})
		if err != nil && (ctx.Err() == nil || result.Saved < result.Iteration) {
			log.Fatal(err)
		}
		fmt.Println(result)
	}
	program(100)
	program(0)
	// Output:
	// iteration 50, epoch 5/20: loss 0.41648, epoch's 0.41888, lr 0.003
	// iteration 100, epoch 10/20: loss 0.20135, epoch's 0.27958, lr 0.003
	// stopped at iteration 100, epoch 10/20: loss 0.20135, epoch's 0.27958, lr 0.003
	// iteration 150, epoch 15/20: loss 0.17147, epoch's 0.2345, lr 0.003
	// iteration 200, epoch 20/20: loss 0.16537, epoch's 0.20819, lr 0.003
	// ended by 20 epochs at iteration 200, epoch 20/20: loss 0.16537, epoch's 0.20819, lr 0.003; resumed after iteration 100
}
