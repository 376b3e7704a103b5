package mpi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed/internal/scene"
)

func init() { programs["Control"] = control }

// The control's training: ranks share its micro-batches evenly.
const controlSteps, controlMicro = 8, 12

// control trains as is usual: each rank adds up the gradients of its own micro-batches, MPI adds
// up those of the ranks, and every rank takes the whole step.
func control() error {
	w, err := Init()
	if err != nil {
		return err
	}
	m := scene.New()
	opt, err := m.Optimizer(nil, controlMicro, controlSteps)
	if err != nil {
		return err
	}
	defer opt.Close()
	lo, hi := w.rank*controlMicro/w.size, (w.rank+1)*controlMicro/w.size
	var own []*optim.Gradients[float32]
	for range hi - lo {
		own = append(own, m.NewGradients())
	}
	mean := &optim.Gradients[float32]{}
	for _, p := range opt.Params() {
		mean.Dense = append(mean.Dense, make([]float32, p.Len))
	}
	for call := range controlSteps {
		for i, g := range own {
			m.Gradient(g, call, lo+i, controlMicro, opt.LossScale())
		}
		for i, sum := range mean.Dense {
			var parts [][]float32
			for _, g := range own {
				part := g.Dense[i]
				if part == nil {
					part = make([]float32, len(sum))
					kernels.WidenBF16(part, g.BF16[i])
				}
				parts = append(parts, part)
			}
			part := make([]float32, len(sum))
			kernels.SumSlices(part, parts)
			if err := w.allReduce(part, sum); err != nil {
				return err
			}
			kernels.Scal(1/float32(controlMicro), sum)
		}
		if _, err := opt.StepGradients(mean); err != nil {
			return err
		}
	}
	s, err := opt.Snapshot()
	if err != nil {
		return err
	}
	end, err := scene.Hash(s)
	if err != nil {
		return err
	}
	fmt.Printf("end=%x\n", end)
	return w.Close()
}

// TestControl trains with MPI_Allreduce: every number of ranks ends with bits of its own. Those of
// internal/e2e are the same.
func TestControl(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		const most = 4
		ends := map[string]bool{}
		for ranks := 1; ranks <= most; ranks++ {
			out := m.mustRun(t, ranks, "Control")
			_, end, _ := strings.Cut(out, "end=")
			end, _, _ = strings.Cut(end, "\n")
			if n := strings.Count(out, "end="+end); n != ranks {
				t.Errorf("%d of %d ranks end alike:\n%s", n, ranks, out)
			}
			ends[end] = true
		}
		if len(ends) < most {
			t.Errorf("MPI_Allreduce on 1 to %d ranks gives %d results: no control", most, len(ends))
		}
	})
}
