package train

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/state"
)

// Progress is what is known of a run after a step. It may be kept: the next step leaves it as
// it is.
type Progress struct {
	optim.Report         // what the step did
	Iteration    int     // steps tried in this run so far, from 1, also before it was resumed; skipped ones count
	Epoch        int     // number of the epoch that it belongs to, from 1; 0 without Batches
	Epochs       int     // after which the run ends; 0 if FitOptions does not say
	Loss         float64 // loss before the step
	Average      float64 // moving average of the loss
	EpochLoss    float64 // mean of the finite losses since the epoch began, weighed by their samples; NaN without Batches
	Validated    bool    // whether there is a new Metric
	Metric       float64 // last metric on validation data
}

// String returns a line to read, without what is not known or says nothing new.
func (p Progress) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "iteration %d", p.Iteration)
	if p.Epoch > 0 {
		fmt.Fprintf(&b, ", epoch %d", p.Epoch)
	}
	if p.Epoch > 0 && p.Epochs > 0 {
		fmt.Fprintf(&b, "/%d", p.Epochs)
	}
	if p.Step == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, ": loss %.5g", p.Loss)
	if p.Average != p.Loss {
		fmt.Fprintf(&b, ", average %.5g", p.Average)
	}
	if p.Epoch > 0 {
		fmt.Fprintf(&b, ", epoch's %.5g", p.EpochLoss)
	}
	fmt.Fprintf(&b, ", lr %.4g", p.LR)
	if p.Validated {
		fmt.Fprintf(&b, ", metric %.5g", p.Metric)
	}
	switch {
	case p.Skipped:
		fmt.Fprintf(&b, ", skipped: %v", p.Reason)
	case p.ClipCoef < 1:
		fmt.Fprintf(&b, ", clipped to %.3g of itself", p.ClipCoef)
	}
	return b.String()
}

// A FitResult says how a run went.
type FitResult struct {
	Progress        // the last iteration
	Skips    int    // steps that were skipped, in all of the run
	Reason   string // the stopping rule's reason
	Resumed  int    // iterations that the checkpoint had which the run began with; 0 for none
	Saved    int    // iterations that the newest checkpoint has, written or begun with; 0 for none

	// Fallback says which newer checkpoints are corrupt, or is nil: their iterations were done
	// again. Of a checkpoint.Dir it is a *checkpoint.FallbackError.
	Fallback error
}

// String returns a line to read.
func (r FitResult) String() string {
	text := "stopped at " + r.Progress.String()
	if r.Reason != "" {
		text = "ended by " + r.Reason + " at " + r.Progress.String()
	}
	if r.Skips > 0 {
		text += fmt.Sprintf("; %d skipped in all", r.Skips)
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf("; resumed after iteration %d", r.Resumed)
	}
	if r.Fallback != nil {
		text += " (" + strings.ReplaceAll(r.Fallback.Error(), "\n", "; ") + ")"
	}
	return text
}

// A progressState is a Progress with numbers that JSON keeps.
type progressState struct {
	Step                          int
	GroupLRs                      []state.Real
	LR, GradNorm, ClipCoef, Scale state.Real
	Skipped                       bool
	Param                         string
	Element                       int
	Value                         state.Real
	Iteration                     int
	Loss, Average, Metric         state.Real
	Validated                     bool
}

func saveProgress(p Progress) progressState {
	var rates []state.Real
	for _, lr := range p.GroupLRs {
		rates = append(rates, state.Real(lr))
	}
	return progressState{
		GroupLRs: rates,
		Step:     p.Step, LR: state.Real(p.LR), GradNorm: state.Real(p.GradNorm), ClipCoef: state.Real(p.ClipCoef), Scale: state.Real(p.LossScale),
		Skipped: p.Skipped, Param: p.Reason.Param, Element: p.Reason.Element, Value: state.Real(p.Reason.Value),
		Iteration: p.Iteration, Loss: state.Real(p.Loss), Average: state.Real(p.Average), Metric: state.Real(p.Metric), Validated: p.Validated,
	}
}

// restore sets all but what follows from the iteration and the options.
func (s progressState) restore(p *Progress) {
	var rates []float64
	for _, lr := range s.GroupLRs {
		rates = append(rates, float64(lr))
	}
	p.Report = optim.Report{
		Step: s.Step, LR: float64(s.LR), GradNorm: float64(s.GradNorm), ClipCoef: float64(s.ClipCoef), LossScale: float64(s.Scale),
		Skipped: s.Skipped, Reason: optim.Reason{Param: s.Param, Element: s.Element, Value: float64(s.Value)}, GroupLRs: rates,
	}
	p.Loss, p.Average, p.Metric, p.Validated = float64(s.Loss), float64(s.Average), float64(s.Metric), s.Validated
}
