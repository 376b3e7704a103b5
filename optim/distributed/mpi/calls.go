package mpi

import (
	"fmt"
	"slices"
	"unsafe"
)

// scratch is what calls of MPI are given besides the data.
type scratch struct {
	sendCounts, sendAt, recvCounts, recvAt []int32
	totals                                 []int64
	own                                    []byte
	nothing                                [2]byte
}

func newScratch(size int) scratch {
	all := make([]int32, 4*size)
	return scratch{
		sendCounts: all[:size], sendAt: all[size:][:size], recvCounts: all[2*size:][:size], recvAt: all[3*size:],
		totals: make([]int64, size),
	}
}

// AllToAll implements optim.Transport.
func (w *World) AllToAll(send []byte, sendCounts []int, recv []byte, recvCounts []int) error {
	return w.do(func() error { return w.allToAll(send, sendCounts, recv, recvCounts) })
}

func (w *World) allToAll(send []byte, sendCounts []int, recv []byte, recvCounts []int) error {
	wrong := w.misfit(send, sendCounts, recv, recvCounts)
	largest, err := w.agree(max(sum(sendCounts), sum(recvCounts)), wrong)
	if err != nil || largest == 0 {
		return err
	}
	// What stays here needs no MPI.
	own := sendCounts[w.rank]
	copy(recv[sum(recvCounts[:w.rank]):][:own], send[sum(sendCounts[:w.rank]):])
	switch {
	case w.size == 1:
		return nil
	case largest > w.limit:
		return w.exchange(send, sendCounts, recv, recvCounts)
	}
	layOut(w.sendCounts, w.sendAt, sendCounts)
	layOut(w.recvCounts, w.recvAt, recvCounts)
	w.sendCounts[w.rank], w.recvCounts[w.rank] = 0, 0
	send, recv = w.distinct(send, recv)
	return w.collective("MPI_Alltoallv",
		uintptr(unsafe.Pointer(&send[0])), uintptr(unsafe.Pointer(&w.sendCounts[0])), uintptr(unsafe.Pointer(&w.sendAt[0])), w.lib.bytes,
		uintptr(unsafe.Pointer(&recv[0])), uintptr(unsafe.Pointer(&w.recvCounts[0])), uintptr(unsafe.Pointer(&w.recvAt[0])), w.lib.bytes,
		w.lib.world)
}

// misfit says what is wrong with the arguments of AllToAll.
func (w *World) misfit(send []byte, sendCounts []int, recv []byte, recvCounts []int) error {
	switch {
	case len(sendCounts) != w.size || len(recvCounts) != w.size || min(slices.Min(sendCounts), slices.Min(recvCounts)) < 0:
		return fmt.Errorf("mpi: AllToAll: counts %d and %d for %d ranks", sendCounts, recvCounts, w.size)
	case sum(sendCounts) > len(send) || sum(recvCounts) > len(recv):
		return fmt.Errorf("mpi: AllToAll: counts of %d and %d bytes for slices of %d and %d", sum(sendCounts), sum(recvCounts), len(send), len(recv))
	case sendCounts[w.rank] != recvCounts[w.rank]:
		return fmt.Errorf("mpi: AllToAll: rank %d sends %d bytes to itself, and receives %d", w.rank, sendCounts[w.rank], recvCounts[w.rank])
	}
	return nil
}

// agree returns the largest n of all ranks, which must all take the same way: no rank knows
// the counts between two others. Where one has made an error, all have one.
func (w *World) agree(n int, wrong error) (int, error) {
	mine := int64(n)
	if wrong != nil {
		mine = -1
	}
	w.totals[w.rank] = mine
	if w.size > 1 {
		if err := w.gather8(mine, w.totals); err != nil {
			return 0, err
		}
	}
	if wrong != nil {
		return 0, wrong
	}
	for r, total := range w.totals {
		if total < 0 {
			return 0, fmt.Errorf("mpi: AllToAll: rank %d has wrong counts", r)
		}
		n = max(n, int(total))
	}
	return n, nil
}

// gather8 gathers 8 bytes of each rank.
func (w *World) gather8(mine int64, all []int64) error {
	return w.collective("MPI_Allgather",
		uintptr(unsafe.Pointer(&mine)), 8, w.lib.bytes,
		uintptr(unsafe.Pointer(&all[0])), 8, w.lib.bytes, w.lib.world)
}

// exchange is AllToAll where counts are too large for one call. Rank r sends to rank r+i while
// it receives from rank r-i, in pieces, so many as either of the two has.
func (w *World) exchange(send []byte, sendCounts []int, recv []byte, recvCounts []int) error {
	for i := 1; i < w.size; i++ {
		to, from := (w.rank+i)%w.size, (w.rank-i+w.size)%w.size
		out := send[sum(sendCounts[:to]):][:sendCounts[to]]
		in := recv[sum(recvCounts[:from]):][:recvCounts[from]]
		for len(out)+len(in) > 0 {
			n, m := min(len(out), w.limit), min(len(in), w.limit)
			if err := w.sendReceive(out[:n], to, in[:m], from); err != nil {
				return err
			}
			out, in = out[n:], in[m:]
		}
	}
	return nil
}

// sendReceive sends to one rank while it receives from another; nothing is no message.
func (w *World) sendReceive(out []byte, to int, in []byte, from int) error {
	target, source := uintptr(to), uintptr(from)
	if len(out) == 0 {
		target = w.lib.procNull
	}
	if len(in) == 0 {
		source = w.lib.procNull
	}
	n, m := uintptr(len(out)), uintptr(len(in))
	out, in = w.distinct(out, in)
	return w.lib.call("MPI_Sendrecv",
		uintptr(unsafe.Pointer(&out[0])), n, w.lib.bytes, target, 0,
		uintptr(unsafe.Pointer(&in[0])), m, w.lib.bytes, source, 0,
		w.lib.world, w.lib.statusIgnore)
}

// AllGather implements optim.Transport. Where send is a part of recv, it is copied first, for
// MPI wants them apart.
func (w *World) AllGather(send, recv []byte, counts []int) error {
	return w.do(func() error { return w.allGather(send, recv, counts) })
}

func (w *World) allGather(send, recv []byte, counts []int) error {
	if len(counts) != w.size || len(send) != counts[w.rank] || len(recv) < sum(counts) {
		return fmt.Errorf("mpi: AllGather: counts %d for %d ranks, and slices of %d and %d bytes", counts, w.size, len(send), len(recv))
	}
	if w.size == 1 {
		copy(recv, send)
		return nil
	}
	// Each call gathers what lies in so many bytes of recv. All ranks have the same counts, and
	// so the same calls.
	rest := send
	for lo, total := 0, sum(counts); lo < total; lo += w.limit {
		hi := min(lo+w.limit, total)
		at := 0
		for r, n := range counts {
			from, to := min(max(at, lo), hi), min(max(at+n, lo), hi)
			w.recvCounts[r], w.recvAt[r] = int32(to-from), int32(from-lo)
			at += n
		}
		n := w.recvCounts[w.rank]
		if err := w.gather(rest[:n], recv[lo:hi]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// gather is one call for AllGather, whose counts and displacements are laid out.
func (w *World) gather(own, recv []byte) error {
	n := uintptr(len(own))
	if overlap(own, recv) {
		w.own = append(w.own[:0], own...)
		own = w.own
	}
	own, recv = w.distinct(own, recv)
	return w.collective("MPI_Allgatherv",
		uintptr(unsafe.Pointer(&own[0])), n, w.lib.bytes,
		uintptr(unsafe.Pointer(&recv[0])), uintptr(unsafe.Pointer(&w.recvCounts[0])), uintptr(unsafe.Pointer(&w.recvAt[0])), w.lib.bytes,
		w.lib.world)
}

// Barrier implements optim.Transport.
func (w *World) Barrier() error {
	return w.do(func() error { return w.collective("MPI_Barrier", w.lib.world) })
}

// distinct returns slices that have an address where they are empty, each its own.
func (w *World) distinct(send, recv []byte) (_, _ []byte) {
	if len(send) == 0 {
		send = w.nothing[:1]
	}
	if len(recv) == 0 {
		recv = w.nothing[1:]
	}
	return send, recv
}

// overlap is whether two slices share memory.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	x, y := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return x < y+uintptr(len(b)) && y < x+uintptr(len(a))
}

// layOut writes counts as MPI takes them, and where each begins.
func layOut(to, at []int32, counts []int) {
	begin := 0
	for r, n := range counts {
		to[r], at[r] = int32(n), int32(begin)
		begin += n
	}
}

func sum(counts []int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
