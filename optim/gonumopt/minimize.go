package gonumopt

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
)

// Minimize hands the objective of train.Fit to optimize.Minimize, with the
// parameters' present values to start from, and sets the parameters to the result.
// Settings and method may be nil, as there; a method that needs more than function
// and gradient is an error. Settings and options of methods that optimize does not
// take make it panic, as ever. If no major iteration was made, the parameters are as
// before.
//
// # Where a run ends
//
// optimize's methods end a run where no element of the gradient is larger than their
// GradStopThreshold, 1e-12 unless set otherwise. Rounding keeps most losses from getting
// there: near a minimum a gradient of 1e-8 moves a loss by its last digit. So the line
// search finds no lower point any more, and optimize.Minimize returns one of its errors,
// say "linesearch: failed to converge", with all but the best parameters there are. This
// function takes such a run for a good one if the largest element of the gradient has
// fallen to 1e-5 of what it was in the first evaluation, or, where the run began near the
// minimum, if it is no more than 1e-12, or than 1e-7 of the loss divided by the largest
// parameter, or by 1 if that is larger: there is no error, and the result's Status is
// StepConvergence. Otherwise the error says how far it has fallen, as it is mostly a wrong
// gradient that leads a line search nowhere: package gradcheck says where it is. A threshold
// that the loss can get to, say &optimize.LBFGS{GradStopThreshold: 1e-6}, ends a run before
// that.
//
// A line search of optimize's can also go on without end there: one from a point that
// is the minimum already has been seen to, on s390x, where the loss rounds differently.
// Settings.FuncEvaluations or Settings.Runtime ends that.
//
// It also ends, with the status FunctionConvergence, when 100 iterations have not lowered
// the loss by 1e-10, which is too much of a loss that is itself as small. A
// Settings.Converger of &optimize.FunctionConverge{Relative: 1e-10, Iterations: 100}
// looks at its size.
func Minimize(params []optim.Param[float64], f train.Objective[float64], settings *optimize.Settings, method optimize.Method) (*optimize.Result, error) {
	o, err := NewObjective(params, f)
	if err != nil {
		return nil, err
	}
	if method != nil {
		if v := reflect.ValueOf(method); v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, fmt.Errorf("gonumopt: the method %T is nil", method)
		}
		if _, err := method.Uses(optimize.Available{Grad: true}); err != nil {
			return nil, fmt.Errorf("gonumopt: %T: %w", method, err)
		}
	}
	x := o.X()
	defer func() { o.set(x) }() // after a panic too
	r, err := optimize.Minimize(o.Problem(), slices.Clone(x), settings, method)
	if r != nil && r.MajorIterations > 0 {
		x = r.X
	}
	if r != nil && o.err == nil && noProgress(err) {
		now := kernels.Amax(r.Gradient)
		if now <= threshold(0) || hasStalled(r.F, r.X, now, o.largest) {
			r.Status, err = optimize.StepConvergence, nil
		} else {
			err = fmt.Errorf("gonumopt: %w after %d iterations: the largest element of the gradient is %v, and was %v at first: is it the loss's gradient?", err, r.MajorIterations, now, o.largest)
		}
	}
	return r, err
}

// hasStalled reports whether it is put down to rounding that no step lowers a function f at x,
// given the largest element of the gradient there and of the first one. Either the run has
// come a long way, or it began near the minimum: a step foresees to lower f by about g²/L, with
// the gradient g and the curvature L. Where L is about f/x², that is less than the last digit
// of f if g is below 1e-8*f/x. A gradient that is wrong by no more is as good.
func hasStalled(f float64, x []float64, now, first float64) bool {
	return now <= 1e-5*first || now*max(1, kernels.Amax(x)) <= 1e-7*math.Abs(f)
}

// noProgress reports whether an error is one of optimize's line searches.
func noProgress(err error) bool {
	return errors.Is(err, optimize.ErrLinesearcherFailure) || errors.Is(err, optimize.ErrNoProgress) || errors.Is(err, optimize.ErrNonDescentDirection)
}
