package race

import (
	"errors"
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Runner is one run, taken step by step.
type Runner struct {
	walker walker
	sight  sight
	first  float64 // loss at the start
	taken  stride  // the last one
	steps  int

	diverged bool
	note     string
}

// A walker takes the steps of one method, in the type of the experiment.
type walker interface {
	// look evaluates the whole objective where the run is.
	look() sight
	// step goes on. An error ends the run where it is.
	step() (stride, error)
}

// A sight is what is seen of the whole objective at a point.
type sight struct {
	at         surface.Point
	loss, norm float64 // norm is that of the gradient
}

// A stride is what a step did.
type stride struct {
	gradient   surface.Point // that of the mini-batch, before clipping
	rate, clip float64       // learning rate, and factor by which the norm was clipped
}

// finite reports whether all of it can be shown.
func (s sight) finite() bool {
	return finite(s.at.X, s.at.Y, s.loss, s.norm)
}

// Start returns a run of an experiment at its beginning. It is an error if the experiment
// is a network, if an option of the run is out of its domain, if the method needs what the
// objective does not have, and if that is not finite at the start.
func Start(s *spec.State, run spec.Run) (*Runner, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	var w walker
	var err error
	switch {
	case run.Method == "LBFGS":
		w, err = newQuasi(s, run)
	case s.Double:
		w, err = start[float64](s, run)
	default:
		w, err = start[float32](s, run)
	}
	if err != nil {
		return nil, err
	}
	return begin(w)
}

// begin returns the run of a walker. It is an error if the objective is not finite there.
func begin(w walker) (*Runner, error) {
	r := &Runner{walker: w, sight: w.look()}
	r.first = r.sight.loss
	if !r.sight.finite() {
		return nil, errors.New("the loss is not finite at the start")
	}
	return r, nil
}

var errNetwork = errors.New("the experiment is a network, not a surface")

func start[T kernels.Float](s *spec.State, run spec.Run) (walker, error) {
	if run.Rule != nil {
		return newDescent[T](s, run)
	}
	return newCurved[T](s, run)
}

// Step takes a step. It reports false if the run has ended, which Note says the reason of,
// and nothing else has changed.
//
// A run ends where its loss or a parameter is no finite number, and it ends with the step
// that brings the loss above a million times the first one, plus a million: it does not come
// back from there.
func (r *Runner) Step() bool {
	if r.note != "" {
		return false
	}
	taken, err := r.walker.step()
	if err != nil {
		r.note = err.Error()
		r.diverged = err == errNotFinite
		return false
	}
	seen := r.walker.look()
	if !seen.finite() {
		r.diverged, r.note = true, errNotFinite.Error()
		return false
	}
	r.sight, r.taken = seen, taken
	r.steps++
	if math.Abs(seen.loss) > 1e6*(math.Abs(r.first)+1) {
		r.diverged, r.note = true, "the loss has grown a million times"
	}
	return true
}

var errNotFinite = errors.New("the loss or its gradient is not finite")

// Steps returns the number of steps taken.
func (r *Runner) Steps() int { return r.steps }

// At returns where the run is: its parameters, or with ScheduleFreeAdamW their average, which
// that rule evaluates.
func (r *Runner) At() surface.Point { return r.sight.at }

// Loss returns the objective at At, over all samples and without penalties.
func (r *Runner) Loss() float64 { return r.sight.loss }

// Norm returns the Euclidean norm of the gradient of Loss.
func (r *Runner) Norm() float64 { return r.sight.norm }

// Gradient returns the gradient that the last step went by: that of its mini-batch, at the
// parameters before it.
func (r *Runner) Gradient() surface.Point { return r.taken.gradient }

// Rate returns the learning rate of the last step.
func (r *Runner) Rate() float64 { return r.taken.rate }

// Clip returns the factor by which the last step's gradient was clipped to a norm, 1 for none.
func (r *Runner) Clip() float64 { return r.taken.clip }

// Note returns why the run has ended, "" while it has not.
func (r *Runner) Note() string { return r.note }

// Diverged reports whether that is because there is no number left to go on with.
func (r *Runner) Diverged() bool { return r.diverged }

// Optimizer returns the optimizer of a run by a rule in elements of type T, with the state
// before the next step, and nil for other runs. Nobody but the run is to take its steps.
func Optimizer[T kernels.Float](r *Runner) *optim.Optimizer[T] {
	if d, ok := r.walker.(*descent[T]); ok {
		return d.opt
	}
	return nil
}
