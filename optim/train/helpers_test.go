package train

import (
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

var wantError = opttest.WantError

func mustNew[T kernels.Float](t testing.TB, rule optim.Rule, params []optim.Param[T], opts ...optim.Option) *optim.Optimizer[T] {
	t.Helper()
	o, err := optim.New(rule, params, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// mustStep takes a step that may not fail and may not be skipped.
func mustStep[T kernels.Float](t testing.TB, o *optim.Optimizer[T], batches ...[][]T) {
	t.Helper()
	r, err := o.Step(batches...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Skipped {
		t.Fatalf("step %d skipped: %v", r.Step, r.Reason)
	}
}

func mustSnapshot[T kernels.Float](t testing.TB, o *optim.Optimizer[T]) *optim.Snapshot[T] {
	t.Helper()
	s, err := o.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// named gives vectors the names p0, p1, ...
func named[T kernels.Float](xs [][]T) []optim.Param[T] {
	params := make([]optim.Param[T], len(xs))
	for i, x := range xs {
		params[i] = optim.Param[T]{Name: fmt.Sprintf("p%d", i), Value: x}
	}
	return params
}
