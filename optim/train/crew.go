package train

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A crew computes the gradients of the parts of a batch, of as many at a time as there are
// workers. A lone worker is the caller's goroutine.
type crew[T kernels.Float] struct {
	f       Objective[T]
	workers []worker[T]
	alive   sync.WaitGroup
}

// A worker has gradients of its own, so that parts can be computed at the same time and be
// added in their order, whichever is done first.
type worker[T kernels.Float] struct {
	grads *optim.Gradients[T]
	given *optim.Gradients[T] // the same, or scaled
	wide  widened[T]
	job   job
	jobs  chan job // nil without a goroutine of its own
	done  chan outcome
}

// A job is to compute the gradients of a part, times scale.
type job struct {
	Batch
	scale float64
}

// An outcome is the end of work on another goroutine.
type outcome struct {
	loss     float64
	err      error
	returned bool // or else the goroutine has been ended, by a panic or by runtime.Goexit
	panicked any
	stack    []byte
}

// catch, deferred, notes what ends the goroutine, if that is not a return.
func (o *outcome) catch() {
	if !o.returned {
		o.panicked, o.stack = recover(), debug.Stack()
	}
}

// raise ends the caller's goroutine in the same way.
func (o *outcome) raise(where string) {
	if o.returned {
		return
	}
	switch v := o.panicked.(type) {
	case nil:
		runtime.Goexit()
	case error:
		panic(fmt.Errorf("train: %s%w\n\n%s", where, v, o.stack))
	default:
		panic(fmt.Sprintf("train: %s%v\n\n%s", where, v, o.stack))
	}
}

func newCrew[T kernels.Float](opt *optim.Optimizer[T], f Objective[T], workers int) *crew[T] {
	c := &crew[T]{f: f, workers: make([]worker[T], workers)}
	for i := range c.workers {
		w := &c.workers[i]
		w.grads = opt.NewGradients()
		if workers == 1 {
			break
		}
		w.jobs, w.done = make(chan job, 1), make(chan outcome, 1)
		c.alive.Add(1)
		go c.serve(w)
	}
	return c
}

// start has a worker begin with a part. It must be done with its last one.
func (c *crew[T]) start(j job) {
	j.Worker = j.Part % len(c.workers)
	w := &c.workers[j.Worker]
	if w.job = j; w.jobs != nil {
		w.jobs <- j
	}
}

// finish returns the loss and the gradients of a part that was started. What ended the goroutine
// of its objective ends the caller's.
func (c *crew[T]) finish(part int) (float64, *optim.Gradients[T], error) {
	w := &c.workers[part%len(c.workers)]
	if w.jobs == nil {
		loss, err := c.compute(w, w.job)
		return loss, w.given, err
	}
	o := <-w.done
	o.raise("Fit: objective: ")
	return o.loss, w.given, o.err
}

func (c *crew[T]) serve(w *worker[T]) {
	defer c.alive.Done()
	o := outcome{returned: true}
	defer func() {
		if !o.returned {
			w.done <- o
		}
	}()
	defer o.catch()
	for j := range w.jobs {
		o.returned = false
		o.loss, o.err = c.compute(w, j)
		o.returned = true
		w.done <- o
	}
}

func (c *crew[T]) compute(w *worker[T], j job) (float64, error) {
	w.grads.Reset()
	loss, err := c.f(j.Batch, w.grads)
	if w.given = w.grads; err == nil && j.scale != 1 {
		w.given = w.wide.of(w.grads)
		for _, d := range w.given.Dense {
			kernels.Scal(T(j.scale), d)
		}
		for i := range w.given.Rows {
			kernels.Scal(T(j.scale), w.given.Rows[i].Values)
		}
	}
	return loss, err
}

// close waits for the objectives that still run, and ends the goroutines.
func (c *crew[T]) close() {
	for i := range c.workers {
		if w := &c.workers[i]; w.jobs != nil {
			close(w.jobs)
		}
	}
	c.alive.Wait()
}
