package gonumopt

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"gonum.org/v1/gonum/optimize"
)

// OWLQN is L-BFGS for a function with an L1 penalty, OWL-QN (G. Andrew and J. Gao,
// Scalable training of L1-regularized log-linear models, 2007), as an optimize.Method: it
// minimises
//
//	f(x) + sum of λ[i]*|x[i]|
//
// for a differentiable f, the function of the optimize.Problem, of which it wants the
// gradient. Variables that the penalty outweighs are exactly 0 at the minimum. Every step
// stays in one orthant, where the penalty is linear: a variable whose sign would change
// becomes 0, and may leave it in a later step. Steps are found by halving. In the paper every
// variable moves to the side of steepest descent, here only those that a step would bring to
// 0: in narrow valleys that takes a small part of the steps.
//
// The F of a result is that of the sum, and its Gradient the one of least magnitude among
// the sum's subgradients, which is 0 at the minimum. So settings that go by F or by the
// gradient go by the sum.
//
// Use it through a pointer. It can serve several runs, one after the other, each of which
// begins anew.
type OWLQN struct {
	// L1 is the λ of every variable. L1Each has one for each instead: 0 where there is to
	// be no penalty, as on biases. [Penalties] finds them by the names of parameters. All
	// must be finite and not negative.
	L1     float64
	L1Each []float64

	// Store is the number of steps that the curvature is estimated from. 0 means 15, as
	// in optimize.LBFGS.
	Store int

	// GradStopThreshold ends the run when the largest absolute element of the Gradient is
	// below it. As in optimize's own methods, 0 means 1e-12. With NaN only 0 ends it.
	GradStopThreshold float64

	status optimize.Status
	err    error
}

var (
	_ optimize.Method   = (*OWLQN)(nil)
	_ optimize.Statuser = (*OWLQN)(nil)
)

// Penalties returns the L1Each of an [OWLQN] for the variables of an [Objective]: l1 gives
// each parameter that of its elements.
func Penalties(params []optim.Param[float64], l1 func(name string) float64) []float64 {
	var each []float64
	for _, p := range params {
		each = append(each, slices.Repeat([]float64{l1(p.Name)}, len(p.Value))...)
	}
	return each
}

// Uses reports that the method needs the gradient.
func (m *OWLQN) Uses(has optimize.Available) (uses optimize.Available, err error) {
	if !has.Grad {
		return optimize.Available{}, optimize.ErrMissingGrad
	}
	return optimize.Available{Grad: true}, nil
}

// Init prepares a run. The method is sequential.
func (m *OWLQN) Init(dim, tasks int) (concurrent int) {
	m.status, m.err = optimize.NotTerminated, nil
	return 1
}

// Status says why the method ended the run, if it did: GradientThreshold; StepConvergence
// where no step lowers the function any more and the gradient has fallen to 1e-5 of what
// it was at first, or is as small beside the function as [Minimize] says; or Failure with an
// error.
func (m *OWLQN) Status() (optimize.Status, error) { return m.status, m.err }

// Run runs the method.
func (m *OWLQN) Run(operation chan<- optimize.Task, result <-chan optimize.Task, tasks []optimize.Task) {
	m.status, m.err = conduct(operation, result, tasks, m.run)
	close(operation)
}

// penalties returns λ for each of n variables.
func (m *OWLQN) penalties(n int) ([]float64, error) {
	if m.Store < 0 {
		return nil, domain.Whole("Store", m.Store, 0)
	}
	if err := domain.Real("L1", m.L1, domain.NonNegative); err != nil {
		return nil, err
	}
	if m.L1Each == nil {
		return slices.Repeat([]float64{m.L1}, n), nil
	}
	if m.L1 != 0 {
		return nil, fmt.Errorf("L1 = %v beside L1Each, want one of them", m.L1)
	}
	if len(m.L1Each) != n {
		return nil, fmt.Errorf("L1Each has %d penalties for %d variables", len(m.L1Each), n)
	}
	for i, l1 := range m.L1Each {
		if err := domain.Real(fmt.Sprintf("L1Each[%d]", i), l1, domain.NonNegative); err != nil {
			return nil, err
		}
	}
	return slices.Clone(m.L1Each), nil
}

func (m *OWLQN) run(first optimize.Task, do func(optimize.Operation) bool) (optimize.Status, error) {
	loc := first.Location
	l1, err := m.penalties(len(loc.X))
	if err != nil {
		return optimize.Failure, fmt.Errorf("gonumopt: OWLQN: %w", err)
	}
	// What optimize knows of the first location need not be evaluated.
	if !do(evaluation &^ first.Op) {
		return optimize.NotTerminated, nil
	}
	if loc.F-loc.F != 0 {
		return optimize.Failure, fmt.Errorf("gonumopt: OWLQN: function is %v at the start", loc.F)
	}
	s := newSearch(loc, l1, m.Store)
	if s.f-s.f != 0 {
		return optimize.Failure, fmt.Errorf("gonumopt: OWLQN: function with the penalty is %v at the start", s.f)
	}
	for largest := math.NaN(); ; {
		if i := slices.IndexFunc(loc.Gradient, func(g float64) bool { return g-g != 0 }); i >= 0 {
			return optimize.Failure, fmt.Errorf("gonumopt: OWLQN: gradient is %v at element %d", loc.Gradient[i], i)
		}
		s.arrive()
		if !do(optimize.MajorIteration) {
			return optimize.NotTerminated, nil
		}
		now := kernels.Amax(s.pseudo)
		if now == 0 || now < threshold(m.GradStopThreshold) {
			return optimize.GradientThreshold, nil
		}
		if math.IsNaN(largest) {
			largest = now
		}
		switch err := s.step(do); {
		case err == nil:
		case !errors.Is(err, errNoStep):
			return optimize.NotTerminated, nil
		case hasStalled(s.f, s.x, now, largest):
			return optimize.StepConvergence, nil
		default:
			return optimize.Failure, fmt.Errorf("gonumopt: OWLQN: no step lowers the function, but the largest element of the gradient is %v, and was %v at first: is it the function's gradient?", now, largest)
		}
	}
}
