package gonumopt

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/optim"
	"gonum.org/v1/gonum/optimize"
)

// A Method is an update rule as an optimize.Method, without line search: every
// major iteration is one evaluation of function and gradient and one step. Use it
// through a pointer. A Method can serve several runs, one after the other; each
// begins with fresh state.
//
// Bear in mind that optimize ends a run when the function has not fallen by 1e-10
// in 100 major iterations, unless Settings.Converger says otherwise.
type Method struct {
	Rule    optim.Rule
	Options []optim.Option // for optim.New: a schedule but no schedule.Observer, clipping

	// GradStopThreshold ends the run when the largest absolute element of the
	// gradient is below it. As in optimize's own methods, 0 means 1e-12, and NaN
	// never ends it.
	GradStopThreshold float64

	status optimize.Status
	err    error
}

var (
	_ optimize.Method   = (*Method)(nil)
	_ optimize.Statuser = (*Method)(nil)
)

// Uses reports that the method needs the gradient.
func (m *Method) Uses(has optimize.Available) (uses optimize.Available, err error) {
	if !has.Grad {
		return optimize.Available{}, optimize.ErrMissingGrad
	}
	return optimize.Available{Grad: true}, nil
}

// Init prepares a run. The method is sequential.
func (m *Method) Init(dim, tasks int) (concurrent int) {
	m.status, m.err = optimize.NotTerminated, nil
	return 1
}

// Status says why the method ended the run, if it did: GradientThreshold, or
// Failure with an error.
func (m *Method) Status() (optimize.Status, error) { return m.status, m.err }

// Run runs the rule.
func (m *Method) Run(operation chan<- optimize.Task, result <-chan optimize.Task, tasks []optimize.Task) {
	m.status, m.err = conduct(operation, result, tasks, m.run)
	close(operation)
}

// conduct runs a sequential method. It gets the first task and do, which has a task
// carried out, and reports false if optimize ends the run.
func conduct(operation chan<- optimize.Task, result <-chan optimize.Task, tasks []optimize.Task,
	run func(first optimize.Task, do func(optimize.Operation) bool) (optimize.Status, error)) (optimize.Status, error) {
	task := tasks[0]
	do := func(op optimize.Operation) bool {
		task.Op = op
		operation <- task
		task = <-result
		return task.Op != optimize.PostIteration
	}
	status, err := run(task, do)
	if status != optimize.NotTerminated {
		do(optimize.MethodDone)
	}
	for range result { // until optimize has closed it
	}
	return status, err
}

const evaluation = optimize.FuncEvaluation | optimize.GradEvaluation

func (m *Method) run(first optimize.Task, do func(optimize.Operation) bool) (optimize.Status, error) {
	loc := first.Location
	x := append([]float64(nil), loc.X...)
	opt, err := optim.New(m.Rule, []optim.Param[float64]{{Name: "x", Value: x}}, m.Options...)
	if err != nil {
		return optimize.Failure, err
	}
	if s := opt.Observers(); len(s) > 0 {
		return optimize.Failure, fmt.Errorf("gonumopt: %s: the schedule %T follows a metric, and nobody tells it one here", m.Rule.Name(), s[0])
	}
	// What optimize knows of the first location need not be evaluated.
	missing := evaluation &^ first.Op
	for {
		if !do(missing) {
			return optimize.NotTerminated, nil
		}
		missing = evaluation
		largest := 0.0
		for i, g := range loc.Gradient {
			if g-g != 0 {
				return optimize.Failure, fmt.Errorf("gonumopt: %s: gradient is %v at element %d after %d steps", m.Rule.Name(), g, i, opt.Steps())
			}
			largest = max(largest, math.Abs(g))
		}
		if math.IsNaN(loc.F) {
			return optimize.Failure, fmt.Errorf("gonumopt: %s: function is NaN after %d steps", m.Rule.Name(), opt.Steps())
		}
		if !do(optimize.MajorIteration) {
			return optimize.NotTerminated, nil
		}
		if largest < threshold(m.GradStopThreshold) {
			return optimize.GradientThreshold, nil
		}
		r, err := opt.Step([][]float64{loc.Gradient})
		if err != nil {
			return optimize.Failure, err
		}
		if r.Skipped {
			return optimize.Failure, fmt.Errorf("gonumopt: %s: step %d skipped: %v", m.Rule.Name(), r.Step, r.Reason)
		}
		copy(loc.X, x)
	}
}

// threshold returns the GradStopThreshold of a method that says set.
func threshold(set float64) float64 {
	if set == 0 {
		return 1e-12
	}
	return set // of NaN every comparison is false
}
