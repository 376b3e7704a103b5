package functions

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Env is the environment variable that makes tests take all the inputs there are to take,
// if it is "all".
const Env = "STEEPEST_FUNCTIONS"

// each calls f with 0 to n-1, on all processors, until one call returns an error.
func each(n int, f func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	workers.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
