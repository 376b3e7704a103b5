package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// The formats of the parameters, values of -params. In bf16 a step rounds them stochastically,
// in split the optimizer keeps their lower halves.
const (
	float32s = "float32"
	bf16     = "bf16"
	split    = "split"
)

// A store has the parameters of a network, as the optimizer wants them. Those of bfloat16 are
// widened to the network's own for every pass, all layers at once: the first has 99 of 100
// parameters here, so that one layer at a time would need as much. A deep network's would save.
type store struct {
	model  *mlp.Network
	params []optim.Param[float32]
	dense  [][]float32 // gradients before they are narrowed, nil for parameters of float32
}

func newStore(m *mlp.Network, format string) *store {
	s := &store{model: m, params: m.Params()}
	if format == float32s {
		return s
	}
	for i := range s.params {
		p := &s.params[i]
		p.BF16 = make([]kernels.BFloat16, len(p.Value))
		kernels.RoundBF16(p.BF16, p.Value)
		s.dense = append(s.dense, make([]float32, len(p.Value)))
		p.Value = nil
	}
	return s
}

// widen gives the network the parameters' values.
func (s *store) widen() {
	for i, x := range s.model.Values() {
		if s.dense != nil {
			kernels.WidenBF16(x, s.params[i].BF16)
		}
	}
}

// gradient is the Gradient of a pass. It narrows those of bfloat16 parameters to the nearest:
// unlike a parameter, a gradient is new in every step, so that no rounding is lost for good or
// adds up, and an error of at most 1/512 is far below the noise of a mini-batch.
func (s *store) gradient(p *mlp.Pass, d *mnist.Dataset, b train.Batch, g *optim.Gradients[float32]) (float64, error) {
	if s.dense == nil {
		return p.Gradient(s.model, d, b, g.Dense)
	}
	s.widen()
	loss, err := p.Gradient(s.model, d, b, s.dense)
	for i, dense := range s.dense {
		kernels.RoundBF16(g.BF16[i], dense)
	}
	return loss, err
}

// memory is what a training has in bytes, but for the images and the activations.
type memory struct{ params, state, working, count int }

// memory returns that of the store and its optimizer. working are the gradients and, beside
// parameters of bfloat16, the copies of float32 of both.
func (s *store) memory(o *optim.Optimizer[float32]) (m memory) {
	for _, p := range o.Params() {
		width := 4
		if p.Format == optim.BFloat16 {
			width = 2
			m.working += 8 * p.Len
		}
		m.working += width * p.Len
		if p.Split {
			width += 2
		}
		m.params += width * p.Len
		m.state += p.StateBytes
		m.count += p.Len
	}
	return m
}

// table prints what trainings in several formats need and reach.
func table(out io.Writer, results ...*result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "bytes (per parameter) of\tparameters\tstate\tgradients and copies\taccuracy\tseconds a step")
	for _, r := range results {
		m := r.memory
		each := func(bytes int) string {
			return fmt.Sprintf("%d (%.3f)", bytes, float64(bytes)/float64(m.count))
		}
		fmt.Fprintf(w, "%s parameters, %v state\t%s\t%s\t%s\t%.4f\t%.6f\n",
			r.params, r.state, each(m.params), each(m.state), each(m.working), r.accuracy, r.step)
	}
	w.Flush()
}
