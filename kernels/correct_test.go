package kernels_test

import (
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/kernels/kerneltest/functions"
)

// TestCorrectlyRounded holds the functions of float32 against their correctly rounded
// values, on every level: on hard cases, edges and a sample, or, by make functions, on all
// 2^32 inputs.
func TestCorrectlyRounded(t *testing.T) {
	for _, l := range kernels.Levels() {
		table, err := kerneltest.TableOf[float32](l)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range kerneltest.Ops[float32]() {
			if !slices.Contains(functions.Names(), op.Name) {
				continue
			}
			t.Run(op.Name+"/level="+l.String(), func(t *testing.T) {
				functions.Test(t, op.Name, func(y, x []float32) {
					op.Bind(table, &kerneltest.Args[float32]{Vec: [][]float32{y, x}})(1)
				})
			})
		}
	}
}
