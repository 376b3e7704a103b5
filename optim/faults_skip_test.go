package optim_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// TestNotFiniteOnOneRank: all ranks skip the steps that one process skips, for the same reason.
func TestNotFiniteOnOneRank(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	t.Run("float32", func(t *testing.T) {
		testNotFinite[f32](t, []float64{1, inf, 2, nan, -inf, 1, 3e38, 1, 1}, optim.WithLossScaler(optim.LossScaler{Init: 0.25, Growth: 2, Backoff: 0.5, Interval: 2}))
		testNotFinite[f32](t, []float64{1, inf, nan, nan, 2}, optim.FailAfterSkips(2))
	})
	t.Run("float64", func(t *testing.T) { // whose squares overflow, and underflow
		testNotFinite[float64](t, []float64{1, inf, 1e200, nan, 1e-200, 1e300, 3e-310}, optim.ClipNorm(1e-3), optim.FailAfterSkips(1))
	})
}

func testNotFinite[T kernels.Float](t *testing.T, special []float64, opts ...optim.Option) {
	const micro = 4
	type result struct {
		reports []string
		values  []T
		skipped int
	}
	train := func(tr optim.Transport) (result, error) {
		params := []optim.Param[T]{{Name: "v", Value: make([]T, 3)}, {Name: "w", Value: make([]T, 40_000)}}
		all := append([]optim.Option{optim.WithReductionOrder(optim.ReduceTree), optim.WithReduction(optim.ReduceSum)}, opts...)
		if tr != nil {
			all = append(all, optim.Distributed(tr, micro))
		}
		o, err := optim.New(optim.NewAdam(0.1), params, all...)
		if err != nil {
			return result{}, err
		}
		var res result
		for step, x := range special {
			lo, hi := 0, micro
			if tr != nil {
				lo, hi, _ = o.Share()
			}
			var batches [][][]T
			for k := lo; k < hi; k++ {
				g := [][]T{make([]T, 3), make([]T, 40_000)}
				g[1][1000*k] = T(k)
				if k == micro-1 { // of the last rank, in the part of the first, or the other way round
					g[step%2][2] = T(x)
				}
				if k == 0 && step%3 == 1 {
					g[1][39_999] = T(x)
				}
				batches = append(batches, g)
			}
			r, err := o.Step(batches...)
			var skipped *optim.SkippedError
			if err != nil && !errors.As(err, &skipped) {
				return res, err
			}
			res.reports = append(res.reports, fmt.Sprint(r, err, o.LossScale(), o.Skipped()))
		}
		res.skipped = o.Skipped()
		for _, p := range params {
			res.values = append(res.values, p.Value...)
		}
		return res, nil
	}
	want, err := train(nil)
	if err != nil {
		t.Fatal(err)
	}
	if want.skipped == 0 || want.skipped == len(special) {
		t.Fatalf("%d of %d steps are skipped: %q", want.skipped, len(special), want.reports)
	}
	for _, size := range []int{2, 3} {
		errs := together(t, size, func(rank int, tr optim.Transport) error {
			got, err := train(tr)
			if err == nil && !slices.Equal(got.reports, want.reports) {
				err = fmt.Errorf("%q, want %q", got.reports, want.reports)
			}
			if err == nil && !slices.Equal(got.values, want.values) {
				err = errors.New("other values")
			}
			return err
		})
		for r, err := range errs {
			if err != nil {
				t.Errorf("rank %d of %d: %v", r, size, err)
			}
		}
	}
}
