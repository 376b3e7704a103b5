package optim

import "sync"

// A pool is a set of goroutines that help the caller's with a job. Between jobs
// it refers to none, so that it does not keep its optimizer alive.
type pool struct {
	wake []chan struct{} // one for each helper
	job  worker
	busy sync.WaitGroup
	once sync.Once // closes wake
}

// A worker does its share of a job. It is called once for each of the numbers
// 0, 1, ... at the same time.
type worker interface{ work(number int) }

// newPool starts the goroutines.
func newPool(helpers int) *pool {
	p := &pool{wake: make([]chan struct{}, helpers)}
	for i := range p.wake {
		p.wake[i] = make(chan struct{}, 1)
		go p.help(p.wake[i], i+1)
	}
	return p
}

func (p *pool) help(wake <-chan struct{}, number int) {
	for range wake {
		p.job.work(number)
		p.busy.Done()
	}
}

// run does the job with some of the helpers and the calling goroutine.
func (p *pool) run(job worker, helpers int) {
	p.job = job
	p.busy.Add(helpers)
	for _, wake := range p.wake[:helpers] {
		wake <- struct{}{}
	}
	job.work(0)
	p.busy.Wait()
	p.job = nil
}

// close ends the goroutines. It may be called again, but not during run.
func (p *pool) close() {
	p.once.Do(func() {
		for _, wake := range p.wake {
			close(wake)
		}
	})
}
