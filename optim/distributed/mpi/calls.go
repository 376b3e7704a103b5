package mpi

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// smallGather is up to how many bytes of all ranks together AllGather is one call of MPI, which
// takes few messages one after another. What is longer goes from where it lies to where it is
// wanted, to each rank by itself.
const smallGather = 1 << 15

// scratch is what calls of MPI are given besides the data.
type scratch struct {
	counts, at []int32
	gathered   []byte
	requests   []uint64 // as many bytes of each as the family's handles have
	statuses   []uint64 // likewise
	pending    int
	abandoned  [][]byte // what messages may still read and write that an error has left
}

func newScratch(size int) scratch {
	return scratch{counts: make([]int32, size), at: make([]int32, size), gathered: make([]byte, smallGather)}
}

// AllToAll implements optim.Transport.
func (w *World) AllToAll(send, recv [][]byte) error {
	return w.do(func() error {
		if len(send) != w.size || len(recv) != w.size {
			return fmt.Errorf("mpi: AllToAll: slices for %d ranks and from %d, of %d", len(send), len(recv), w.size)
		}
		return w.exchange(func(to int) []byte { return send[to] }, recv)
	})
}

// AllGather implements optim.Transport.
func (w *World) AllGather(send []byte, recv [][]byte) error {
	return w.do(func() error {
		if len(recv) != w.size {
			return fmt.Errorf("mpi: AllGather: slices from %d ranks, of %d", len(recv), w.size)
		}
		if len(send) != len(recv[w.rank]) {
			return fmt.Errorf("mpi: AllGather: %d bytes for oneself, of %d", len(recv[w.rank]), len(send))
		}
		total := 0
		for _, part := range recv { // the same on all ranks
			total += len(part)
		}
		if total <= smallGather {
			return w.gather(send, recv)
		}
		return w.exchange(func(int) []byte { return send }, recv)
	})
}

// gather is AllGather by one call of MPI.
func (w *World) gather(send []byte, recv [][]byte) error {
	at := 0
	for r, part := range recv {
		w.counts[r], w.at[r] = int32(len(part)), int32(at)
		at += len(part)
	}
	if at == 0 || w.size == 1 {
		return nil
	}
	var nothing [1]byte
	first := &nothing[0]
	if len(send) > 0 {
		first = &send[0]
	}
	if err := w.collective("MPI_Allgatherv",
		uintptr(unsafe.Pointer(first)), uintptr(len(send)), w.lib.bytes,
		uintptr(unsafe.Pointer(&w.gathered[0])), uintptr(unsafe.Pointer(&w.counts[0])), uintptr(unsafe.Pointer(&w.at[0])), w.lib.bytes,
		w.lib.world); err != nil {
		return err
	}
	for r, part := range recv {
		if r != w.rank {
			copy(part, w.gathered[w.at[r]:])
		}
	}
	return nil
}

// exchange sends to each other rank and receives from it, all at once. What is longer than the
// limit is cut: counts are ints of C. Nothing is no message.
func (w *World) exchange(send func(to int) []byte, recv [][]byte) error {
	w.pending = 0
	messages := 0
	for r := range recv {
		messages += (len(recv[r])+w.limit-1)/w.limit + (len(send(r))+w.limit-1)/w.limit
	}
	if len(w.requests) < messages { // an open request must not move
		w.requests, w.statuses = make([]uint64, messages), make([]uint64, 3*messages)
	}
	var err error
	for i := 1; i < w.size && err == nil; i++ { // each begins with another one
		from := (w.rank - i + w.size) % w.size
		err = w.start("MPI_Irecv", recv[from], from)
	}
	for i := 1; i < w.size && err == nil; i++ {
		to := (w.rank + i) % w.size
		err = w.start("MPI_Isend", send(to), to)
	}
	if err == nil && w.pending > 0 {
		clear(w.statuses)
		if err = w.wait(uintptr(w.pending), uintptr(unsafe.Pointer(&w.requests[0])), uintptr(unsafe.Pointer(&w.statuses[0]))); err != nil {
			err = w.firstError(err)
		}
	}
	if err != nil {
		for to := range recv {
			w.abandoned = append(w.abandoned, send(to), recv[to])
		}
	}
	runtime.KeepAlive(send)
	runtime.KeepAlive(recv)
	return err
}

// firstError returns what the statuses say of the messages, which a call for all of them does not.
func (w *World) firstError(err error) error {
	const pending = "MPI_ERR_PENDING" // of those that had no error, and were not waited for
	for i := range uintptr(w.pending) {
		code := *(*int32)(unsafe.Add(unsafe.Pointer(&w.statuses[0]), i*w.lib.statusBytes+w.lib.statusError))
		if code == 0 {
			continue
		}
		if text := w.lib.text(uintptr(code)); !strings.Contains(text, pending) {
			return fmt.Errorf("mpi: a message: %s", text)
		}
	}
	return err
}

// start begins to send to a rank or to receive from it.
func (w *World) start(call string, part []byte, rank int) error {
	for len(part) > 0 {
		n := min(len(part), w.limit)
		if err := w.lib.call(call, uintptr(unsafe.Pointer(&part[0])), uintptr(n), w.lib.bytes, uintptr(rank), 0, w.lib.world, w.request()); err != nil {
			return err
		}
		part = part[n:]
	}
	return nil
}

// request returns the address of the next handle.
func (w *World) request() uintptr {
	at := uintptr(w.pending) * w.lib.requestBytes
	w.pending++
	return uintptr(unsafe.Pointer(&w.requests[0])) + at
}

// Barrier implements optim.Transport.
func (w *World) Barrier() error {
	return w.do(func() error { return w.collective("MPI_Barrier", w.lib.world) })
}
