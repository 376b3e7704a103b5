package optim

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// formatOf returns the format of state vector j.
func (p *parameter[T]) formatOf(j int) Format {
	switch {
	case p.state != nil:
		return Native
	case p.packing.state[j].BF16 != nil:
		return BFloat16
	}
	return Int8
}

// snapshotState copies state vector j.
func (p *parameter[T]) snapshotState(name string, j int) StateSnapshot[T] {
	s := StateSnapshot[T]{Name: name, Format: p.formatOf(j)}
	switch s.Format {
	case Native:
		s.Value = slices.Clone(p.state[j])
	case BFloat16:
		s.BF16 = slices.Clone(p.packing.state[j].BF16)
	case Int8:
		v := p.packing.state[j].Int8
		s.Int8 = kernels.Vector8{Codes: slices.Clone(v.Codes), Exponents: slices.Clone(v.Exponents)}
		s.Signed = p.packing.state[j].Signed
	}
	return s
}

// restoreState copies state vector j of a snapshot that fits.
func (p *parameter[T]) restoreState(j int, s *StateSnapshot[T]) {
	if s.Format == Native {
		copy(p.state[j], s.Value)
	} else {
		p.packing.state[j].CopyFrom(packed.Vector{BF16: s.BF16, Int8: s.Int8})
	}
}

// elements returns how many values there are.
func (s *ParamSnapshot[T]) elements() int { return max(len(s.Value), len(s.BF16)) }

// checkSavedValues returns an error unless the saved values are in the parameter's format, and
// n of them.
func (p *parameter[T]) checkSavedValues(s *ParamSnapshot[T], n int) error {
	of := func(values, rest bool) string {
		switch {
		case rest:
			return "bfloat16 with lower halves"
		case values:
			return BFloat16.String()
		}
		return fmt.Sprintf("%T", T(0))
	}
	if got, want := of(s.BF16 != nil, s.Rest != nil), of(p.BF16 != nil, p.mine.Rest != nil); got != want {
		return fmt.Errorf("values of %s, want %s", got, want)
	}
	got := len(s.Value)
	if p.BF16 != nil {
		got = len(s.BF16)
	}
	if got != n {
		return fmt.Errorf("%d elements, want %d", got, n)
	}
	if s.Rest != nil && len(s.Rest) != n {
		return fmt.Errorf("%d lower halves, want %d", len(s.Rest), n)
	}
	return nil
}

// checkSavedState returns an error unless a saved vector is what state vector j is, and of as
// many elements as wanted.
func (p *parameter[T]) checkSavedState(j int, s *StateSnapshot[T], want int) error {
	format := p.formatOf(j)
	if s.Format != format {
		return fmt.Errorf("is %v, want %v", s.Format, format)
	}
	if got := s.Len(); got != want {
		return fmt.Errorf("has %d elements, want %d", got, want)
	}
	if format != Int8 {
		return nil
	}
	if got, want := len(s.Int8.Exponents), kernels.Exponents8(want); got != want {
		return fmt.Errorf("has %d exponents, want %d", got, want)
	}
	if want := p.packing.state[j].Signed; s.Signed != want {
		return fmt.Errorf("has Signed = %t, want %t", s.Signed, want)
	}
	return checkCodes(s.Int8)
}

// checkCodes returns an error for exponents that no quantization has: they could stand for
// second moments below zero.
func checkCodes(v kernels.Vector8) error {
	const least = generic.LeastExponent // of a block that is not all zeros from the beginning
	for i, e := range v.Exponents {
		lo := i * kernels.BlockLen8
		codes := v.Codes[lo:min(len(v.Codes), lo+kernels.BlockLen8)]
		if e < least && (e > 0 || slices.ContainsFunc(codes, func(c uint8) bool { return c != 0 })) {
			return fmt.Errorf("has the exponent %d in block %d, want %d to 255, or 0 and codes of 0", e, i, least)
		}
	}
	return nil
}
