package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// A Param is a parameter vector, or a matrix or tensor stored as one, with a name for
// messages, groups and saved state.
type Param[T kernels.Float] struct {
	Name  string
	Value []T // updated in place

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

// shape returns the shape of a parameter, a vector's too.
func (p Param[T]) shape() []int {
	if len(p.Shape) == 0 {
		return []int{len(p.Value)}
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
		if d <= 0 || n > len(p.Value)/d { // or the product might not fit in an int
			n = -1
			break
		}
		n *= d
	}
	if n != len(p.Value) {
		return fmt.Errorf("optim: parameter %q: the shape %v is not that of %d elements", p.Name, p.Shape, len(p.Value))
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
	lens := slices.Repeat([]int{len(p.Value)}, len(names))
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
		lens = append(lens, len(p.Value))
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
}

// Params describes the parameters, in the order in which steps want their
// gradients. It shows what the groups' predicates have matched.
func (o *Optimizer[T]) Params() []ParamInfo {
	o.settle()
	infos := make([]ParamInfo, len(o.params))
	for i, p := range o.params {
		g := &o.groups[p.group]
		infos[i] = ParamInfo{p.Name, len(p.Value), slices.Clone(p.Shape), g.factor, decayOf(g.rule), p.frozen, p.Sparse, p.steps, p.group}
	}
	return infos
}
