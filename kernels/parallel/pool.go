// Package parallel spreads work over goroutines: a pool of them, and on it the gradient of
// linear models, the cross-entropy of a classifier, and matrix products, those with symmetric
// and triangular matrices and the solution of equations with the latter among them.
// Results have the same bits for any number of goroutines, and are those of package
// kernels.
package parallel

import (
	"runtime"
	"sync"
)

// A Job is work for several goroutines at the same time.
type Job interface {
	// Work does a share of the job. It is called once for some of the numbers 0, 1, ...,
	// at least for 0, and takes what is left until nothing is: a call for 0 alone does
	// everything.
	Work(number int)
}

// A Pool is a set of goroutines that help the caller's with a job. Between jobs it refers
// to none, so that it does not keep a job's data alive. Its methods may be called from
// several goroutines at a time: a job that comes while another is being done is the
// caller's alone.
type Pool struct {
	mu      sync.Mutex      // held during a job
	wake    []chan struct{} // one for each goroutine that was started
	workers int             // with the caller's; 0: as many as GOMAXPROCS says
	closed  bool
	job     Job
	busy    sync.WaitGroup
}

// New returns a pool of so many goroutines, the caller's among them, at least 1. They start
// with the first job that wants them.
func New(workers int) *Pool { return &Pool{workers: max(1, workers)} }

var shared = new(Pool)

// Shared returns the pool of the whole process, with as many goroutines as GOMAXPROCS says
// at the time of a job. It cannot be closed.
func Shared() *Pool { return shared }

// Workers returns the number of goroutines that the next job can have.
func (p *Pool) Workers() int {
	if p.workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return p.workers
}

// Started returns the number of goroutines that were started to help callers.
func (p *Pool) Started() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.wake)
}

// Run does a job with up to so many goroutines, the caller's among them, and returns when
// it is done.
func (p *Pool) Run(job Job, workers int) {
	helpers := min(workers, p.Workers()) - 1
	if helpers <= 0 || !p.mu.TryLock() {
		job.Work(0)
		return
	}
	defer p.mu.Unlock()
	if p.closed {
		job.Work(0)
		return
	}
	for len(p.wake) < helpers {
		wake := make(chan struct{}, 1)
		p.wake = append(p.wake, wake)
		go p.help(wake, len(p.wake))
	}
	p.job = job
	p.busy.Add(helpers)
	for _, wake := range p.wake[:helpers] {
		wake <- struct{}{}
	}
	job.Work(0)
	p.busy.Wait()
	p.job = nil
}

func (p *Pool) help(wake <-chan struct{}, number int) {
	for range wake {
		p.job.Work(number)
		p.busy.Done()
	}
}

// Close ends the goroutines, after the job that is being done. Later jobs are their
// callers' alone. Closing the shared pool does nothing.
func (p *Pool) Close() {
	if p == shared {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		for _, wake := range p.wake {
			close(wake)
		}
	}
}
