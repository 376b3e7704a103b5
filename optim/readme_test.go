package optim_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// The program of the README.
func Example_readme() {
	w, target := []float32{0, 0}, []float32{3, -1}
	opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{{Name: "w", Value: w}})
	if err != nil {
		log.Fatal(err)
	}
	for range 300 {
		grad := []float32{w[0], w[1]}
		kernels.Axpy(-1, target, grad) // the gradient of |w - target|²/2
		if _, err := opt.Step([][]float32{grad}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%.2f\n", w)
	// Output: [3.00 -1.00]
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
