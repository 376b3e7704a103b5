package memory

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// onAll runs f on all ranks, and returns their errors.
func onAll(t *testing.T, size int, f func(tr *Transport) error) []error {
	t.Helper()
	errs := make([]error, size)
	var wg sync.WaitGroup
	for r, tr := range New(size) {
		wg.Go(func() { errs[r] = f(tr) })
	}
	done := make(chan bool)
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("ranks wait for each other")
	}
	return errs
}

// message is what a rank sends to another one in a round: of any length, none too.
func message(from, to, round int) []byte {
	return []byte(strings.Repeat(fmt.Sprintf("%d to %d in %d.", from, to, round), (from+2*to+round)%4))
}

// TestMessages: everything arrives at its rank, from its rank and in its round, in memory that
// senders use again at once.
func TestMessages(t *testing.T) {
	for size := 1; size <= 7; size++ {
		var came atomic.Int64
		for r, err := range onAll(t, size, func(tr *Transport) error {
			if tr.Rank() < 0 || tr.Size() != size {
				return fmt.Errorf("rank %d of %d", tr.Rank(), tr.Size())
			}
			me := tr.Rank()
			for round := range 20 {
				send, recv := make([][]byte, size), make([][]byte, size)
				for q := range size {
					send[q], recv[q] = message(me, q, round), make([]byte, len(message(q, me, round)))
				}
				own := []byte("own")
				send[me], recv[me] = own, own
				if err := tr.AllToAll(send, recv); err != nil {
					return err
				}
				for q := range size {
					if q != me {
						clear(send[q])
					}
					if want := string(message(q, me, round)); q != me && string(recv[q]) != want {
						return fmt.Errorf("AllToAll: %q from %d, want %q", recv[q], q, want)
					}
				}
				mine := message(me, 0, round)
				for q := range size {
					recv[q] = make([]byte, len(message(q, 0, round)))
				}
				recv[me] = own
				if err := tr.AllGather(mine, recv); err != nil {
					return err
				}
				clear(mine)
				for q := range size {
					if want := string(message(q, 0, round)); q != me && string(recv[q]) != want {
						return fmt.Errorf("AllGather: %q from %d, want %q", recv[q], q, want)
					}
				}
				if string(own) != "own" {
					return fmt.Errorf("a rank's own part is %q", own)
				}
				came.Add(1)
				if err := tr.Barrier(); err != nil {
					return err
				}
				if n := came.Load(); n < int64((round+1)*size) {
					return fmt.Errorf("the barrier of round %d lets go after %d of %d", round, n, (round+1)*size)
				}
				if err := tr.Barrier(); err != nil {
					return err
				}
			}
			return nil
		}) {
			if err != nil {
				t.Errorf("rank %d of %d: %v", r, size, err)
			}
		}
	}
}

// TestMismatch: ranks that do not make the same call, or of other lengths, all learn of it.
func TestMismatch(t *testing.T) {
	b := func(n ...int) [][]byte {
		parts := make([][]byte, len(n))
		for i, n := range n {
			parts[i] = make([]byte, n)
		}
		return parts
	}
	for want, calls := range map[string][3]func(tr *Transport) error{
		"memory: rank 2 calls Barrier, and rank 0 AllGather": {
			func(tr *Transport) error { return tr.AllGather(nil, b(0, 0, 0)) },
			func(tr *Transport) error { return tr.AllGather(nil, b(0, 0, 0)) },
			func(tr *Transport) error { return tr.Barrier() },
		},
		"memory: AllGather: rank 1 sends 4 bytes to rank 2, which wants 5": {
			func(tr *Transport) error { return tr.AllGather(make([]byte, 3), b(3, 4, 6)) },
			func(tr *Transport) error { return tr.AllGather(make([]byte, 4), b(3, 4, 6)) },
			func(tr *Transport) error { return tr.AllGather(make([]byte, 6), b(3, 5, 6)) },
		},
		"memory: AllToAll: rank 2 sends 1 bytes to rank 0, which wants 0": {
			func(tr *Transport) error { return tr.AllToAll(b(9, 2, 3), b(8, 1, 0)) },
			func(tr *Transport) error { return tr.AllToAll(b(1, 0, 2), b(2, 7, 2)) },
			func(tr *Transport) error { return tr.AllToAll(b(1, 2, 3), b(3, 2, 1)) },
		},
		"memory: AllToAll: rank 1 sends to 2 ranks and receives from 3, of 3": {
			func(tr *Transport) error { return tr.AllToAll(b(0, 0, 0), b(0, 0, 0)) },
			func(tr *Transport) error { return tr.AllToAll(b(0, 0), b(0, 0, 0)) },
			func(tr *Transport) error { return tr.AllToAll(b(0, 0, 0), b(0, 0, 0)) },
		},
		"memory: AllGather: rank 0 sends to 3 ranks and receives from 4, of 3": {
			func(tr *Transport) error { return tr.AllGather(nil, b(0, 0, 0, 0)) },
			func(tr *Transport) error { return tr.AllGather(nil, b(0, 0, 0)) },
			func(tr *Transport) error { return tr.AllGather(nil, b(0, 0, 0)) },
		},
	} {
		for r, err := range onAll(t, 3, func(tr *Transport) error { return calls[tr.Rank()](tr) }) {
			if err == nil || err.Error() != want {
				t.Errorf("rank %d: %v, want %s", r, err, want)
			}
		}
	}
}

// TestAbort: who waits, and who comes later, gets the first reason.
func TestAbort(t *testing.T) {
	reason := errors.New("no disk")
	for r, err := range onAll(t, 4, func(tr *Transport) error {
		for range 3 {
			if err := tr.Barrier(); err != nil {
				return err
			}
		}
		switch tr.Rank() {
		case 2:
			for waiting := 0; waiting < 2; { // the others, but for one that comes later
				tr.mu.Lock()
				waiting = tr.came
				tr.mu.Unlock()
				runtime.Gosched()
			}
			tr.Abort(reason)
			tr.Abort(errors.New("another one"))
		case 3:
			for aborted := false; !aborted; {
				tr.mu.Lock()
				aborted = tr.aborted != nil
				tr.mu.Unlock()
				runtime.Gosched()
			}
		}
		first := tr.Barrier()
		if again := tr.AllGather(nil, make([][]byte, 4)); again != first {
			return fmt.Errorf("%v, and then %v", first, again)
		}
		return first
	}) {
		if want := "memory: rank 2 has aborted: no disk"; !errors.Is(err, reason) || err.Error() != want {
			t.Errorf("rank %d: %v, want %s", r, err, want)
		}
	}
}
