package mpi

import (
	"slices"
	"time"
	"unsafe"
)

// An MPI that waits keeps a core busy, and MPICH never yields it. So where a machine has more ranks
// than cores, they begin their calls, and sleep between looks at how these get on: a rank that
// others wait for would have its core only once a time slice else.

// findCrowds notes whether any machine is crowded: MPI wants all ranks to make the same calls.
func (w *World) findCrowds(here bool) error {
	all := make([][]byte, w.size)
	for r := range all {
		all[r] = make([]byte, 1)
	}
	if here {
		all[w.rank][0] = 1
	}
	err := w.AllGather(all[w.rank], all)
	w.crowded = slices.ContainsFunc(all, func(of []byte) bool { return of[0] != 0 })
	return err
}

// How a crowded rank waits: so many looks at once, and then after pauses that grow.
const (
	looks     = 8
	pause     = 10 * time.Microsecond
	mostPause = 500 * time.Microsecond
)

// collective makes a call that all ranks make. Its name is that of the call that waits, MPI_ and
// a word; pointers converted in its argument list stay valid.
//
//go:uintptrescapes
func (w *World) collective(name string, args ...uintptr) error {
	if !w.crowded {
		return w.lib.call(name, args...)
	}
	var request [1]uint64 // a handle of either family
	var status [3]uint64
	if err := w.lib.call(begins[name], append(args, uintptr(unsafe.Pointer(&request)))...); err != nil {
		return err
	}
	return w.wait(1, uintptr(unsafe.Pointer(&request)), uintptr(unsafe.Pointer(&status)))
}

// wait waits for as many requests, and stores what has become of them. Pointers converted in its
// argument list stay valid.
//
//go:uintptrescapes
func (w *World) wait(n, requests, statuses uintptr) error {
	if !w.crowded {
		return w.lib.call("MPI_Waitall", n, requests, statuses)
	}
	var done int32
	for i := 0; ; i++ {
		if err := w.lib.call("MPI_Testall", n, requests, uintptr(unsafe.Pointer(&done)), statuses); err != nil || done != 0 {
			return err
		}
		if i >= looks {
			time.Sleep(min(pause<<min(i-looks, 16), mostPause))
		}
	}
}

// begins are the calls that begin what others do.
var begins = map[string]string{"MPI_Allgatherv": "MPI_Iallgatherv", "MPI_Barrier": "MPI_Ibarrier"}
