package kernels_test

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// An expectation is what an oracle knows of one number.
type expectation interface {
	// differs returns "" for a number that it may be, and otherwise prints the
	// number and what was expected.
	differs(got float64) string
}

// exact expects a number to the bit. NaN is NaN.
type exact[T kernels.Float] struct{ value T }

func (e exact[T]) differs(got float64) string {
	if kerneltest.Same(T(got), e.value) {
		return ""
	}
	return bitsOf(T(got)) + ", want " + bitsOf(e.value)
}

// bitsOf prints a number and its bits.
func bitsOf[T kernels.Float](x T) string {
	if size[T]() == 4 {
		return fmt.Sprintf("%v (%#08x)", x, math.Float32bits(float32(x)))
	}
	return fmt.Sprintf("%v (%#016x)", x, math.Float64bits(float64(x)))
}

// A call is a kernel's arguments, by their names, and what an oracle expects of
// them afterwards.
type call[T kernels.Float] struct {
	op     kerneltest.Op[T]
	args   *kerneltest.Args[T]
	public bool    // of the public function, which prepares its arguments
	got    float64 // what it returned

	after     [][]T           // what is expected of args.Vec; nil where nothing changes
	elements  [][]expectation // and where that is no single number
	result    []expectation
	character string // of the values
}

// String describes the arguments.
func (c *call[T]) String() string {
	lengths := make([]int, len(c.args.Vec))
	for i, x := range c.args.Vec {
		lengths[i] = len(x)
	}
	text := fmt.Sprintf("%s values, slices of %v elements", c.character, lengths)
	if len(c.args.List) > 0 {
		text += fmt.Sprintf(" and %d more", len(c.args.List))
	}
	i, k := 0, 0
	for _, p := range c.op.Params {
		switch {
		case isInt(p.Kind):
			text += fmt.Sprintf(", %s=%d", p.Name, c.args.Int[i])
			i++
		case p.Kind == kerneltest.Scalar:
			text += fmt.Sprintf(", %s=%v", p.Name, c.args.Scalar[k])
			k++
		}
	}
	return text
}

// find returns the place of a parameter among those of its sort.
func (c *call[T]) find(name string, sort func(kerneltest.Kind) bool) int {
	i := 0
	for _, p := range c.op.Params {
		if !sort(p.Kind) {
			continue
		}
		if p.Name == name {
			return i
		}
		i++
	}
	panic(fmt.Sprintf("%s has no parameter %s of this sort", c.op.Name, name))
}

func isInt(k kerneltest.Kind) bool { return k >= kerneltest.Count && k < kerneltest.In }

// k returns a coefficient, k64 one in float64, n an integer, v a slice.
func (c *call[T]) k(name string) T {
	return c.args.Scalar[c.find(name, func(k kerneltest.Kind) bool { return k == kerneltest.Scalar })]
}

// has reports whether the kernel has such a parameter.
func (c *call[T]) has(name string) bool {
	return slices.ContainsFunc(c.op.Params, func(p kerneltest.Param) bool { return p.Name == name })
}

func (c *call[T]) k64(name string) float64 {
	return c.args.Scalar64[c.find(name, func(k kerneltest.Kind) bool { return k == kerneltest.Scalar64 })]
}

func (c *call[T]) n(name string) int { return c.args.Int[c.find(name, isInt)] }

// rows returns indices of rows, or the offsets of bags.
func (c *call[T]) rows(name string) []int {
	return c.args.Rows[c.find(name, func(k kerneltest.Kind) bool { return k >= kerneltest.Index })]
}

func (c *call[T]) v(name string) []T { return c.args.Vec[c.find(name, kerneltest.Kind.IsVector)] }

// A vector is one of a call's, with its elements in their order, or a whole matrix.
type vector[T kernels.Float] struct {
	c      *call[T]
	place  int // in args.Vec
	x      []T
	n, inc int
}

func (v vector[T]) at(i int) T { return v.x[placeOf(i, v.n, v.inc)] }

// become expects a new value of element i, to the bit.
func (v vector[T]) become(i int, value T) {
	if v.c.after == nil {
		v.c.after = make([][]T, len(v.c.args.Vec))
	}
	if v.c.after[v.place] == nil {
		v.c.after[v.place] = slices.Clone(v.x)
	}
	v.c.after[v.place][placeOf(i, v.n, v.inc)] = value
}

// meet expects of element i what e does.
func (v vector[T]) meet(i int, e expectation) {
	if v.c.elements == nil {
		v.c.elements = make([][]expectation, len(v.c.args.Vec))
	}
	if v.c.elements[v.place] == nil {
		v.c.elements[v.place] = make([]expectation, len(v.x))
	}
	v.c.elements[v.place][placeOf(i, v.n, v.inc)] = e
}

// dense is a slice as a vector.
func dense[T kernels.Float](x []T) vector[T] { return vector[T]{x: x, n: len(x), inc: 1} }

// placeOf returns where in its slice a strided vector of n elements has element i:
// with a negative stride, BLAS begins at the far end.
func placeOf(i, n, inc int) int {
	if inc < 0 {
		return (i - (n - 1)) * inc
	}
	return i * inc
}

// vector returns a vector with the stride that stands behind it, 1 if none does.
func (c *call[T]) vector(name string) vector[T] {
	at := c.find(name, kerneltest.Kind.IsVector)
	v := vector[T]{c, at, c.args.Vec[at], len(c.args.Vec[at]), 1}
	for i, p := range c.op.Params[:len(c.op.Params)-1] {
		if next := c.op.Params[i+1]; p.Name == name && next.Kind == kerneltest.Inc {
			v.inc, v.n = c.n(next.Name), c.length(p.Kind)
		}
	}
	return v
}

// length returns the number of elements of a strided vector.
func (c *call[T]) length(k kerneltest.Kind) int {
	of := kerneltest.Count
	if k == kerneltest.InRows || k == kerneltest.InOutRows {
		of = kerneltest.RowCount
	}
	for _, p := range c.op.Params {
		if p.Kind == of {
			return c.n(p.Name)
		}
	}
	panic(c.op.Name + " has strides and no count")
}

// vague counts the estimates among the expectations, and those whose bounds are no
// small numbers.
func (c *call[T]) vague() (n, of int) {
	for _, elements := range c.elements {
		for _, e := range elements {
			if e, ok := e.(estimate[T]); ok {
				of++
				if !(e.err <= 1e-4*(1+math.Abs(e.value))) {
					n++
				}
			}
		}
	}
	return n, of
}

// returns expects a result.
func (c *call[T]) returns(e ...expectation) { c.result = append(c.result, e...) }

// check compares what a run on a copy of the arguments returned and left in them.
func (c *call[T]) check(got float64, after *kerneltest.Args[T]) error {
	for _, e := range c.result {
		if text := e.differs(got); text != "" {
			return errors.New("returns " + text)
		}
	}
	for i, p := range c.op.Vectors() {
		want := c.args.Vec[i]
		if c.after != nil && c.after[i] != nil {
			want = c.after[i]
		}
		for j, x := range after.Vec[i] {
			var text string
			if c.elements != nil && c.elements[i] != nil && c.elements[i][j] != nil {
				text = c.elements[i][j].differs(float64(x))
			} else if !kerneltest.Same(x, want[j]) {
				text = exact[T]{want[j]}.differs(float64(x))
			}
			if text != "" {
				return fmt.Errorf("%s[%d], which was %v, is %s", p.Name, j, c.args.Vec[i][j], text)
			}
		}
	}
	for i, x := range after.List {
		for j, v := range x {
			if text := (exact[T]{c.args.List[i][j]}).differs(float64(v)); text != "" {
				return fmt.Errorf("element %d of slice %d, which is only read, is %s", j, i, text)
			}
		}
	}
	return nil
}

// An element is all that an element-wise kernel sees of one index.
type element[T kernels.Float] struct {
	*call[T]
	i       int
	vectors map[string]vector[T]
}

// x returns the element of a vector, become and meet expect something of it.
func (e element[T]) x(name string) T                    { return e.vectors[name].at(e.i) }
func (e element[T]) become(name string, value T)        { e.vectors[name].become(e.i, value) }
func (e element[T]) meet(name string, want expectation) { e.vectors[name].meet(e.i, want) }

// each is the oracle of an element-wise kernel: f looks at one element of every
// vector.
func each[T kernels.Float](f func(e element[T])) func(*call[T]) {
	return func(c *call[T]) {
		e := element[T]{c, 0, map[string]vector[T]{}}
		n := 0
		for _, p := range c.op.Vectors() {
			e.vectors[p.Name] = c.vector(p.Name)
			n = e.vectors[p.Name].n
		}
		for e.i = range n {
			f(e)
		}
	}
}
