package gonumopt

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
)

// lineSearches are methods whose line searches fail at rounding.
func lineSearches() []optimize.Method {
	return []optimize.Method{
		nil, &optimize.BFGS{}, &optimize.CG{}, &optimize.LBFGS{Linesearcher: &optimize.MoreThuente{}},
		&optimize.LBFGS{Linesearcher: &optimize.Backtracking{}}, &optimize.GradientDescent{},
	}
}

// TestMinimizeRounding: where optimize reports that a line search has failed, at the
// minimum, this package reports the minimum.
func TestMinimizeRounding(t *testing.T) {
	failed := 0
	for rows := 50; rows < 54; rows++ {
		d := generated(rows, 4)
		w := make([]float64, 4)
		params := []optim.Param[float64]{{Name: "w", Value: w}}
		loss := func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
			loss, _ := d.gradient(g.Dense[0], w, 0)
			return loss, nil
		}
		o, err := NewObjective(params, loss)
		if err != nil {
			t.Fatal(err)
		}
		methods := lineSearches()
		for i, method := range lineSearches() {
			theirs, theirErr := optimize.Minimize(o.Problem(), make([]float64, 4), nil, methods[i])
			clear(w)
			ours, err := Minimize(params, loss, nil, method)
			want := theirs.Status
			if theirErr != nil {
				failed++
				want = optimize.StepConvergence
			}
			if err != nil || ours.Status != want || !slices.Equal(ours.X, theirs.X) || !slices.Equal(ours.X, w) {
				t.Errorf("%d rows, %T: %v, status %v at %v; optimize has %v, status %v at %v", rows, method, err, ours.Status, ours.X, theirErr, theirs.Status, theirs.X)
			}
		}
	}
	if failed < 5 {
		t.Errorf("only %d failures of line searches", failed)
	}
}

// TestMinimizeAgain: a run that begins at the minimum, or near it, as the next one of a path
// of penalties does, ends there as well.
func TestMinimizeAgain(t *testing.T) {
	for rows := 50; rows < 54; rows++ {
		d := generated(rows, 4)
		w := make([]float64, 4)
		again := func(method func(pass int) optimize.Method) {
			t.Helper()
			clear(w)
			for pass := range 4 {
				r, err := Minimize([]optim.Param[float64]{{Name: "w", Value: w}}, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
					loss, _ := d.gradient(g.Dense[0], w, 0)
					return loss, nil
				}, nil, method(pass))
				if err != nil || r.Status.Early() {
					t.Errorf("%d rows, run %d, %T: %v", rows, pass, method(pass), err)
				}
			}
		}
		for i := range lineSearches() {
			again(func(int) optimize.Method { return lineSearches()[i] })
		}
		again(func(pass int) optimize.Method { return &OWLQN{L1: 0.1 * math.Pow(0.999, float64(pass))} })
	}
	// A loss of 0 says nothing of its curvature.
	w := []float64{2}
	r, err := Minimize([]optim.Param[float64]{{Name: "w", Value: w}}, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		g.Dense[0][0] = 1e-13
		return math.Abs(w[0] - 2), nil
	}, nil, nil)
	if err != nil || r.Status != optimize.StepConvergence {
		t.Errorf("%v, status %v", err, r.Status)
	}
}

// TestMinimizeWrongGradient: a line search that fails elsewhere is an error, which is
// optimize's, and says how large the gradient is.
func TestMinimizeWrongGradient(t *testing.T) {
	d := generated(50, 4)
	for _, wrong := range []func(g []float64){
		func(g []float64) { g[0] -= 0.5 },
		func(g []float64) { g[2] = 0.125 },
	} {
		for _, method := range lineSearches() {
			w := make([]float64, 4)
			r, err := Minimize([]optim.Param[float64]{{Name: "w", Value: w}}, func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
				loss, _ := d.gradient(g.Dense[0], w, 0)
				wrong(g.Dense[0])
				return loss, nil
			}, nil, method)
			wantError(t, err, "gonumopt: linesearch: ", "iterations", "at first", "is it the loss's gradient?")
			if !noProgress(err) || r.Status != optimize.Failure || !slices.Equal(r.X, w) {
				t.Errorf("%T: %v, status %v, result %v, parameters %v", method, err, r.Status, r.X, w)
			}
		}
	}
	// The objective's own error is no failure of the line search.
	w := []float64{1}
	own := errors.Join(errors.New("own"), optimize.ErrNoProgress)
	_, err := Minimize([]optim.Param[float64]{{Name: "w", Value: w}}, func(train.Batch, *optim.Gradients[float64]) (float64, error) {
		return 0, own
	}, nil, nil)
	wantError(t, err, "gonumopt: objective: own")
}
