package neural

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A Run is the training of one network.
type Run struct {
	Network   *Network
	Optimizer *optim.Optimizer[float32]

	Losses []float64 // of each step's samples, before the step
	Rates  []float64 // of each step

	Points   []Point     // of the curves
	Path     [][]float32 // all parameters at each of the points, one after the other
	Diverged int         // the step that found a loss or gradient that is not finite, or a loss far too high; -1 if none did
	Note     string      // why the run ended early, or ""

	grads, whole [][]float32
	params       []optim.Param[float32] // as the optimizer has them
}

// A Point is what a network is after some steps. With rules that average their iterates it is
// the average.
type Point struct {
	Step                           int
	Loss, Accuracy                 float64   // over all samples to train with
	Validation, ValidationAccuracy float64   // loss and accuracy over those that validate, 0 if there are none
	Norms                          []float64 // of the gradient of all samples, for each layer
}

// tooHigh is how many times as high as the first loss + 1 the loss of a run that diverges is.
const tooHigh = 1e6

func newRun(n *Network, contender Contender) (*Run, error) {
	params := n.Params()
	o, err := contender(params)
	if err != nil {
		return nil, err
	}
	r := &Run{Network: n, Optimizer: o, Diverged: -1, grads: n.NewGradients(), whole: n.NewGradients(), params: params}
	r.widen()
	return r, nil
}

// BFloat16 returns the contender whose parameters are the nearest ones of bfloat16.
func BFloat16(c Contender) Contender {
	return func(params []optim.Param[float32]) (*optim.Optimizer[float32], error) {
		for i := range params {
			p := &params[i]
			p.BF16 = make([]kernels.BFloat16, len(p.Value))
			kernels.RoundBF16(p.BF16, p.Value)
			p.Value = nil
		}
		return c(params)
	}
}

// widen gives the network the values of parameters that are bfloat16.
func (r *Run) widen() {
	for i, v := range r.Network.Values() {
		if p := r.params[i]; p.BF16 != nil {
			kernels.WidenBF16(v, p.BF16)
		}
	}
}

// Ended reports whether the run takes no more steps before the others do.
func (r *Run) Ended() bool { return r.Note != "" }

// advance takes a step, behind a point of the curves if one is due.
func (r *Run) advance(step int, samples []int, due bool) {
	if r.Ended() {
		return
	}
	if due {
		r.addPoint(step)
	}
	loss := r.Network.Objective(samples, r.grads)
	if !r.check(step, loss) {
		return
	}
	report, err := r.Optimizer.Step(r.grads)
	switch {
	case err != nil:
		r.Note = fmt.Sprintf("step %d: %v", step+1, err)
		return
	case report.Skipped: // for a gradient that is not finite
		r.diverge(step)
		return
	}
	r.widen()
	r.Losses, r.Rates = append(r.Losses, loss), append(r.Rates, report.LR)
	r.Optimizer.Observe(loss)
}

// check reports whether a loss is one to go on with. If not, the run diverges.
func (r *Run) check(step int, loss float64) bool {
	first := loss
	if len(r.Losses) > 0 {
		first = r.Losses[0]
	}
	if loss-loss == 0 && loss <= tooHigh*(first+1) {
		return true
	}
	r.diverge(step)
	return false
}

// diverge ends the run with the last parameters that were good.
func (r *Run) diverge(step int) {
	r.Diverged, r.Note = step, fmt.Sprintf("diverged after %d steps", step)
	if len(r.Path) > 0 {
		r.Network.Set(r.Path[len(r.Path)-1])
	}
}

// finish adds the last point. The parameters are those of that point afterwards.
func (r *Run) finish(step int) {
	if r.Ended() {
		return
	}
	r.Optimizer.EvalMode()
	if r.check(step, r.Network.Objective(nil, nil)) {
		r.addPoint(step)
		r.Optimizer.EvalMode()
	}
}

// addPoint adds a point to the curves and the path.
func (r *Run) addPoint(step int) {
	r.Optimizer.EvalMode()
	n := r.Network
	p := Point{Step: step}
	p.Loss, p.Accuracy = n.objective(nil, r.whole)
	if p.Loss-p.Loss == 0 {
		if n.Data.Train < len(n.Data.Labels) {
			p.Validation, p.ValidationAccuracy = n.Validate()
		}
		for i := range n.layers {
			p.Norms = append(p.Norms, norm(r.whole[2*i:2*i+2]))
		}
		r.Points, r.Path = append(r.Points, p), append(r.Path, n.Flat(nil))
	}
	r.Optimizer.TrainMode()
}

// At returns a network of its own that is where the run was at one of its points.
func (r *Run) At(point int) *Network {
	n := newNetwork(r.Network.Config, r.Network.Data)
	n.Set(r.Path[point])
	return n
}

// norm returns the Euclidean norm of some slices together.
func norm(slices [][]float32) float64 {
	sum := 0.0
	for _, s := range slices {
		sum += kernels.SumSquares(s)
	}
	return math.Sqrt(sum)
}

// Flat appends all parameters to dst, one after the other.
func (n *Network) Flat(dst []float32) []float32 { return flat(dst, n.Values()) }

func flat(dst []float32, values [][]float32) []float32 {
	for _, v := range values {
		dst = append(dst, v...)
	}
	return dst
}

// Set sets all parameters to what Flat has appended.
func (n *Network) Set(x []float32) {
	for _, v := range n.Values() {
		copy(v, x)
		x = x[len(v):]
	}
}
