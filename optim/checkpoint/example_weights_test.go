package checkpoint_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// A trained model goes to Python, where safetensors.numpy.load_file reads it, and comes back
// as the start of a run in float64.
func ExampleSaveWeights() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")

	params := []optim.Param[float32]{
		{Name: "layer.weight", Value: []float32{1, 2, 3, 4, 5, 6}, Shape: []int{2, 3}},
		{Name: "layer.bias", Value: []float32{0.5, -0.5}},
	}
	if err := checkpoint.SaveWeights(path, params, checkpoint.Metadata(map[string]string{"format": "pt"})); err != nil {
		log.Fatal(err)
	}

	again := []optim.Param[float64]{
		{Name: "layer.weight", Value: make([]float64, 6), Shape: []int{2, 3}},
		{Name: "layer.bias", Value: make([]float64, 2)},
	}
	if _, err := checkpoint.LoadWeights(path, again, checkpoint.Convert()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again[0].Value, again[1].Value)
	// Output: [1 2 3 4 5 6] [0.5 -0.5]
}

// A new task begins with the body of a model that was trained with another rule. Its head is
// another one, of another shape, under the old name.
func ExamplePartial() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.safetensors")

	old, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{
		{Name: "body", Value: []float32{1, 2}}, {Name: "head", Value: []float32{3, 4, 5}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := checkpoint.Save(path, old); err != nil {
		log.Fatal(err)
	}

	params := []optim.Param[float32]{
		{Name: "body", Value: make([]float32, 2)}, {Name: "head", Value: make([]float32, 1)},
	}
	withoutHead := checkpoint.Rename(func(name string) string {
		if strings.HasPrefix(name, "head") {
			return ""
		}
		return name
	})
	report, err := checkpoint.LoadWeights(path, params, checkpoint.Partial(), withoutHead)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Loaded, report.Missing, params[0].Value)
	_, err = optim.New(optim.NewLion(1e-3), params)
	fmt.Println(err)
	// Output:
	// [body] [head] [1 2]
	// <nil>
}

// A program that is started again after a crash goes on with the newest checkpoint that is
// whole. Here the disk has cut off the newest.
func ExampleLoadLatest() {
	path, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(path)
	dir := checkpoint.Dir{Path: filepath.Join(path, "checkpoints"), Keep: 3}

	program := func(steps int) {
		w := []float64{4}
		opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float64]{{Name: "w", Value: w}})
		if err != nil {
			log.Fatal(err)
		}
		step, found, err := checkpoint.LoadLatest(dir, opt)
		if fallback, ok := errors.AsType[*checkpoint.FallbackError](err); ok {
			fmt.Println("lost:", len(fallback.Corrupt), "checkpoint")
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Println(step, found)
		for range steps {
			if _, err := opt.Step([][]float64{{w[0]}}); err != nil {
				log.Fatal(err)
			}
			if err := checkpoint.SaveTo(dir, opt.Steps(), opt); err != nil {
				log.Fatal(err)
			}
		}
	}
	program(5)
	program(5)
	if err := os.Truncate(dir.File(10), 100); err != nil {
		log.Fatal(err)
	}
	program(1)
	steps, err := dir.Steps()
	fmt.Println(steps, err)
	// Output:
	// 0 false
	// 5 true
	// lost: 1 checkpoint
	// 9 true
	// [8 9 10] <nil>
}
