package kerneltest

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// Shape gives the sizes of a kernel's arguments.
type Shape struct {
	N      int // elements of a stream, columns of a matrix or a product
	Rows   int // rows of a matrix, slices of a list; at least 1
	Stride int // of a matrix; at least N
	// Incs are the strides of strided vectors, used in turn; 1 if there are none.
	Incs []int
	// Depth is the number of terms of a product's sums; 0 lets the other sizes choose.
	// They also choose how its left factor lies: see leftSteps.
	Depth int
}

// depth returns the number of terms of a product's sums.
func (s Shape) depth() int {
	if s.Depth > 0 {
		return s.Depth
	}
	return 1 + (s.N+3*s.Rows)%19
}

// pad returns what lies between two rows of a product's matrices.
func (s Shape) pad() int { return (s.Stride - s.N) % 16 }

// leftSteps returns the distances between the rows and the columns of a product's left
// factor: it is plain, transposed, or has gaps in both directions.
func (s Shape) leftSteps() (row, column int) {
	switch (s.N + s.Rows) % 3 {
	case 0:
		return s.depth() + s.pad(), 1
	case 1:
		return 1, s.Rows + s.pad()
	}
	return 2*s.depth() + s.pad(), 2
}

// steps returns the distances between the rows of a product's matrix, and those between
// the columns of its left factor.
func (s Shape) steps(k Kind) []int {
	if k == Left {
		row, column := s.leftSteps()
		return []int{row, column}
	}
	switch k {
	case Transposed:
		return []int{s.Rows + s.pad()}
	case Matrix:
		return []int{s.Stride}
	}
	return []int{s.N + s.pad()}
}

// FarStride returns a stride with which a matrix of few columns is larger than
// 32 KiB: kernels may take other ways through what the first-level cache cannot hold.
func FarStride(rows int) int { return 1 + 8192/rows }

// inc returns the stride of the i-th stream.
func (s Shape) inc(i int) int {
	if len(s.Incs) == 0 {
		return 1
	}
	return s.Incs[i%len(s.Incs)]
}

// Elements returns the length of the slice for a parameter; inc is its stride.
func (s Shape) Elements(k Kind, inc int) int {
	n := s.N
	switch k {
	case InRows, InOutRows, OutRows:
		n = s.Rows
		fallthrough
	case In, Out, InOut:
		if n == 0 {
			return 0
		}
		return 1 + (n-1)*max(inc, -inc)
	case Matrix, InOutMatrix:
		return (s.Rows-1)*s.Stride + s.N
	case InEntries:
		return s.Offsets()[s.Rows]
	case InExponents, OutExponents, InOutExponents:
		return (s.N + generic.Block8 - 1) / generic.Block8
	case Left:
		row, column := s.leftSteps()
		return (s.Rows-1)*row + (s.depth()-1)*column + 1
	case Right:
		return (s.depth()-1)*(s.N+s.pad()) + s.N
	case Target, OutMatrix:
		return (s.Rows-1)*(s.N+s.pad()) + s.N
	case Transposed:
		return max(0, (s.N-1)*(s.Rows+s.pad())+s.Rows)
	}
	return 0
}

// Offsets returns where the bags of entries begin, one for each row, and where the last one
// ends: most have a few entries, some none, and a few entries are in front of the first.
func (s Shape) Offsets() []int {
	all := []int{s.N % 3}
	for b := range s.Rows {
		all = append(all, all[b]+(b*b+s.N)%7)
	}
	return all
}

// Entries returns how many rows a kernel's indices name: as many as there are, or up to the
// end of the last bag.
func (op Op[T]) Entries(s Shape) int {
	if op.Count(Offsets) == 0 {
		return s.Rows
	}
	return s.Offsets()[s.Rows]
}

// indices returns so many indices of rows.
func indices[T kernels.Float](n, rows int, value func() T) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = int(hash(value()) >> 32 % uint64(rows))
	}
	return all
}

// Alloc returns a slice of n elements for the i-th slice of a call.
type Alloc[T kernels.Float] func(i, n int) []T

// New builds arguments of a shape: memory from alloc, every value from value.
func New[T kernels.Float](op Op[T], s Shape, alloc Alloc[T], value func() T) *Args[T] {
	return build(op, s, alloc, value, func(x []T) {
		for i := range x {
			x[i] = value()
		}
	})
}

// NewFrom is New with values from a pool, which fills a slice at once.
func NewFrom[T kernels.Float](op Op[T], s Shape, alloc Alloc[T], pool *Pool[T]) *Args[T] {
	return build(op, s, alloc, pool.Value, pool.Fill)
}

func build[T kernels.Float](op Op[T], s Shape, alloc Alloc[T], value func() T, fillAll func([]T)) *Args[T] {
	a := &Args[T]{}
	slices := 0
	fill := func(n int) []T {
		x := alloc(slices, n)
		slices++
		fillAll(x)
		return x
	}
	incs := 0
	var steps []int
	for i, p := range op.Params {
		switch p.Kind {
		case Scalar:
			a.Scalar = append(a.Scalar, value())
		case Scalar64:
			if op.Family == "loss" {
				a.Scalar64 = append(a.Scalar64, finite(float64(value())))
				break
			}
			a.Scalar64 = append(a.Scalar64, float64FromScale(value()))
		case Count:
			a.Int = append(a.Int, s.N)
		case Inc:
			a.Int = append(a.Int, s.inc(incs))
			incs++
		case RowCount:
			a.Int = append(a.Int, s.Rows)
		case RowStride:
			a.Int = append(a.Int, s.Stride)
		case ColumnCount:
			a.Int = append(a.Int, s.N)
		case Depth:
			a.Int = append(a.Int, s.depth())
		case Step:
			a.Int, steps = append(a.Int, steps[0]), steps[1:]
		case List:
			for range s.Rows {
				a.List = append(a.List, fill(s.N))
			}
		case Index:
			a.Rows = append(a.Rows, indices(op.Entries(s), s.Rows, value))
		case Offsets:
			a.Rows = append(a.Rows, s.Offsets())
		case Words:
			a.SetAt(kernels.Philox{Seed: hash(value()), Stream: hash(value()), Index: hash(value()) << 6})
		case Bits32:
			a.Bits = append(a.Bits, uint32(hash(value())))
		case Shift:
			a.Bits = append(a.Bits, uint32(hash(value())%17))
		default:
			if p.Memory != Float || p.Kind.IsExponents() {
				a.add(p, s, value)
				break
			}
			inc := 1
			if i+1 < len(op.Params) && op.Params[i+1].Kind == Inc {
				inc = s.inc(incs)
			}
			a.Vec = append(a.Vec, fill(s.Elements(p.Kind, inc)))
			steps = s.steps(p.Kind)
		}
	}
	return a
}

// finite turns infinities and NaN into 1.
func finite(x float64) float64 {
	if x-x != 0 {
		return 1
	}
	return x
}

// float64FromScale turns any value into a finite scale: a power of two. NaN, whose
// bits differ between machines, is as good as 0.
func float64FromScale[T kernels.Float](x T) float64 {
	if x != x {
		x = 0
	}
	return math.Ldexp(1, int(math.Float64bits(float64(x))>>32%2001)-1000)
}

// hash returns any bits that follow from a number, the same for all that are NaN.
func hash[T kernels.Float](x T) uint64 {
	if x != x {
		x = 0
	}
	b := math.Float64bits(float64(x)) * 0x9e3779b97f4a7c15
	return b ^ b>>29
}

// SetAt sets where random numbers begin, at a multiple of 64.
func (a *Args[T]) SetAt(p kernels.Philox) {
	words := generic.PhiloxWordsOf(p.Seed, p.Stream, kernels.PhiloxCount[T](p.Index))
	a.At, a.Words = p, words[:]
}

// Heap allocates on the heap, each slice at its own odd distance from an aligned
// address: off elements further on than the one before it.
func Heap[T kernels.Float](off int) Alloc[T] {
	return func(i, n int) []T {
		skip := (off + i*off) % 17
		return make([]T, skip+n)[skip:]
	}
}

// Join makes one slice of a pair of parameters, with the distance between rows of the
// first where they are matrices. Of a list, that is its first slice.
func (a *Args[T]) Join(op Op[T], pair [2]string) {
	vectors, ints := [2]int{}, [2]int{}
	vector, number := 0, 0
	for i, p := range op.Params {
		if k := slices.Index(pair[:], p.Name); k >= 0 {
			vectors[k] = vector
			if i+1 < len(op.Params) && op.Params[i+1].Kind == Step {
				ints[k] = number
			}
		}
		switch {
		case p.Kind.IsVector() && p.Memory == Float:
			vector++
		case p.Kind >= Count && p.Kind <= Step:
			number++
		}
	}
	if slices.Contains(op.Params, Param{Name: pair[1], Kind: List}) {
		a.List[0] = a.Vec[vectors[0]]
		return
	}
	a.Vec[vectors[1]] = a.Vec[vectors[0]]
	if len(a.Int) > 0 {
		a.Int[ints[1]] = a.Int[ints[0]]
	}
}

// Clone copies the arguments. Slices that were the same slice stay so.
func (a *Args[T]) Clone() *Args[T] {
	seen := map[*T][]T{}
	clone := func(x []T) []T {
		if c, ok := seen[unsafe.SliceData(x)]; ok && len(c) == len(x) {
			return c
		}
		c := slices.Clone(x)
		seen[unsafe.SliceData(x)] = c
		return c
	}
	c := &Args[T]{Scalar: a.Scalar, Scalar64: a.Scalar64, Int: a.Int, Rows: a.Rows, At: a.At, Words: a.Words}
	for _, x := range a.Vec {
		c.Vec = append(c.Vec, clone(x))
	}
	for _, x := range a.List {
		c.List = append(c.List, clone(x))
	}
	c.U16, c.I16, c.U8, c.Bits = cloneAll(a.U16), cloneAll(a.I16), cloneAll(a.U8), a.Bits
	return c
}

// Same reports whether two numbers are the same bits, or both NaN.
func Same[T kernels.Float](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}

// Compare runs the kernel on a level, on a itself, and on the generic level, on
// a copy, and returns an error that names the first difference.
func Compare[T kernels.Float](op Op[T], level kernels.Level, a *Args[T]) error {
	t, err := TableOf[T](level)
	if err != nil {
		return err
	}
	reference, err := TableOf[T](kernels.Generic)
	if err != nil {
		return err
	}
	CountCompared(a.elements())
	b := a.Clone()
	want := op.Bind(reference, b)(1)
	got := op.Bind(t, a)(1)
	if !Same(got, want) {
		return fmt.Errorf("%s of %T at level %v returns %v (%x), at level generic %v (%x)", op.Name, T(0), level, got, got, want, want)
	}
	if err := a.Diff(op, b); err != nil {
		return fmt.Errorf("%s of %T at level %v: %w, as at level generic", op.Name, T(0), level, err)
	}
	return nil
}
