package train

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
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
// All runs must start with the same parameters and have the same Batches: it is an error, which
// names the cell, if one does not. A run that diverges or fails is a result like others, and
// so is an error of build. If ctx is cancelled, its cause is returned with the results, of
// which those that were not reached have it as Err.
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

// A runStart is what all runs of a sweep must begin with.
type runStart struct {
	iteration int
	batches   *Batches
	params    []startParam
}

type startParam struct {
	name   string
	digest [sha256.Size]byte
}

// compare returns an error for a run that does not start as the first one, or that shares
// memory with the one before.
func (s *sweepers[T]) compare(run *Run[T]) error {
	if s.last != nil {
		for _, thing := range run.things() {
			if slices.Contains(s.last.things(), thing) {
				return fmt.Errorf("it has the %s of the cell before, want everything anew", typeName(thing))
			}
		}
	}
	s.last = run
	saved, err := run.opt.Snapshot()
	if err != nil {
		return err
	}
	start := &runStart{iteration: run.opt.Iterations(), batches: run.batches()}
	for _, p := range saved.Params {
		hash := sha256.New()
		if err := binary.Write(hash, binary.LittleEndian, p.Value); err != nil {
			return err
		}
		start.params = append(start.params, startParam{p.Name, [sha256.Size]byte(hash.Sum(nil))})
	}
	if s.start == nil {
		s.start = start
	}
	return start.sameAs(s.start)
}

func (s *runStart) sameAs(first *runStart) error {
	if err := sameBatches(s.batches, first.batches); err != nil {
		return fmt.Errorf("batches: %w", err)
	}
	if s.iteration != first.iteration {
		return fmt.Errorf("it starts after iteration %d, the first run after %d", s.iteration, first.iteration)
	}
	if len(s.params) != len(first.params) {
		return fmt.Errorf("%d parameters, the first run has %d", len(s.params), len(first.params))
	}
	for i, p := range s.params {
		if p != first.params[i] {
			return fmt.Errorf("parameter %q does not start with the values of the first run's %q", p.name, first.params[i].name)
		}
	}
	return nil
}

// things lists what no other run may have.
func (r *Run[T]) things() []any {
	list := []any{r, r.opt}
	if r.o.Divergence != nil {
		list = append(list, r.o.Divergence)
	}
	if r.o.Average != nil {
		list = append(list, r.o.Average)
	}
	if r.o.History != nil {
		list = append(list, r.o.History)
	}
	for _, rule := range r.o.Stop {
		if sameRule(rule, rule) {
			list = append(list, rule)
		}
	}
	return list
}

// Best returns the cell whose run ended by a rule and has the best metric, or if no run has
// any, the lowest average of the loss. It reports false if there is none.
func (r *SweepResult) Best() (CellResult, bool) {
	i := r.best()
	if i < 0 {
		return CellResult{}, false
	}
	return r.Cells[i], true
}

// best returns the index of the best cell, or -1.
func (r *SweepResult) best() int {
	measured := slices.ContainsFunc(r.Cells, func(c CellResult) bool { return c.Metric == c.Metric })
	best, least := -1, math.NaN()
	for i, c := range r.Cells {
		value := c.Result.Average
		if measured {
			value = c.Metric
		}
		if measured && r.Maximize {
			value = -value
		}
		if c.Err == nil && value == value && (best < 0 || cmp.Less(value, least)) {
			best, least = i, value
		}
	}
	return best
}
