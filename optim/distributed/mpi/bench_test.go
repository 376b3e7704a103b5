package mpi

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels"
)

func init() { programs["Speeds"] = speeds }

// A timed call is measured in turns with others.
type timed struct {
	name string
	call func() error
}

// fastest returns each one's shortest time, in milliseconds.
func fastest(w *World, rounds int, calls []timed) ([]float64, error) {
	best := make([]float64, len(calls))
	for range rounds {
		for i, c := range calls {
			if err := w.Barrier(); err != nil {
				return nil, err
			}
			start := time.Now()
			if err := c.call(); err != nil {
				return nil, err
			}
			if ms := 1000 * time.Since(start).Seconds(); best[i] == 0 || ms < best[i] {
				best[i] = ms
			}
		}
	}
	return best, nil
}

// speeds measures, with N float32 on two ranks, MPI_Allreduce beside what takes its place. Half
// of a rank's numbers travel, and it adds what comes to its own; then sums go to all.
func speeds() error {
	w, err := Init()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(os.Getenv("N"))
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, uint64(w.Rank())))
	x, sums, came := make([]float32, n), make([]float32, n), make([]float32, n/2)
	for i := range x {
		x[i] = random.Float32() - 0.5
	}
	other := 1 - w.Rank()
	half := func(x []float32, r int) []float32 { return x[r*n/2:][:n/2] }
	own := half(sums, w.Rank())
	send, recv := make([][]byte, 2), make([][]byte, 2)
	send[other], recv[other] = asBytes(half(x, other)), asBytes(came)
	halves := [][]byte{asBytes(half(sums, 0)), asBytes(half(sums, 1))}
	exchange := func() error { return w.AllToAll(send, recv) }
	calls := []timed{
		{"MPI_Allreduce", func() error { return w.allReduce(x, sums) }},
		{"exchange", exchange},
		{"reduce-scatter", func() error {
			if err := exchange(); err != nil {
				return err
			}
			kernels.Add(own, half(x, w.Rank()), came)
			return nil
		}},
		{"all-gather", func() error { return w.AllGather(asBytes(own), halves) }},
	}
	best, err := fastest(w, 12, calls)
	if err != nil {
		return err
	}
	if w.Rank() == 0 {
		for i, c := range calls {
			fmt.Printf("%s: %v\n", c.name, best[i])
		}
	}
	return w.Close()
}

// BenchmarkReduceScatter reports milliseconds, and how long a reduce-scatter takes beside
// MPI_Allreduce of the same numbers.
func BenchmarkReduceScatter(b *testing.B) {
	for _, f := range []*family{openMPI, mpich} {
		for _, n := range []int{1 << 20, 1 << 24} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(f.name, " ", ""), n), func(b *testing.B) {
				m := installed(b, f)
				ms := map[string]float64{}
				for range b.N {
					for line := range strings.Lines(m.mustRun(b, 2, "Speeds", "N="+strconv.Itoa(n))) {
						name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
						if v, err := strconv.ParseFloat(value, 64); err == nil && (ms[name] == 0 || v < ms[name]) {
							ms[name] = v
						}
					}
				}
				for name, v := range ms {
					b.ReportMetric(v, name+"-ms")
				}
				b.ReportMetric(ms["reduce-scatter"]/ms["MPI_Allreduce"], "of-MPI_Allreduce")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
