// Package kerneltest lets tests, fuzz targets and benchmarks range over the
// kernels of package kernels without naming them: a kernel that enters the
// catalog is tested, fuzzed and measured from then on.
package kerneltest

import "github.com/seed63264101/steepest/kernels"

// Kind is the kind of a kernel's parameter.
type Kind int

// The kinds of parameters.
const (
	Scalar   Kind = iota // T
	Scalar64             // float64, finite
	Int                  // int
	In                   // []T, read
	Out                  // []T, written
	InOut                // []T, read and written
	Matrix               // []T holding rows, read; its Ints are rows and stride
	List                 // [][]T, read
)

// Reads reports whether the kernel reads the parameter's elements.
func (k Kind) Reads() bool { return k == In || k == InOut || k == Matrix || k == List }

// Writes reports whether the kernel writes the parameter's elements.
func (k Kind) Writes() bool { return k == Out || k == InOut }

// Param is a parameter of a kernel.
type Param struct {
	Name string
	Kind Kind
}

// Args are a kernel's arguments, those of each kind in the kernel's order.
type Args[T kernels.Float] struct {
	Scalar   []T
	Scalar64 []float64
	Int      []int
	Vec      [][]T // In, Out, InOut and Matrix
	List     [][]T
}

// Op is one kernel.
type Op[T kernels.Float] struct {
	Name   string
	Doc    string // the formula
	Family string
	Probe  string // its limit probe
	Params []Param
	Alias  [][2]string // parameters that may be the same slice

	// Bind returns a function that calls the table's entry so many times on the
	// arguments, and returns the last result, 0 where there is none.
	Bind func(t *kernels.Table[T], a *Args[T]) func(reps int) float64
}

// Count returns the number of parameters of a kind.
func (op Op[T]) Count(k Kind) int {
	n := 0
	for _, p := range op.Params {
		if p.Kind == k {
			n++
		}
	}
	return n
}

// Vectors returns the parameters that stand in Args.Vec, in order.
func (op Op[T]) Vectors() []Param {
	var v []Param
	for _, p := range op.Params {
		if p.Kind == In || p.Kind == Out || p.Kind == InOut || p.Kind == Matrix {
			v = append(v, p)
		}
	}
	return v
}

// IsRows reports whether the kernel reduces rows.
func (op Op[T]) IsRows() bool { return op.Count(Matrix)+op.Count(List) > 0 }

type probe[T kernels.Float] func(a *Args[T]) func(reps int) float64

// Probe binds a level's limit probe to arguments as Op.Bind does; only Args.Vec
// counts. It returns nil where the level has no such probe: the generic level
// has none.
func Probe[T kernels.Float](name string, l kernels.Level, a *Args[T]) func(reps int) float64 {
	var p probe[T]
	switch all := any(&p).(type) {
	case *probe[float32]:
		*all = probes32[l][name]
	case *probe[float64]:
		*all = probes64[l][name]
	}
	if p == nil {
		return nil
	}
	return p(a)
}
