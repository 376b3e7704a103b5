package checkpoint_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
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
