package kernels_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A triangleCall is a call of a public function with a symmetric or triangular matrix: its
// arguments, in the places that such a function has for them. The products of matrices
// with vectors have those as matrices of one row.
type triangleCall[T kernels.Float] struct {
	name        string
	side        kernels.Side
	uplo        kernels.Uplo
	trans       kernels.Transpose
	diag        kernels.Diag
	m, n        int // rows and columns; of Syrk and Syr2k n and k, of the others n and 1
	alpha, beta T
	a, b, c     operand[T]
	result      *operand[T]
}

// An operand is a matrix among the arguments.
type operand[T kernels.Float] struct {
	x                     []T
	rows, columns, stride int
	part                  part
}

// part is the part of a matrix that counts.
type part int

const (
	whole part = iota
	upper
	lower
	upperUnit // without the diagonal
	lowerUnit
)

// has reports whether element (i, j) is in the part.
func (p part) has(i, j int) bool {
	switch p {
	case upper:
		return i <= j
	case lower:
		return i >= j
	case upperUnit:
		return i < j
	case lowerUnit:
		return i > j
	}
	return true
}

// counts reports whether the number at a place of the slice is an element that counts.
func (o *operand[T]) counts(at int) bool {
	i, j := at/o.stride, at%o.stride
	return i < o.rows && j < o.columns && o.part.has(i, j)
}

// triangleRoutines are the functions, by what tells them apart.
var triangleRoutines = []struct {
	name              string
	side, trans, diag bool // options that it has
	vector            bool // its second size is 1
}{
	{name: "Symm", side: true},
	{name: "Syrk", trans: true},
	{name: "Syr2k", trans: true},
	{name: "Trmm", side: true, trans: true, diag: true},
	{name: "Trsm", side: true, trans: true, diag: true},
	{name: "Symv", vector: true},
	{name: "Syr", vector: true},
	{name: "Syr2", vector: true},
	{name: "Trmv", trans: true, diag: true, vector: true},
	{name: "Trsv", trans: true, diag: true, vector: true},
}

// triangleOptions returns every choice of a function's options, the sizes and numbers left
// open.
func triangleOptions[T kernels.Float](name string) (all []triangleCall[T]) {
	for _, r := range triangleRoutines {
		if r.name != name {
			continue
		}
		for o := range 16 {
			side, trans, diag := o&2 > 0, o&4 > 0, o&8 > 0
			if side && !r.side || trans && !r.trans || diag && !r.diag {
				continue
			}
			all = append(all, triangleCall[T]{name: name, side: kernels.Side(side), uplo: kernels.Uplo(o&1 > 0),
				trans: kernels.Transpose(trans), diag: kernels.Diag(diag)})
		}
	}
	return all
}

// draw gives a call its sizes, and numbers.
func (p triangleCall[T]) draw(r *rand.Rand, m, n int, alloc kerneltest.Alloc[T], value func() T) triangleCall[T] {
	factors := []T{0, 1, -1, 1, value(), value()}
	p.m, p.n, p.alpha, p.beta = m, n, factors[r.IntN(len(factors))], factors[r.IntN(len(factors))]
	triangle := map[[2]bool]part{{false, false}: upper, {true, false}: lower, {false, true}: upperUnit, {true, true}: lowerUnit}[[2]bool{bool(p.uplo), bool(p.diag)}]
	slices := 0
	matrix := func(rows, columns int, part part) operand[T] {
		o := operand[T]{rows: rows, columns: columns, stride: max(1, columns) + r.IntN(2)*r.IntN(20), part: part}
		size := 0
		if rows > 0 && columns > 0 {
			size = (rows-1)*o.stride + columns
		}
		o.x = alloc(slices, size)
		slices++
		for i := range o.x {
			o.x[i] = value()
		}
		return o
	}
	switch p.name {
	case "Symm", "Trmm", "Trsm":
		k := m
		if p.side == kernels.Right {
			k = n
		}
		p.a, p.b = matrix(k, k, triangle), matrix(m, n, whole)
		if p.name == "Symm" {
			p.c = matrix(m, n, whole)
		}
	case "Syrk", "Syr2k":
		rows, columns := m, n
		if p.trans {
			rows, columns = n, m
		}
		p.a, p.c = matrix(rows, columns, whole), matrix(m, m, triangle)
		if p.name == "Syr2k" {
			p.b = matrix(rows, columns, whole)
		}
	default:
		p.n = 1
		p.a, p.b = matrix(m, m, triangle), matrix(1, m, whole)
		p.b.x = p.b.x[:m]
		if p.name == "Symv" || p.name == "Syr2" {
			p.c = matrix(1, m, whole)
			p.c.x = p.c.x[:m]
		}
	}
	return p
}

// with returns a copy of the call with a number wherever nothing counts.
func (p triangleCall[T]) with(unread T) *triangleCall[T] {
	q := p
	for _, o := range []*operand[T]{&q.a, &q.b, &q.c} {
		o.x = append([]T(nil), o.x...)
		for at := range o.x {
			if !o.counts(at) || o == &q.c && q.beta == 0 && q.name != "Syr2" {
				o.x[at] = unread
			}
		}
	}
	return q.place()
}

// place sets what points to the result.
func (p triangleCall[T]) place() *triangleCall[T] {
	switch p.name {
	case "Symm", "Syrk", "Syr2k", "Symv":
		p.result = &p.c
	case "Syr", "Syr2":
		p.result = &p.a
	default:
		p.result = &p.b
	}
	return &p
}

// public makes the call.
func (p *triangleCall[T]) public() {
	a, b, c := p.a, p.b, p.c
	switch p.name {
	case "Symm":
		kernels.Symm(p.side, p.uplo, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride, p.beta, c.x, c.stride)
	case "Syrk":
		kernels.Syrk(p.uplo, p.trans, p.m, p.n, p.alpha, a.x, a.stride, p.beta, c.x, c.stride)
	case "Syr2k":
		kernels.Syr2k(p.uplo, p.trans, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride, p.beta, c.x, c.stride)
	case "Trmm":
		kernels.Trmm(p.side, p.uplo, p.trans, p.diag, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride)
	case "Trsm":
		kernels.Trsm(p.side, p.uplo, p.trans, p.diag, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride)
	case "Symv":
		kernels.Symv(p.uplo, p.alpha, a.x, a.stride, b.x, p.beta, c.x)
	case "Syr":
		kernels.Syr(p.uplo, p.alpha, b.x, a.x, a.stride)
	case "Syr2":
		kernels.Syr2(p.uplo, p.alpha, b.x, c.x, a.x, a.stride)
	case "Trmv":
		kernels.Trmv(p.uplo, p.trans, p.diag, a.x, a.stride, b.x)
	case "Trsv":
		kernels.Trsv(p.uplo, p.trans, p.diag, a.x, a.stride, b.x)
	}
}

// reference does what the plain loops do.
func (p *triangleCall[T]) reference() {
	a, b, c := p.a, p.b, p.c
	right, low, trans, unit := bool(p.side), bool(p.uplo), bool(p.trans), bool(p.diag)
	switch p.name {
	case "Symm":
		generic.Symm(right, low, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride, p.beta, c.x, c.stride)
	case "Syrk":
		generic.Syrk(low, trans, p.m, p.n, p.alpha, a.x, a.stride, p.beta, c.x, c.stride)
	case "Syr2k":
		generic.Syr2k(low, trans, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride, p.beta, c.x, c.stride)
	case "Trmm":
		generic.Trmm(right, low, trans, unit, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride)
	case "Trsm":
		generic.Trsm(right, low, trans, unit, p.m, p.n, p.alpha, a.x, a.stride, b.x, b.stride)
	case "Symv":
		generic.Symv(low, p.alpha, a.x, a.stride, b.x, p.beta, c.x)
	case "Syr":
		generic.Syr(low, p.alpha, b.x, a.x, a.stride)
	case "Syr2":
		generic.Syr2(low, p.alpha, b.x, c.x, a.x, a.stride)
	case "Trmv":
		generic.Trmv(low, trans, unit, a.x, a.stride, b.x)
	case "Trsv":
		generic.Trsv(low, trans, unit, a.x, a.stride, b.x)
	}
}

func (p *triangleCall[T]) String() string {
	return fmt.Sprintf("%s side=%v uplo=%v trans=%v diag=%v m=%d n=%d alpha=%v beta=%v strides %d, %d and %d",
		p.name, p.side, p.uplo, p.trans, p.diag, p.m, p.n, p.alpha, p.beta, p.a.stride, p.b.stride, p.c.stride)
}

// compare returns an error unless a call left what another one, of the same arguments, did
// in the elements of its result, and everything else as it was before.
func (p *triangleCall[T]) compare(before, want *triangleCall[T]) error {
	for name, o := range map[string][3]*operand[T]{
		"a": {&p.a, &before.a, &want.a}, "b": {&p.b, &before.b, &want.b}, "c": {&p.c, &before.c, &want.c},
	} {
		got, old, expected := o[0], o[1], o[2]
		for at, x := range got.x {
			y := old.x[at]
			if got == p.result && got.counts(at) {
				y = expected.x[at]
			}
			if !kerneltest.Same(x, y) {
				return fmt.Errorf("%v: %s[%d][%d], which was %v, is %s, want %s", p, name, at/got.stride, at%got.stride, old.x[at], bitsOf(x), bitsOf(y))
			}
		}
	}
	return nil
}
