package mpi

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/memory"
)

var _ optim.Transport = (*World)(nil)

func init() { programs["Calls"] = calls }

// withLimit lowers the bytes of a call, so that small data are cut as large ones are.
func withLimit(n int) Option { return func(c *config) { c.limit = n } }

// An exchange is what all ranks do in one round: counts[r][q] bytes go from rank r to rank q,
// and each rank's gather[r] bytes to all.
type exchange struct {
	counts [][]int
	gather []int
}

// draw draws counts, among them many zeros, and sometimes nothing but zeros.
func draw(random *rand.Rand, size, most int) exchange {
	e := exchange{make([][]int, size), make([]int, size)}
	count := func() int {
		if random.IntN(4) == 0 {
			return 0
		}
		return random.IntN(most + 1)
	}
	for r := range size {
		e.gather[r] = count()
		for range size {
			e.counts[r] = append(e.counts[r], count())
		}
	}
	return e
}

// fill returns n bytes that name their sender, and their place.
func fill(seed uint64, rank, n int) []byte {
	random := rand.New(rand.NewPCG(seed, uint64(rank)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// perform makes an exchange's calls as one rank and returns what it received. A margin behind
// what is received must stay as it is.
func (e exchange) perform(t optim.Transport, seed uint64) ([]byte, error) {
	const margin = 3
	r := t.Rank()
	send, recv, all := make([][]byte, t.Size()), make([][]byte, t.Size()), make([][]byte, t.Size())
	var rooms []byte
	room := func(n int) []byte {
		x := bytes.Repeat([]byte{0xee}, n+margin)
		return x[:n]
	}
	for q := range send {
		send[q] = fill(seed+uint64(100*q), r, e.counts[r][q])
		recv[q], all[q] = room(e.counts[q][r]), room(e.gather[q])
	}
	if err := t.AllToAll(send, recv); err != nil {
		return nil, err
	}
	if err := t.AllGather(fill(seed+1, r, e.gather[r]), all); err != nil {
		return nil, err
	}
	for q := range send {
		rooms = append(rooms, recv[q][:len(recv[q])+margin]...)
		rooms = append(rooms, all[q][:len(all[q])+margin]...)
	}
	return rooms, t.Barrier()
}

// expected returns what a rank receives by the transport in memory.
func (e exchange) expected(rank int, seed uint64) []byte {
	size := len(e.gather)
	results := make([][]byte, size)
	var all sync.WaitGroup
	for r, t := range memory.New(size) {
		all.Go(func() {
			var err error
			if results[r], err = e.perform(t, seed); err != nil {
				t.Abort(err)
			}
		})
	}
	all.Wait()
	return results[rank]
}

// calls makes random exchanges and compares what comes with what comes in memory.
func calls() error {
	limit, err := strconv.Atoi(os.Getenv("LIMIT"))
	if err != nil {
		return err
	}
	w, err := Init(withLimit(limit))
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(7, uint64(w.Size())))
	for seed := range uint64(30) {
		e := draw(random, w.Size(), 1<<random.IntN(13))
		w.crowded = seed%4 >= 2                             // whatever this machine has
		if (seed == 9 || seed == 10) && limit == maxBytes { // more than MPI sends at once without asking the receiver
			e = draw(random, w.Size(), 1<<20)
		}
		got, err := e.perform(w, seed)
		if err != nil {
			return err
		}
		if want := e.expected(w.Rank(), seed); !bytes.Equal(got, want) {
			return fmt.Errorf("rank %d, exchange %d %v: not what comes in memory", w.Rank(), seed, e)
		}
	}
	if limit < maxBytes {
		if err := cut(w, limit); err != nil {
			return err
		}
	}
	fmt.Printf("rank %d of %d on %s\n", w.Rank(), w.Size(), w.Library())
	return w.Close()
}

// cut exchanges what must be cut into three pieces each way, and counts them.
func cut(w *World, limit int) error {
	send, recv := make([][]byte, w.Size()), make([][]byte, w.Size())
	for r := range send {
		send[r], recv[r] = make([]byte, 2*limit+1), make([]byte, 2*limit+1)
	}
	if err := w.AllToAll(send, recv); err != nil {
		return err
	}
	if want := 2 * 3 * (w.Size() - 1); w.pending != want {
		return fmt.Errorf("%d messages, not %d", w.pending, want)
	}
	return nil
}

// TestCalls holds every call against the transport in memory, whole and cut into pieces.
func TestCalls(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		for _, limit := range []int{maxBytes, 1000} {
			for ranks := 1; ranks <= 4; ranks++ {
				out := m.mustRun(t, ranks, "Calls", "LIMIT="+strconv.Itoa(limit))
				for r := range ranks {
					if !strings.Contains(out, fmt.Sprintf("rank %d of %d on ", r, ranks)) {
						t.Errorf("rank %d of %d is missing in\n%s", r, ranks, out)
					}
				}
				if !strings.Contains(out, m.family.name) {
					t.Errorf("not the library of %s:\n%s", m.family.name, out)
				}
			}
		}
	})
}
