package optim

import (
	"fmt"
	"strings"
)

// A Report says what a Step did. The gradients it speaks of are those of one
// step, reduced over the micro-batches and freed of the loss scale.
type Report struct {
	Step      int     // number of the step, from 1; a skipped step's is taken again
	LR        float64 // the schedule's learning rate
	GradNorm  float64 // Euclidean norm of all gradients together, before clipping; NaN if Unchecked
	ClipCoef  float64 // the least that clipping by norms multiplied a gradient by: 1 if none, 0 if skipped
	Skipped   bool    // whether the step was left out, and nothing changed
	Reason    Reason  // why it was
	LossScale float64 // by which the gradients were divided

	// GroupLRs are the learning rates of the groups, in the order of
	// [Optimizer.Groups]. The slice is the optimizer's, and the next step writes to it: who wants
	// to keep the rates copies them. A train.Progress has a copy.
	GroupLRs []float64
}

// String returns the report as a line: the step with its rate and, where they say something,
// the norm, clipping and loss scale; or why it was skipped. The zero Report, of an error, is
// no step.
func (r Report) String() string {
	var b strings.Builder
	if r.Step == 0 {
		return "no step"
	}
	if r.Skipped {
		fmt.Fprintf(&b, "step %d skipped: %v", r.Step, r.Reason)
	} else {
		fmt.Fprintf(&b, "step %d: rate %.4g", r.Step, r.LR)
		if r.GradNorm == r.GradNorm {
			fmt.Fprintf(&b, ", gradient norm %.4g", r.GradNorm)
		}
		if r.ClipCoef < 1 {
			fmt.Fprintf(&b, ", clipped by %.4g", r.ClipCoef)
		}
	}
	if r.LossScale != 1 {
		fmt.Fprintf(&b, ", loss scale %v", r.LossScale)
	}
	return b.String()
}

// A Reason says why a step was skipped: the first gradient that is infinite or
// NaN. It is the zero Reason for a step that was taken.
type Reason struct {
	Param   string  // name of the parameter
	Element int     // index in the parameter
	Value   float64 // the gradient there, reduced over the micro-batches
}

// String returns the reason in words, or "" for a step that was taken.
func (r Reason) String() string {
	if r.Param == "" {
		return ""
	}
	return fmt.Sprintf("gradient of parameter %q is %v at element %d", r.Param, r.Value, r.Element)
}
