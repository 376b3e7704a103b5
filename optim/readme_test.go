package optim_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// The program of the README.
func Example_readme() {
	w, target := []float32{0, 0}, []float32{3, -1}
	opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{{Name: "w", Value: w}})
	if err != nil {
		log.Fatal(err)
	}
	loss := func(_ train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return kernels.SquaredError(g.Dense[0], nil, w, target, 1), nil // stores the gradient of |w - target|²
	}
	result, err := train.Fit(context.Background(), opt, loss, train.FitOptions[float32]{
		Stop: []train.StopRule{train.StepLimit(300)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f, %s\n", w, result.Reason)
	// Output: [3.00 -1.00], 300 iterations
}

// TestReadme checks that the README shows that program.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "func Example_readme() {\n")
	body, _, ok := strings.Cut(body, "\t// Output")
	if !ok {
		t.Fatal("the example's body is not where it is looked for")
	}
	want := strings.ReplaceAll("\n"+body, "\n\t", "\n")
	if !bytes.Contains(readme, []byte("```go"+want+"```\n")) {
		t.Errorf("README.md does not contain the example:\n%s", want)
	}
}
