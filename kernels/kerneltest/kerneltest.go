// Package kerneltest lets tests, fuzz targets and benchmarks range over the
// kernels of package kernels without naming them: a kernel that enters the
// catalog is tested, fuzzed and measured from then on.
//
// It is for those who change Steepest, or want to see on a new machine that all levels give
// the same bits. Programs call package kernels, which checks what is passed to it.
package kerneltest

import (
	"sync"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Kind is the kind of a kernel's parameter.
type Kind int

// The kinds of parameters.
const (
	Scalar         Kind = iota // T
	Scalar64                   // float64, finite
	Count                      // int: elements of the strided streams
	Inc                        // int: from one element to the next of the stream before it
	RowCount                   // int: rows of the matrix
	RowStride                  // int: from one row of the matrix to the next
	ColumnCount                // int: columns of the matrix, or of a product
	Depth                      // int: terms of each of its sums
	Step                       // int: from one row of the matrix before it to the next; Left's second: column
	In                         // []T, read
	Out                        // []T, written
	InOut                      // []T, read and written
	InRows                     // []T, one element for each row, read
	InOutRows                  // []T, one element for each row, read and written
	OutRows                    // []T, one element for each row, written
	Matrix                     // []T holding rows, read
	InOutMatrix                // []T holding rows, read and written
	Left                       // []T, the left factor of a product, read
	Right                      // []T, its right factor, read
	Target                     // []T, the product, read and written
	OutMatrix                  // []T holding rows, written
	Transposed                 // []T holding the columns of a matrix as rows, written
	InEntries                  // []T, one element for each entry of a bag, read
	List                       // [][]T, read
	Words                      // []uint64, read: those of a Philox
	Index                      // []int: which rows of the matrix before it are meant
	Offsets                    // []int: where the bags of entries begin and end
	Bits32                     // uint32: a key of random bits
	Shift                      // uint32: how far random bits are moved down, at most 16
	InExponents                // []uint8, one for each block of kernels.BlockLen8 elements, read
	OutExponents               // []uint8, one for each of these blocks, written
	InOutExponents             // []uint8, one for each of these blocks, read and written
)

// IsVector reports whether the parameter is a vector of elements, or a matrix.
func (k Kind) IsVector() bool { return k >= In && k < List }

// IsExponents reports whether the parameter has the exponents of blocks.
func (k Kind) IsExponents() bool { return k >= InExponents && k <= InOutExponents }

// Reads reports whether the kernel reads the parameter's elements.
func (k Kind) Reads() bool {
	if k.IsExponents() {
		return k != OutExponents
	}
	return k >= In && k < Words && k != Out && k != OutRows && k != OutMatrix && k != Transposed
}

// Writes reports whether the kernel writes the parameter's elements.
func (k Kind) Writes() bool {
	if k.IsExponents() {
		return k != InExponents
	}
	return k == Out || k == InOut || k == InOutRows || k == OutRows || k == InOutMatrix || k == Target || k == OutMatrix || k == Transposed
}

// Memory says what a vector's elements are in memory.
type Memory int

// The elements of vectors.
const (
	Float Memory = iota // T
	BF16                // uint16: the upper half of a float32
	I16                 // int16: the rest of a float32 beside its BF16
	U8                  // uint8: codes
)

// Size returns an element's size, where T has so many bytes.
func (m Memory) Size(float int) int { return [...]int{Float: float, BF16: 2, I16: 2, U8: 1}[m] }

// Param is a parameter of a kernel.
type Param struct {
	Name   string
	Kind   Kind
	Memory Memory // of a vector
}

// Size returns the size of an element of the parameter, where T has so many bytes.
func (p Param) Size(float int) int {
	if p.Kind.IsExponents() {
		return 1
	}
	return p.Memory.Size(float)
}

// TableOf returns a level's own kernels. The active level may run others on some cores. A
// level that the machine lacks is an error.
func TableOf[T kernels.Float](l kernels.Level) (*Table[T], error) {
	type key struct {
		level kernels.Level
		_     [0]T
	}
	if t, ok := tables.Load(key{level: l}); ok {
		return t.(*Table[T]), nil
	}
	t, err := dispatch.Of[T](dispatch.Level(l))
	if err != nil {
		return nil, err
	}
	all, _ := tables.LoadOrStore(key{level: l}, tableOf(t))
	return all.(*Table[T]), nil
}

// tables has what TableOf has built: a short call takes less time than a table.
var tables sync.Map

// Args are a kernel's arguments, those of each kind in the kernel's order.
type Args[T kernels.Float] struct {
	Scalar   []T
	Scalar64 []float64
	Int      []int
	Vec      [][]T   // vectors and matrices of T
	Rows     [][]int // each Index, and Offsets
	List     [][]T

	// At is where random numbers begin, with an Index that is a multiple of 64, and Words
	// are its words.
	At    kernels.Philox
	Words []uint64

	// Of kernels for float32 alone: vectors of other elements, exponents among the U8, and
	// numbers of 32 bits.
	U16  [][]uint16
	I16  [][]int16
	U8   [][]uint8
	Bits []uint32
}

// Op is one kernel.
type Op[T kernels.Float] struct {
	Name   string
	Doc    string // the formula
	Family string
	Probe  string // its limit probe
	Flops  int    // floating-point operations for an element, 0 where they are not counted
	Params []Param
	Alias  [][2]string // parameters that may be the same slice; a list stands for its first one

	// Narrow says that cores whose data paths have half the width of the widest
	// level's vectors take the kernel of the level below, in vectors of half the size.
	Narrow bool

	// Bind returns a function that calls the table's entry so many times on the
	// arguments, and returns the last result, 0 where there is none.
	Bind func(t *Table[T], a *Args[T]) func(reps int) float64
}

// is reports whether two types are the same.
func is[T, U kernels.Float]() bool { return any(T(0)) == any(U(0)) }

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
		if p.Kind.IsVector() && p.Memory == Float {
			v = append(v, p)
		}
	}
	return v
}

// IsRows reports whether the kernel works on rows.
func (op Op[T]) IsRows() bool {
	return op.Count(Matrix)+op.Count(InOutMatrix)+op.Count(List) > 0 || op.IsProduct()
}

// IsProduct reports whether the kernel multiplies matrices, or moves one for that.
func (op Op[T]) IsProduct() bool { return op.Family == "product" }

// IsStrided reports whether the elements of the kernel's vectors are some
// distance apart.
func (op Op[T]) IsStrided() bool { return op.Count(Count) > 0 }

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
