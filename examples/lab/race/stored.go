package race

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// Parameters returns the parameters of a snapshot in whichever format they are.
func Parameters[T kernels.Float](p *optim.ParamSnapshot[T]) []float64 {
	if p.BF16 == nil {
		return wide(p.Value)
	}
	return joined(p.BF16, p.Rest)
}

// joined returns numbers of bfloat16 with their lower halves, nil if there are none.
func joined(x []kernels.BFloat16, rest []int16) []float64 {
	values := make([]float32, len(x))
	if rest != nil {
		kernels.JoinBF16(values, x, rest)
	} else {
		kernels.WidenBF16(values, x)
	}
	return wide(values)
}

// Kept returns vector i of a rule's state in a snapshot, in whichever format that is.
func Kept[T kernels.Float](p *optim.ParamSnapshot[T], i int) []float64 {
	switch s := &p.State[i]; s.Format {
	case optim.BFloat16:
		return joined(s.BF16, nil)
	case optim.Int8:
		return decoded(s.Int8, s.Signed)
	default:
		return wide(s.Value)
	}
}

func decoded(x kernels.Vector8, signed bool) []float64 {
	values := make([]float32, x.Len())
	if signed {
		kernels.DequantizeSigned(values, x)
	} else {
		kernels.DequantizeUnsigned(values, x)
	}
	return wide(values)
}

// signed reports whether vector i of a rule's state may have negative elements, as far as the rule
// says so.
func signed(rule optim.Rule, i int) bool {
	s, ok := rule.(optim.Signer)
	if !ok {
		return true
	}
	of := s.Signed()
	return of == nil || of[i]
}

// wide returns a vector as float64.
func wide[T kernels.Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
