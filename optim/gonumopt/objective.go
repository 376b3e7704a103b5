package gonumopt

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/flat"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
)

// An Objective is the objective of train.Fit as an optimize.Problem. The
// variables of the problem are the parameters' values, one parameter behind the
// other, and those of all rows of a sparse one.
type Objective struct {
	params []optim.Param[float64]
	f      train.Objective[float64]
	dim    int

	mu    sync.Mutex // optimize may evaluate concurrently, the parameters are there once
	known bool       // whether the fields below hold for the parameters' present values
	x     []float64
	loss  float64
	grads *optim.Gradients[float64]
	grad  []float64 // the same as one vector
	err   error

	// largest is the largest magnitude in the gradient of the problem's first evaluation.
	largest float64
	started bool
}

// NewObjective returns an Objective over the parameters. It must be deterministic:
// f's batch is that of step 0 always. It is an error if f is nil or the parameters are
// not as in optim.New.
func NewObjective(params []optim.Param[float64], f train.Objective[float64]) (*Objective, error) {
	if f == nil {
		return nil, fmt.Errorf("gonumopt: nil Objective")
	}
	// New knows what is wrong with parameters.
	opt, err := optim.New(optim.SGD{LR: 1}, params)
	if err != nil {
		return nil, err
	}
	o := &Objective{params: slices.Clone(params), f: f, grads: opt.NewGradients()}
	for _, p := range params {
		o.dim += len(p.Value)
	}
	o.x, o.grad = make([]float64, o.dim), make([]float64, o.dim)
	return o, nil
}

// X returns a copy of the parameters' present values, to start from.
func (o *Objective) X() []float64 {
	x := make([]float64, 0, o.dim)
	for _, p := range o.params {
		x = append(x, p.Value...)
	}
	return x
}

// Set sets the parameters, say to the X of a result. It is an error if x has not
// as many elements as they.
func (o *Objective) Set(x []float64) error {
	if len(x) != o.dim {
		return fmt.Errorf("gonumopt: Set: %d values for parameters with %d", len(x), o.dim)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known = false
	o.set(x)
	return nil
}

func (o *Objective) set(x []float64) {
	for _, p := range o.params {
		copy(p.Value, x)
		x = x[len(p.Value):]
	}
}

// Problem returns the problem. Its functions set the parameters to the point where
// they are evaluated. An error of the objective, or a point with another number of
// values than the parameters have, ends the run with that error. Hess is nil and may
// be set, for Newton's method.
func (o *Objective) Problem() optimize.Problem {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known, o.err, o.started = false, nil, false // of a run before
	return optimize.Problem{
		Func: func(x []float64) float64 {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.evaluate(x)
			return o.loss
		},
		Grad: func(grad, x []float64) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.evaluate(x)
			copy(grad, o.grad)
		},
		Status: func() (optimize.Status, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.err != nil {
				return optimize.Failure, o.err
			}
			return optimize.NotTerminated, nil
		},
	}
}

// evaluate computes loss and gradients at x, once for both.
func (o *Objective) evaluate(x []float64) {
	switch {
	case o.f == nil:
		o.loss, o.err = math.NaN(), fmt.Errorf("gonumopt: an Objective that is not from NewObjective")
	case len(x) != o.dim:
		o.loss, o.err = math.NaN(), fmt.Errorf("gonumopt: a point of %d values for parameters with %d", len(x), o.dim)
	}
	if o.err != nil || o.known && slices.Equal(x, o.x) {
		return
	}
	copy(o.x, x)
	o.set(x)
	o.grads.Reset()
	loss, err := o.f(train.Batch{Parts: 1}, o.grads)
	if err == nil {
		err = flat.Gradients(o.grad, o.params, o.grads)
	}
	o.loss, o.known = loss, true
	if err != nil {
		o.err = fmt.Errorf("gonumopt: objective: %w", err)
	}
	if !o.started {
		o.started, o.largest = true, kernels.Amax(o.grad)
	}
}
