package race

import (
	"errors"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gonumopt"
	"github.com/seed63264101/steepest/optim/train"
	"gonum.org/v1/gonum/optimize"
)

// A quasi run is one of L-BFGS, which chooses its own steps: gonum's optimize makes it at
// once, in float64 and over all samples whatever the experiment says, and this goes along.
// The method is gonumopt.OWLQN, which is L-BFGS where there is no penalty, and gives the same
// bits on every machine.
type quasi struct {
	ground[float64]
	path []surface.Point // the start, and where each iteration led
	end  error           // why it leads no further
}

func newQuasi(s *spec.State, run spec.Run) (*quasi, error) {
	whole := *s
	whole.Batch = 0
	q := &quasi{ground: newGround[float64](&whole)}
	params := []optim.Param[float64]{{Name: "p", Value: append([]float64(nil), q.p...)}}
	objective := func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {
		return surface.Eval(q.problem, nil, params[0].Value, g.Dense[0]), nil
	}
	settings := &optimize.Settings{
		MajorIterations: s.Steps + 2,         // with the start, and one that would not be recorded
		FuncEvaluations: 100 * (s.Steps + 1), // of searches that find no end
		Recorder:        q,
		Converger:       optimize.NeverTerminate{},
	}
	result, err := gonumopt.Minimize(params, objective, settings, &gonumopt.OWLQN{L1: run.L1})
	switch {
	case err != nil:
		q.end = err
	case result.Status == optimize.GradientThreshold:
		q.end = errors.New("the gradient is 0")
	default:
		q.end = errors.New("no step lowers the loss any more")
	}
	if len(q.path) == 0 {
		return nil, q.end
	}
	return q, nil
}

// Init and Record make it an optimize.Recorder.
func (q *quasi) Init() error { return nil }

func (q *quasi) Record(l *optimize.Location, op optimize.Operation, _ *optimize.Stats) error {
	if op == optimize.MajorIteration {
		q.path = append(q.path, point(l.X))
	}
	return nil
}

func (q *quasi) step() (stride, error) {
	if q.taken+1 >= len(q.path) {
		return stride{}, q.end
	}
	g := point(q.slope(false))
	to := q.path[q.taken]
	q.p[0] = to.X
	if len(q.p) > 1 {
		q.p[1] = to.Y
	}
	return stride{gradient: g, rate: 1, clip: 1}, nil
}
