package checkpoint_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/train"
)

// A run stops after two steps and goes on elsewhere.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.safetensors")

	start := func() (*optim.Optimizer[float32], []float32) {
		w := []float32{1, 2}
		opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{{Name: "weights", Value: w}})
		if err != nil {
			log.Fatal(err)
		}
		return opt, w
	}

	opt, w := start()
	for range 2 {
		if _, err := opt.Step([][]float32{{w[0], w[1]}}); err != nil {
			log.Fatal(err)
		}
	}
	if err := checkpoint.Save(path, opt); err != nil {
		log.Fatal(err)
	}
	again, v := start()
	if err := checkpoint.Load(path, again); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Steps(), v[0] == w[0], v[1] == w[1])
	// Output: 2 true true
}

// A run saves itself as it goes. What started it goes on with it after a crash, and
// does nothing once it has ended.
func Example_run() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.safetensors")

	program := func(crash int) {
		w := []float64{4}
		opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float64]{{Name: "w", Value: w}})
		if err != nil {
			log.Fatal(err)
		}
		var run *train.Run[float64]
		run, err = train.NewRun(opt, func(b train.Batch, g *optim.Gradients[float64]) (float64, error) {
			if b.Step == crash {
				return 0, fmt.Errorf("out of power")
			}
			fmt.Print("batch ", b.Step, ", ")
			g.Dense[0][0] = w[0]
			return w[0] * w[0] / 2, nil
		}, train.FitOptions[float64]{
			Stop: []train.StopRule{train.StepLimit(6)},
			Progress: func(p train.Progress) error {
				if p.Iteration%2 == 0 {
					return checkpoint.Save(path, run)
				}
				return nil
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := os.Stat(path); err == nil {
			if err := checkpoint.Load(path, run); err != nil {
				log.Fatal(err)
			}
		}
		r, err := run.Fit(context.Background())
		fmt.Println(r.Reason, err)
	}
	program(3)
	program(-1)
	program(-1)
	// Output:
	// batch 0, batch 1, batch 2,  train: Fit: iteration 4: objective: out of power
	// batch 2, batch 3, batch 4, batch 5, 6 iterations <nil>
	// 6 iterations <nil>
}
