package kerneltest

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// A TriangleCall is a call of a public function with a symmetric or triangular matrix: its
// arguments, in the places that such a function has for them. The products of matrices
// with vectors have those as matrices of one row.
type TriangleCall[T kernels.Float] struct {
	Name        string
	Side        kernels.Side
	Uplo        kernels.Uplo
	Trans       kernels.Transpose
	Diag        kernels.Diag
	M, N        int // rows and columns; of Syrk and Syr2k n and k, of the others n and 1
	Alpha, Beta T
	A, B, C     Operand[T]
}

// An Operand is a matrix among the arguments.
type Operand[T kernels.Float] struct {
	X                     []T
	Rows, Columns, Stride int
	Part                  Part
}

// Part is the part of a matrix that counts.
type Part int

// The parts.
const (
	Whole Part = iota
	Upper
	Lower
	UpperUnit // without the diagonal
	LowerUnit
)

// Has reports whether element (i, j) is in the part.
func (p Part) Has(i, j int) bool {
	switch p {
	case Upper:
		return i <= j
	case Lower:
		return i >= j
	case UpperUnit:
		return i < j
	case LowerUnit:
		return i > j
	}
	return true
}

// Counts reports whether the number at a place of the slice is an element that counts.
func (o *Operand[T]) Counts(at int) bool {
	i, j := at/o.Stride, at%o.Stride
	return i < o.Rows && j < o.Columns && o.Part.Has(i, j)
}

// A TriangleRoutine is one of the functions, by what tells it apart.
type TriangleRoutine struct {
	Name              string
	Side, Trans, Diag bool // options that it has
	Vector            bool // its second size is 1
}

// TriangleRoutines are the functions.
var TriangleRoutines = []TriangleRoutine{
	{Name: "Symm", Side: true},
	{Name: "Syrk", Trans: true},
	{Name: "Syr2k", Trans: true},
	{Name: "Trmm", Side: true, Trans: true, Diag: true},
	{Name: "Trsm", Side: true, Trans: true, Diag: true},
	{Name: "Symv", Vector: true},
	{Name: "Syr", Vector: true},
	{Name: "Syr2", Vector: true},
	{Name: "Trmv", Trans: true, Diag: true, Vector: true},
	{Name: "Trsv", Trans: true, Diag: true, Vector: true},
}

// TriangleOptions returns every choice of a function's options, the sizes and numbers left
// open.
func TriangleOptions[T kernels.Float](r TriangleRoutine) (all []TriangleCall[T]) {
	for o := range 16 {
		side, trans, diag := o&2 > 0, o&4 > 0, o&8 > 0
		if side && !r.Side || trans && !r.Trans || diag && !r.Diag {
			continue
		}
		all = append(all, TriangleCall[T]{Name: r.Name, Side: kernels.Side(side), Uplo: kernels.Uplo(o&1 > 0),
			Trans: kernels.Transpose(trans), Diag: kernels.Diag(diag)})
	}
	return all
}

// Sized returns the call with sizes and matrices, which lie where alloc says, and with what
// pad returns between their rows.
func (p TriangleCall[T]) Sized(m, n int, alloc Alloc[T], pad func() int) *TriangleCall[T] {
	p.M, p.N = m, n
	triangle := map[[2]bool]Part{{false, false}: Upper, {true, false}: Lower, {false, true}: UpperUnit, {true, true}: LowerUnit}[[2]bool{bool(p.Uplo), bool(p.Diag)}]
	slices := 0
	matrix := func(rows, columns int, part Part) Operand[T] {
		o := Operand[T]{Rows: rows, Columns: columns, Stride: max(1, columns) + pad(), Part: part}
		size := 0
		if rows > 0 && columns > 0 {
			size = (rows-1)*o.Stride + columns
		}
		o.X = alloc(slices, size)
		slices++
		return o
	}
	switch p.Name {
	case "Symm", "Trmm", "Trsm":
		k := m
		if p.Side == kernels.Right {
			k = n
		}
		p.A, p.B = matrix(k, k, triangle), matrix(m, n, Whole)
		if p.Name == "Symm" {
			p.C = matrix(m, n, Whole)
		}
	case "Syrk", "Syr2k":
		rows, columns := m, n
		if p.Trans {
			rows, columns = n, m
		}
		p.A, p.C = matrix(rows, columns, Whole), matrix(m, m, triangle)
		if p.Name == "Syr2k" {
			p.B = matrix(rows, columns, Whole)
		}
	default:
		p.N = 1
		p.A, p.B = matrix(m, m, triangle), matrix(1, m, Whole)
		if p.Name == "Symv" || p.Name == "Syr2" {
			p.C = matrix(1, m, Whole)
		}
	}
	return &p
}

// operands returns the matrices, those that the function does not have with no elements.
func (p *TriangleCall[T]) operands() []*Operand[T] { return []*Operand[T]{&p.A, &p.B, &p.C} }

// Draw sets all numbers of the matrices, alpha and beta. choose returns a number below its
// argument.
func (p *TriangleCall[T]) Draw(choose func(n int) int, value func() T) {
	for _, o := range p.operands() {
		for i := range o.X {
			o.X[i] = value()
		}
	}
	factors := []T{0, 1, -1, 1, value(), value()}
	p.Alpha, p.Beta = factors[choose(len(factors))], factors[choose(len(factors))]
}

// Fill puts a number wherever nothing counts.
func (p *TriangleCall[T]) Fill(unread T) {
	for _, o := range p.operands() {
		for at := range o.X {
			if !o.Counts(at) || o == &p.C && p.Beta == 0 && p.Name != "Syr2" {
				o.X[at] = unread
			}
		}
	}
}

// Clone returns a copy of the call, its matrices included.
func (p *TriangleCall[T]) Clone() *TriangleCall[T] {
	q := *p
	for _, o := range q.operands() {
		o.X = append([]T(nil), o.X...)
	}
	return &q
}

// Restore gives the matrices the numbers of a copy.
func (p *TriangleCall[T]) Restore(from *TriangleCall[T]) {
	for i, o := range from.operands() {
		copy(p.operands()[i].X, o.X)
	}
}

// Result returns what the function writes.
func (p *TriangleCall[T]) Result() *Operand[T] {
	switch p.Name {
	case "Symm", "Syrk", "Syr2k", "Symv":
		return &p.C
	case "Syr", "Syr2":
		return &p.A
	default:
		return &p.B
	}
}

// Public makes the call.
func (p *TriangleCall[T]) Public() {
	a, b, c := p.A, p.B, p.C
	switch p.Name {
	case "Symm":
		kernels.Symm(p.Side, p.Uplo, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Syrk":
		kernels.Syrk(p.Uplo, p.Trans, p.M, p.N, p.Alpha, a.X, a.Stride, p.Beta, c.X, c.Stride)
	case "Syr2k":
		kernels.Syr2k(p.Uplo, p.Trans, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Trmm":
		kernels.Trmm(p.Side, p.Uplo, p.Trans, p.Diag, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Trsm":
		kernels.Trsm(p.Side, p.Uplo, p.Trans, p.Diag, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Symv":
		kernels.Symv(p.Uplo, p.Alpha, a.X, a.Stride, b.X, p.Beta, c.X)
	case "Syr":
		kernels.Syr(p.Uplo, p.Alpha, b.X, a.X, a.Stride)
	case "Syr2":
		kernels.Syr2(p.Uplo, p.Alpha, b.X, c.X, a.X, a.Stride)
	case "Trmv":
		kernels.Trmv(p.Uplo, p.Trans, p.Diag, a.X, a.Stride, b.X)
	case "Trsv":
		kernels.Trsv(p.Uplo, p.Trans, p.Diag, a.X, a.Stride, b.X)
	default:
		panic("kerneltest: no function " + p.Name)
	}
}

// Reference does what the plain loops do.
func (p *TriangleCall[T]) Reference() {
	a, b, c := p.A, p.B, p.C
	right, low, trans, unit := bool(p.Side), bool(p.Uplo), bool(p.Trans), bool(p.Diag)
	switch p.Name {
	case "Symm":
		generic.Symm(right, low, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Syrk":
		generic.Syrk(low, trans, p.M, p.N, p.Alpha, a.X, a.Stride, p.Beta, c.X, c.Stride)
	case "Syr2k":
		generic.Syr2k(low, trans, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride, p.Beta, c.X, c.Stride)
	case "Trmm":
		generic.Trmm(right, low, trans, unit, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Trsm":
		generic.Trsm(right, low, trans, unit, p.M, p.N, p.Alpha, a.X, a.Stride, b.X, b.Stride)
	case "Symv":
		generic.Symv(low, p.Alpha, a.X, a.Stride, b.X, p.Beta, c.X)
	case "Syr":
		generic.Syr(low, p.Alpha, b.X, a.X, a.Stride)
	case "Syr2":
		generic.Syr2(low, p.Alpha, b.X, c.X, a.X, a.Stride)
	case "Trmv":
		generic.Trmv(low, trans, unit, a.X, a.Stride, b.X)
	case "Trsv":
		generic.Trsv(low, trans, unit, a.X, a.Stride, b.X)
	default:
		panic("kerneltest: no reference of " + p.Name)
	}
}

// Elements returns how many elements the call reads and writes, those of its result twice.
func (p *TriangleCall[T]) Elements() int {
	n := 0
	for _, o := range p.operands() {
		for at := range o.X {
			if o.Counts(at) {
				n++
				if o == p.Result() {
					n++
				}
			}
		}
	}
	return n
}

func (p *TriangleCall[T]) String() string {
	return fmt.Sprintf("%s[%T] side=%v uplo=%v trans=%v diag=%v m=%d n=%d alpha=%v beta=%v strides %d, %d and %d",
		p.Name, T(0), p.Side, p.Uplo, p.Trans, p.Diag, p.M, p.N, p.Alpha, p.Beta, p.A.Stride, p.B.Stride, p.C.Stride)
}

// Compare returns an error unless a call left what another one, of the same arguments, did
// in the elements of its result, and everything else as it was before.
func (p *TriangleCall[T]) Compare(before, want *TriangleCall[T]) error {
	compared := 0
	for i, got := range p.operands() {
		old, expected := before.operands()[i], want.operands()[i]
		for at, x := range got.X {
			y := old.X[at]
			if got == p.Result() && got.Counts(at) {
				y = expected.X[at]
			}
			if !Same(x, y) {
				return fmt.Errorf("%v: %c[%d][%d], which was %v, is %v (%x), want %v (%x)", p, "abc"[i], at/got.Stride, at%got.Stride,
					old.X[at], x, float64(x), y, float64(y))
			}
		}
		compared += len(got.X)
	}
	CountCompared(compared)
	return nil
}
