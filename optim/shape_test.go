package optim_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// TestShape: a shape must be that of the elements, is kept, and must be the same in a
// snapshot that has one.
func TestShape(t *testing.T) {
	for _, shape := range [][]int{{3}, {2, 3}, {-2, -2}, {4, 0}, {4, 1, 2}, {math.MaxInt/2 + 1, 4, math.MaxInt/2 + 1}, {0}} {
		_, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 4), Shape: shape}})
		opttest.WantError(t, err, `"w"`, fmt.Sprint(shape), "4 elements")
	}
	shaped := func(shape ...int) *optim.Optimizer[float32] {
		return must(optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 4), Shape: shape}}))
	}
	shape := []int{2, 2}
	o := shaped(shape...)
	shape[0] = 4
	if got := o.Params()[0].Shape; !slices.Equal(got, []int{2, 2}) {
		t.Errorf("the shape is %v", got)
	}
	s := must(o.Snapshot())
	opttest.WantError(t, shaped(4, 1).Restore(s), `"w"`, "[2 2]", "[4 1]")
	opttest.WantError(t, shaped().Restore(s), `"w"`, "[2 2]")
	s.Params[0].Shape = nil // of a time before shapes
	if err := o.Restore(s); err != nil {
		t.Error(err)
	}
}

// TestSavedShape: the shape of a vector may be given or not.
func TestSavedShape(t *testing.T) {
	for _, shapes := range [][2][]int{{nil, {4}}, {{4}, nil}, {{}, {4}}} {
		made := func(shape []int) *optim.Optimizer[float32] {
			return must(optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 4), Shape: shape}}))
		}
		if err := made(shapes[1]).Restore(must(made(shapes[0]).Snapshot())); err != nil {
			t.Errorf("from %v to %v: %v", shapes[0], shapes[1], err)
		}
	}
}
