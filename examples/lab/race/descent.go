package race

import (
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A descent is a run by a rule of package optim.
type descent[T kernels.Float] struct {
	ground[T]
	opt       *optim.Optimizer[T]
	batch     [][]T
	rows      *optim.Gradients[T] // for a rule of tables
	evaluates bool                // the rule takes gradients at another point than the one to look at
	observed  bool                // the schedule follows the loss
	widen     func()              // stores in p what a step has made of parameters in bfloat16; nil if p has them
}

func newDescent[T kernels.Float](s *spec.State, run spec.Run) (*descent[T], error) {
	d := &descent[T]{ground: newGround[T](s), batch: make([][]T, 1)}
	var err error
	if d.opt, d.widen, err = spec.Build(run, d.p); err != nil {
		return nil, err
	}
	if run.Sparse() {
		d.rows = d.opt.NewGradients()
	}
	_, d.evaluates = run.Rule.(optim.ScheduleFreeAdamW)
	d.observed = len(d.opt.Observers()) > 0
	return d, nil
}

// look tells the schedule the loss after each step, too.
func (d *descent[T]) look() sight {
	if d.evaluates {
		d.opt.EvalMode()
		defer d.opt.TrainMode()
	}
	seen := d.ground.look()
	if d.observed && d.taken > 0 {
		d.opt.Observe(seen.loss)
	}
	return seen
}

func (d *descent[T]) step() (stride, error) {
	g := d.slope(d.evaluates)
	var report optim.Report
	var err error
	if d.rows != nil {
		d.rows.Reset()
		copy(d.rows.Rows[0].Add(0), g)
		report, err = d.opt.StepGradients(d.rows)
	} else {
		d.batch[0] = g
		report, err = d.opt.Step(d.batch)
	}
	if err == nil && report.Skipped {
		err = errNotFinite
	}
	if d.widen != nil {
		d.widen()
	}
	return stride{gradient: point(g), rate: report.LR, clip: report.ClipCoef}, err
}
