package optim

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A Param is a parameter vector, or a matrix or tensor stored as one, with a name for
// messages, groups and saved state.
type Param[T kernels.Float] struct {
	Name  string
	Value []T // updated in place

	// BF16 has the values instead of Value, in 16 bits, in an optimizer of float32. A step
	// computes in float32, and what it stores is rounded stochastically, by random bits, so
	// that updates of less than half a last place are not lost: see [WithRoundingSeed]. With
	// [WithSplitParams], or Rest, nothing is lost at all.
	BF16 []kernels.BFloat16
	// Rest has the lower halves of a BF16 parameter that is split, as kernels.SplitBF16 has
	// them; zeros begin from BF16 as it is. nil leaves them, if it is split, to the optimizer.
	Rest []int16

	// Shape has the dimensions, the slowest first: rows, then columns of a matrix
	// stored row by row. It matters to rules for matrices; nil is a vector.
	Shape []int

	// Sparse says that the parameter is a table, of Shape [rows, elements of a row], of which
	// a step touches few rows: word vectors, the factors of users and items. It gets its
	// gradients row by row, see [Gradients] and [Optimizer.StepGradients], and a step reads and
	// writes those rows and their state alone, at a cost in proportion to them. Its rule must
	// be [Lazy].
	Sparse bool
}

// Len returns the number of elements.
func (p Param[T]) Len() int {
	return max(len(p.Value), len(p.BF16)) // of which one is none
}

// normal returns the parameter as the optimizer keeps it: with a shape of its own, and nil for
// the vectors that it does not have.
func (p Param[T]) normal() Param[T] {
	p.Shape = slices.Clone(p.Shape)
	if len(p.Value) == 0 {
		p.Value = nil
	}
	if len(p.BF16) == 0 {
		p.BF16 = nil
	}
	return p
}

// checkValues returns an error unless the parameter has values in one format.
func (p Param[T]) checkValues() error {
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: parameter %q %w", p.Name, fmt.Errorf(format, args...))
	}
	switch {
	case len(p.Value) > 0 && len(p.BF16) > 0:
		return failed("has both Value, of %d elements, and BF16, of %d", len(p.Value), len(p.BF16))
	case p.Len() == 0:
		return failed("has no values")
	case len(p.BF16) == 0 && p.Rest != nil:
		return failed("has a Rest, of %d elements, without BF16", len(p.Rest))
	case p.Rest != nil && len(p.Rest) != len(p.BF16):
		return failed("has a Rest of %d elements, want those of BF16, %d", len(p.Rest), len(p.BF16))
	case len(p.BF16) > 0 && !is32[T]():
		return failed("is BF16, which is for optimizers of float32, not of %T", T(0))
	}
	return nil
}

// shape returns the shape of a parameter, a vector's too.
func (p Param[T]) shape() []int {
	if len(p.Shape) == 0 {
		return []int{p.Len()}
	}
	return p.Shape
}

// checkShape returns an error unless the shape is that of as many elements.
func (p Param[T]) checkShape() error {
	if p.Sparse && len(p.Shape) != 2 {
		return fmt.Errorf("optim: parameter %q: the shape %v of a Sparse parameter, want [rows, elements of a row]", p.Name, p.Shape)
	}
	if len(p.Shape) == 0 {
		return nil
	}
	n := 1
	for _, d := range p.Shape {
		if d <= 0 || n > p.Len()/d { // or the product might not fit in an int
			n = -1
			break
		}
		n *= d
	}
	if n != p.Len() {
		return fmt.Errorf("optim: parameter %q: the shape %v is not that of %d elements", p.Name, p.Shape, p.Len())
	}
	if p.Sparse && p.Shape[0] > math.MaxInt32 {
		return fmt.Errorf("optim: parameter %q: %d rows, want at most %d", p.Name, p.Shape[0], math.MaxInt32)
	}
	return nil
}

// stateLens returns the lengths of the state vectors of a parameter, and of the scratch
// vectors behind them, which a table does not have: they are its workers'.
func stateLens[T kernels.Float](rule Rule, p Param[T]) ([]int, error) {
	names := rule.State()
	lens := slices.Repeat([]int{p.Len()}, len(names))
	if r, ok := rule.(StateShaper); ok {
		lens = slices.Clone(r.StateLens(p.shape()))
		if len(lens) != len(names) {
			return nil, fmt.Errorf("optim: parameter %q: %s has %d lengths for its state vectors %q", p.Name, rule.Name(), len(lens), names)
		}
		for i, n := range lens {
			if n < 0 {
				return nil, fmt.Errorf("optim: parameter %q: %s has the length %d for its state vector %q", p.Name, rule.Name(), n, names[i])
			}
		}
	}
	if p.Sparse {
		for i, n := range lens {
			if n%p.Shape[0] != 0 {
				return nil, fmt.Errorf("optim: parameter %q: %s keeps %d elements of %q for %d rows, want as many for each", p.Name, rule.Name(), n, names[i], p.Shape[0])
			}
		}
		return lens, nil
	}
	for range scratchOf(rule) {
		lens = append(lens, p.Len())
	}
	return lens, nil
}

// ParamInfo describes a parameter as the optimizer sees it.
type ParamInfo struct {
	Name        string
	Len         int
	Shape       []int   // as it was given; nil is a vector
	LRFactor    float64 // product of its groups' factors
	WeightDecay float64 // its group's, or the rule's
	Frozen      bool
	Sparse      bool
	Steps       int // taken by this parameter
	Group       int // index in what [Optimizer.Groups] returns

	Format      Format // of the values: Native or BFloat16
	Split       bool   // whether the lower halves of a BF16 parameter are kept
	StateFormat Format // of the rule's vectors
	StateBytes  int    // of these, without what other ranks keep
}

// Params describes the parameters, in the order in which steps want their
// gradients. It shows what the groups' predicates have matched.
func (o *Optimizer[T]) Params() []ParamInfo {
	o.settle()
	infos := make([]ParamInfo, len(o.params))
	for i, p := range o.params {
		g := &o.groups[p.group]
		info := ParamInfo{
			Name: p.Name, Len: p.Len(), Shape: slices.Clone(p.Shape), LRFactor: g.factor, WeightDecay: decayOf(g.rule),
			Frozen: p.frozen, Sparse: p.Sparse, Steps: p.steps, Group: p.group,
			Split: p.mine.Rest != nil, StateFormat: g.format,
		}
		if p.BF16 != nil {
			info.Format = BFloat16
		}
		for j := range g.rule.State() {
			if p.state != nil {
				info.StateBytes += len(p.state[j]) * int(unsafe.Sizeof(T(0)))
			} else {
				info.StateBytes += p.packing.state[j].Bytes()
			}
		}
		infos[i] = info
	}
	return infos
}
