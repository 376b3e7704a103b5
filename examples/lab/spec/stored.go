package spec

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A ParameterFormat is how a run keeps its parameters.
type ParameterFormat int

const (
	Native   ParameterFormat = iota // in the experiment's type
	BFloat16                        // rounded stochastically
	Split                           // in bfloat16, with the lower halves of float32 beside it
)

var parameterFormats = []string{"float32", "bfloat16", "split"}

func (f ParameterFormat) String() string { return parameterFormats[f] }

// formatNames returns the names of the formats of state, in their order.
func formatNames() []string {
	names := make([]string, optim.Int8+1)
	for i := range names {
		names[i] = optim.Format(i).String()
	}
	return names
}

// Coded reports whether a run keeps anything in a format of 16 or 8 bits.
func (r Run) Coded() bool { return r.State != 0 || r.Params != 0 }

// Twin returns the run that has no such format, and is the same otherwise.
func (r Run) Twin() Run {
	r.State, r.Params, r.RoundingSeed = 0, 0, 0
	return r
}

// formatOptions returns the options of an optimizer for the formats of a run.
func (r Run) formatOptions() (options []optim.Option) {
	if r.State != 0 {
		options = append(options, optim.WithStateFormat(r.State))
	}
	if r.Params == Split {
		options = append(options, optim.WithSplitParams())
	}
	if r.Coded() && r.RoundingSeed != 0 {
		options = append(options, optim.WithRoundingSeed(r.RoundingSeed))
	}
	return options
}

// store returns the nearest bfloat16 of parameters, and the function that stores in these what a step
// has made of them.
func store(p []float32) (stored []kernels.BFloat16, widen func()) {
	stored = make([]kernels.BFloat16, len(p))
	kernels.RoundBF16(stored, p)
	widen = func() { kernels.WidenBF16(p, stored) }
	widen()
	return stored, widen
}
