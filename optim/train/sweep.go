package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// SweepOptions are the grid of a [Sweep]: every rate with every value.
type SweepOptions struct {
	Rates    []float64 // learning rates, finite and > 0
	Option   string    // name of another option, or ""
	Values   []float64 // its values
	Workers  int       // runs at a time; 0 and 1 are the caller's goroutine alone
	Maximize bool      // larger metrics are better
}

// A Cell is a place in the grid of a [Sweep].
type Cell struct {
	Number int // from 0: all rates with the first value, then with the second, and so on
	LR     float64
	Value  float64 // of SweepOptions.Option; 0 without one
}

// A CellResult is what the run of a cell has reached.
type CellResult struct {
	Cell
	Result FitResult // whose Average is the loss in the end
	Metric float64   // the best one; NaN if there was none
	Err    error     // why there was no run, or it did not end by a rule; nil if it did
}

// Validate returns an error if an option is out of its domain.
func (o SweepOptions) Validate() error {
	if len(o.Rates) == 0 {
		return fmt.Errorf("no Rates")
	}
	for i, lr := range o.Rates {
		if err := domain.Real(fmt.Sprintf("Rates[%d]", i), lr, domain.Positive); err != nil {
			return err
		}
	}
	if (o.Option == "") != (len(o.Values) == 0) {
		return fmt.Errorf("Option = %q with %d Values, want a name and values, or none", o.Option, len(o.Values))
	}
	return domain.Whole("Workers", o.Workers, 0)
}

// cells lists the grid.
func (o SweepOptions) cells() (list []CellResult) {
	for i := range max(1, len(o.Values)) {
		for _, lr := range o.Rates {
			c := Cell{Number: len(list), LR: lr}
			if len(o.Values) > 0 {
				c.Value = o.Values[i]
			}
			list = append(list, CellResult{Cell: c, Metric: math.NaN()})
		}
	}
	return list
}

// Sweep trains one run for each cell of a grid, and compares what they reach. build makes the
// run of a cell, and everything in it anew: parameters, optimizer, stop rules. It is called for
// one cell after the other, in their order, while up to Workers runs are trained. The results
// do not depend on Workers.
//
// All runs must start with the same parameters, in any format, have the same Batches, and
// directories of their own for Checkpoints: it is an error, which names the cell, if one does not,
// or is to Resume, and so may start elsewhere. So is an optimizer that is Distributed. A run that
// diverges or fails is a result like others, and so is an error of build. If ctx is cancelled, its
// cause is returned with the results, of which those that were not reached have it as Err.
func Sweep[T kernels.Float](ctx context.Context, build func(c Cell) (*Run[T], error), o SweepOptions) (*SweepResult, error) {
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("train: Sweep: nil Context")
	case build == nil:
		return nil, fmt.Errorf("train: Sweep: nil build")
	}
	if err := validate(o); err != nil {
		return nil, err
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &sweepers[T]{ctx: within, cancel: cancel, build: build, maximize: o.Maximize, cells: o.cells()}
	workers := min(max(1, o.Workers), len(s.cells))
	if workers == 1 {
		s.work()
	} else {
		s.share(workers)
	}
	if s.wrong != nil {
		return nil, s.wrong
	}
	r := &SweepResult{Option: o.Option, Maximize: o.Maximize, Cells: s.cells}
	if ctx.Err() != nil {
		return r, fmt.Errorf("train: Sweep: %w", context.Cause(ctx))
	}
	return r, nil
}

// sweepers train the cells of a grid.
type sweepers[T kernels.Float] struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	build    func(c Cell) (*Run[T], error)
	maximize bool
	cells    []CellResult

	mu    sync.Mutex
	next  int       // cell that nobody has begun
	last  *Run[T]   // of the cell before
	start *runStart // of the first run
	wrong error     // what ends the sweep
}

// share works on several goroutines. What ends one of them ends the caller's.
func (s *sweepers[T]) share(workers int) {
	outcomes := make(chan outcome, workers)
	for range workers {
		go func() {
			var o outcome
			defer func() { outcomes <- o }()
			defer o.catch()
			s.work()
			o.returned = true
		}()
	}
	first := outcome{returned: true}
	for range workers {
		if o := <-outcomes; !o.returned && first.returned {
			first = o
			s.cancel(errors.New("train: Sweep: another run has ended its goroutine"))
		}
	}
	first.raise("Sweep: ")
}

// work trains one cell after the other until there is none.
func (s *sweepers[T]) work() {
	for {
		c, run := s.begin()
		if c == nil {
			return
		}
		if run != nil {
			s.train(c, run)
		}
	}
}

// begin builds the next run and compares it with the others. It returns no cell at the end, and
// no run if that cannot be built.
func (s *sweepers[T]) begin() (*CellResult, *Run[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == len(s.cells) || s.wrong != nil {
		return nil, nil
	}
	c := &s.cells[s.next]
	s.next++
	if s.ctx.Err() != nil {
		c.Err = context.Cause(s.ctx)
		return c, nil
	}
	run, err := s.build(c.Cell)
	if err == nil && (run == nil || run.opt == nil) {
		err = errNoRun
	}
	if err != nil {
		c.Err = err
		return c, nil
	}
	if err := s.compare(run); err != nil {
		s.wrong = fmt.Errorf("train: Sweep: cell %d, with the rate %v: %w", c.Number, c.LR, err)
		s.cancel(s.wrong)
		return nil, nil
	}
	return c, run
}

// train fits a cell's run, and looks at its metrics.
func (s *sweepers[T]) train(c *CellResult, run *Run[T]) {
	told := run.o.Progress
	run.o.Progress = func(p Progress) error {
		if p.Validated && (c.Metric != c.Metric || s.maximize && p.Metric > c.Metric || !s.maximize && p.Metric < c.Metric) {
			c.Metric = p.Metric
		}
		if told == nil {
			return nil
		}
		return told(p)
	}
	c.Result, c.Err = run.Fit(s.ctx)
	run.o.Progress = told
}
