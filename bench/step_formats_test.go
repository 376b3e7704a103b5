package bench

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A stepFormat is a way to keep the parameters and the state of Adam.
type stepFormat struct {
	name       string
	state      optim.Format
	bf16, rest bool // of the parameters, with gradients of bfloat16
}

var stepFormats = []stepFormat{
	{"float32", optim.Native, false, false},
	{"state16", optim.BFloat16, false, false},
	{"state8", optim.Int8, false, false},
	{"split", optim.Native, true, true},
	{"split-state8", optim.Int8, true, true},
	{"bf16-state16", optim.BFloat16, true, false},
	{"bf16-state8", optim.Int8, true, false},
}

// BenchmarkStepFormats takes steps of Adam out of memory with each format in turn, which makes
// the ratios to float32 right on a machine whose speed drifts: x-NAME is how many times as fast
// the quickest of the format's steps was as float32's, ns-NAME its time for a parameter.
func BenchmarkStepFormats(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("n=%d/workers=%d", stepLarge, workers), func(b *testing.B) {
			var steps []func() error
			for _, f := range stepFormats {
				steps = append(steps, f.step(b, stepLarge, workers))
			}
			least := make([]float64, len(steps))
			for i := range least {
				least[i] = math.Inf(1)
			}
			for b.Loop() {
				for i, step := range steps {
					start := time.Now()
					if err := step(); err != nil {
						b.Fatal(err)
					}
					least[i] = min(least[i], float64(time.Since(start)))
				}
			}
			for i, f := range stepFormats {
				b.ReportMetric(least[i]/stepLarge, "ns-"+f.name)
				b.ReportMetric(least[0]/least[i], "x-"+f.name)
			}
		})
	}
}

// step returns a function that takes a step of n parameters.
func (f stepFormat) step(b *testing.B, n, workers int) func() error {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i%97-48) / 50
	}
	p := optim.Param[float32]{Name: "w", Value: values}
	if f.bf16 {
		p = optim.Param[float32]{Name: "w", BF16: rounded(values)}
	}
	options := []optim.Option{optim.WithStateFormat(f.state), optim.Unchecked(), optim.Workers(workers)}
	if f.rest {
		options = append(options, optim.WithSplitParams())
	}
	opt, err := optim.New(optim.NewAdam(1e-3), []optim.Param[float32]{p}, options...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(opt.Close)
	grads := opt.NewGradients()
	if f.bf16 {
		copy(grads.BF16[0], p.BF16)
	} else {
		copy(grads.Dense[0], values)
	}
	return func() error {
		_, err := opt.StepGradients(grads)
		return err
	}
}

func rounded(x []float32) []kernels.BFloat16 {
	r := make([]kernels.BFloat16, len(x))
	kernels.RoundBF16(r, x)
	return r
}
