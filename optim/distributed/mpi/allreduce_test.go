package mpi

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

func init() { programs["Sums"] = sums }

// allReduce is MPI_Allreduce of float32: what the transport does without, for comparison.
func (w *World) allReduce(x, to []float32) error {
	float, op := uintptr(0x4c00040a), uintptr(0x58000003) // MPICH's MPI_FLOAT and MPI_SUM
	var err error
	if w.lib.family.name == openMPI.name {
		if float, err = symbol(w.lib.handle, "ompi_mpi_float"); err != nil {
			return err
		}
		if op, err = symbol(w.lib.handle, "ompi_mpi_op_sum"); err != nil {
			return err
		}
	}
	const name = "MPI_Allreduce"
	if w.lib.addresses[name], err = symbol(w.lib.handle, name); err != nil {
		return err
	}
	return w.do(func() error {
		return w.lib.call(name, uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&to[0])), uintptr(len(x)), float, op, w.lib.world)
	})
}

// asBytes returns a slice's memory.
func asBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// batches and width are the number of gradients that all ranks together have, and their length.
const batches, width = 13, 20000

// gradient returns one of them.
func gradient(number int) []float32 {
	random := rand.New(rand.NewPCG(3, uint64(number)))
	g := make([]float32, width)
	for i := range g {
		g[i] = random.Float32() - 0.5
	}
	return g
}

// bits is a hash.
func bits(x []float32) string {
	h := fnv.New64a()
	h.Write(asBytes(x))
	return fmt.Sprintf("%016x", h.Sum64())
}

// sums adds all gradients, of which each rank has some, in two ways: as MPI does it, and by the
// transport, on which shards travel to be added in the order of a tree over the gradients'
// numbers.
func sums() error {
	w, err := Init()
	if err != nil {
		return err
	}
	first := func(r, n int) int { return r * n / w.size }
	var own [][]float32
	for number := first(w.rank, batches); number < first(w.rank+1, batches); number++ {
		own = append(own, gradient(number))
	}
	part, byMPI := make([]float32, width), make([]float32, width)
	kernels.SumSlices(part, own)
	if err := w.allReduce(part, byMPI); err != nil {
		return err
	}

	from, to := first(w.rank, width), first(w.rank+1, width)
	send, recv, all := make([][]byte, w.size), make([][]byte, w.size), make([][]byte, w.size)
	came, byTree := make([]float32, batches*(to-from)), make([]float32, width)
	for r := range w.size {
		for _, g := range own {
			send[r] = append(send[r], asBytes(g[first(r, width):first(r+1, width)])...)
		}
		recv[r] = asBytes(came[first(r, batches)*(to-from) : first(r+1, batches)*(to-from)])
		all[r] = asBytes(byTree[first(r, width):first(r+1, width)])
	}
	copy(recv[w.rank], send[w.rank])
	if err := w.AllToAll(send, recv); err != nil {
		return err
	}
	kernels.SumSlicesTree(byTree[from:to], slices.Collect(slices.Chunk(came, to-from)))
	if err := w.AllGather(all[w.rank], all); err != nil {
		return err
	}
	fmt.Printf("mpi=%s tree=%s\n", bits(byMPI), bits(byTree))
	return w.Close()
}

// TestSums finds the bits of one process on any number of ranks where the order is the tree's,
// and the control to differ: MPI's own order depends on the number of ranks.
func TestSums(t *testing.T) {
	var all [][]float32
	for number := range batches {
		all = append(all, gradient(number))
	}
	sum := make([]float32, width)
	kernels.SumSlicesTree(sum, all)
	eachMPI(t, func(t *testing.T, m mpirun) {
		byMPI := map[string]bool{}
		for ranks := 1; ranks <= 4; ranks++ {
			out := m.mustRun(t, ranks, "Sums")
			if n := strings.Count(out, "tree="+bits(sum)); n != ranks {
				t.Errorf("%d of %d ranks have the bits of one process:\n%s", n, ranks, out)
			}
			_, hash, _ := strings.Cut(out, "mpi=")
			byMPI[hash[:16]] = true
		}
		if len(byMPI) < 3 {
			t.Errorf("MPI_Allreduce on 1, 2, 3 and 4 ranks gives %d results: no control", len(byMPI))
		}
		t.Logf("MPI_Allreduce gives %d results on 1 to 4 ranks", len(byMPI))
	})
}
