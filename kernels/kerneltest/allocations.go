package kerneltest

import (
	"runtime/debug"
	"testing"
)

// Allocations returns how often f allocates in a call, on average. The whole program's
// allocations are counted, so the least of a few measurements, without a collection, which
// would empty what a sync.Pool keeps, is the call's own.
func Allocations(runs int, f func()) float64 {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	least := testing.AllocsPerRun(runs, f)
	for tries := 1; tries < 4 && least > 0; tries++ {
		least = min(least, testing.AllocsPerRun(runs, f))
	}
	return least
}
