package spec

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// Build returns an optimizer of the run for a surface's parameters at p: a vector, or for the
// rules that want one a matrix or a table of one row. Where it keeps them in bfloat16, p has the
// nearest ones afterwards, and widen stores in p what a step has made of them; otherwise that is
// nil. Build fails for methods that are no rules.
func Build[T kernels.Float](r Run, p []T) (o *optim.Optimizer[T], widen func(), err error) {
	param := optim.Param[T]{Name: "p", Value: p, Sparse: r.Sparse()}
	if r.Matrix() {
		param.Shape = []int{1, len(p)}
	}
	if r.Params != Native {
		single, ok := any(p).([]float32)
		if !ok {
			return nil, nil, fmt.Errorf("parameters of %v in float64, want float32", r.Params)
		}
		param.Value = nil
		param.BF16, widen = store(single)
	}
	o, err = optim.New(r.Rule, []optim.Param[T]{param}, r.Options()...)
	return o, widen, err
}

// Matrix reports whether the rule's parameter is a matrix of one row.
func (r Run) Matrix() bool {
	switch r.Rule.(type) {
	case optim.Muon, optim.Adafactor, optim.RowAdagrad:
		return true
	}
	return false
}

// Sparse reports whether that is a table, of which StepGradients gets the row.
func (r Run) Sparse() bool {
	_, sparse := r.Rule.(optim.RowAdagrad)
	return sparse
}

// Options returns the options of an optimizer. Its schedule has observed nothing.
func (r Run) Options() []optim.Option {
	var options []optim.Option
	if r.Schedule != nil {
		options = append(options, optim.WithSchedule(fresh(r.Schedule)))
	}
	if r.ClipNorm != 0 {
		options = append(options, optim.ClipNorm(r.ClipNorm))
	}
	if r.ClipValue != 0 {
		options = append(options, optim.ClipValue(r.ClipValue))
	}
	var group []optim.GroupOption
	if r.L1 != 0 {
		group = append(group, optim.L1(r.L1))
	}
	if r.Bounds != nil {
		group = append(group, optim.Bounds(r.Bounds[0], r.Bounds[1]))
	}
	if group != nil {
		options = append(options, optim.WithGroup(func(string) bool { return true }, group...))
	}
	return append(options, r.formatOptions()...)
}

// check returns an error unless a run can be made for the objective.
func (s *State) check(r Run) (err error) {
	switch {
	case s.Network != nil:
		return checkNetwork(r)
	case r.Rule == nil:
		return r.checkMethod()
	case s.Double:
		_, _, err = Build(r, make([]float64, 2))
	default:
		_, _, err = Build(r, make([]float32, 2))
	}
	return err
}

// checkMethod is check for methods that are no rules.
func (r Run) checkMethod() error {
	if r.Method != "LBFGS" && r.LR <= 0 {
		return fmt.Errorf("%s: LR = %v, want a number above 0", r.Method, r.LR)
	}
	if r.Damping < 0 {
		return fmt.Errorf("%s: Damping = %v, want 0 or more", r.Method, r.Damping)
	}
	return nil
}
