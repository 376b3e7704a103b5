package kernels_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// triangleBlock is the contract's number of rows of a diagonal block.
const triangleBlock = 16

// triangleOracleOf does what the documentation says, with the contract's arithmetic.
func triangleOracleOf[T kernels.Float](p *kerneltest.TriangleCall[T]) {
	a := func(i, j int) T { return p.A.X[i*p.A.Stride+j] }
	symmetric := func(i, j int) T {
		if p.A.Part.Has(i, j) {
			return a(i, j)
		}
		return a(j, i)
	}
	op := func(o kerneltest.Operand[T]) func(i, j int) T {
		return func(i, j int) T {
			if p.Trans {
				i, j = j, i
			}
			return o.X[i*o.Stride+j]
		}
	}
	b := func(i, j int) T { return p.B.X[i*p.B.Stride+j] }
	switch p.Name {
	case "Symm":
		if p.Side == kernels.Left {
			productInto(p, p.M, p.Alpha, symmetric, b, p.Beta)
		} else {
			productInto(p, p.N, p.Alpha, b, symmetric, p.Beta)
		}
	case "Syrk":
		productInto(p, p.N, p.Alpha, op(p.A), turned(op(p.A)), p.Beta)
	case "Syr2k":
		productInto(p, p.N, p.Alpha, op(p.A), turned(op(p.B)), p.Beta)
		productInto(p, p.N, p.Alpha, op(p.B), turned(op(p.A)), 1)
	case "Trmm", "Trsm":
		t := triangleOracle[T]{a: op(p.A), lower: bool(p.Uplo) != bool(p.Trans), unit: bool(p.Diag), alpha: p.Alpha, n: p.M, columns: p.N,
			x: func(i, j int) *T { return &p.B.X[i*p.B.Stride+j] }}
		if p.Side == kernels.Right { // seen in a mirror
			t.a, t.lower, t.n, t.columns = turned(t.a), !t.lower, p.N, p.M
			t.x = func(i, j int) *T { return &p.B.X[j*p.B.Stride+i] }
		}
		t.each(0, t.n, func(x *T, i, j int) {
			switch {
			case t.alpha == 0:
				*x = 0
			case t.alpha != 1 && p.Name == "Trsm":
				*x = mul(t.alpha, *x)
			}
		})
		switch {
		case t.alpha == 0:
		case p.Name == "Trmm":
			t.multiply(0, t.n)
		default:
			t.alpha = -1
			t.solve(0, t.n)
		}
	default:
		vectorOracle(p, a)
	}
}

func turned[T any](a func(i, j int) T) func(i, j int) T {
	return func(i, j int) T { return a(j, i) }
}

// productInto computes the elements of the result, sums of k terms each, as Gemm's
// documentation says.
func productInto[T kernels.Float](p *kerneltest.TriangleCall[T], k int, alpha T, x, y func(i, j int) T, beta T) {
	for at, v := range p.Result().X {
		if !p.Result().Counts(at) {
			continue
		}
		i, j := at/p.Result().Stride, at%p.Result().Stride
		switch beta {
		case 0:
			v = 0
		case 1:
		default:
			v = mul(beta, v)
		}
		if alpha != 0 {
			v = addBlocks(v, alpha, 0, k, func(l int) (T, T) { return x(i, l), y(l, j) })
		}
		p.Result().X[at] = v
	}
}

// addBlocks adds alpha times the sums of blocks of terms to v.
func addBlocks[T kernels.Float](v, alpha T, lo, hi int, factors func(l int) (T, T)) T {
	for l := lo; l < hi; l += depthBlock {
		v = add(v, mul(alpha, fused(l, min(hi, l+depthBlock), factors)))
	}
	return v
}

// triangleOracle is a triangular matrix on the left of another one.
type triangleOracle[T kernels.Float] struct {
	a           func(i, q int) T
	lower, unit bool
	alpha       T
	n, columns  int
	x           func(i, j int) *T
}

// each calls f for the elements of some rows.
func (t *triangleOracle[T]) each(lo, hi int, f func(x *T, i, j int)) {
	for i := lo; i < hi; i++ {
		for j := range t.columns {
			f(t.x(i, j), i, j)
		}
	}
}

// parts calls f for the triangle before the split and the one behind it, in the order in
// which what stands beside one of them is added to it: after it is done, if done, or else
// before.
func (t *triangleOracle[T]) parts(lo, hi int, done bool, f func(lo, hi int)) {
	s := triangleBlock
	for 2*s < hi-lo {
		s *= 2
	}
	s += lo
	rectangle := func(i, iEnd, q, qEnd int) {
		t.each(i, iEnd, func(x *T, i, j int) {
			*x = addBlocks(*x, t.alpha, q, qEnd, func(q int) (T, T) { return t.a(i, q), *t.x(q, j) })
		})
	}
	switch {
	case t.lower && done:
		f(s, hi)
		rectangle(s, hi, lo, s)
		f(lo, s)
	case t.lower:
		f(lo, s)
		rectangle(s, hi, lo, s)
		f(s, hi)
	case done:
		f(lo, s)
		rectangle(lo, s, s, hi)
		f(s, hi)
	default:
		f(s, hi)
		rectangle(lo, s, s, hi)
		f(lo, s)
	}
}

// rows calls f for the rows of a diagonal block, from the first on if up, and tells which
// others stand beside it.
func (t *triangleOracle[T]) rows(lo, hi int, up bool, f func(x *T, i, j, from, to int)) {
	for s := range hi - lo {
		i := lo + s
		if !up {
			i = hi - 1 - s
		}
		from, to := i+1, hi
		if t.lower {
			from, to = lo, i
		}
		t.each(i, i+1, func(x *T, i, j int) { f(x, i, j, from, to) })
	}
}

func (t *triangleOracle[T]) diagonal(i int) T {
	if t.unit {
		return 1
	}
	return t.a(i, i)
}

func (t *triangleOracle[T]) multiply(lo, hi int) {
	if hi-lo > triangleBlock {
		t.parts(lo, hi, true, t.multiply)
		return
	}
	t.rows(lo, hi, !t.lower, func(x *T, i, j, from, to int) {
		*x = mul(mul(t.alpha, t.diagonal(i)), *x)
		for q := from; q < to; q++ {
			*x = add(*x, mul(mul(t.alpha, t.a(i, q)), *t.x(q, j)))
		}
	})
}

func (t *triangleOracle[T]) solve(lo, hi int) {
	if hi-lo > triangleBlock {
		t.parts(lo, hi, false, t.solve)
		return
	}
	t.rows(lo, hi, t.lower, func(x *T, i, j, from, to int) {
		for q := from; q < to; q++ {
			*x = add(*x, -mul(t.a(i, q), *t.x(q, j)))
		}
		*x = div(*x, t.diagonal(i))
	})
}

// vectorOracle is the oracle of the products with vectors: what each element adds up, in
// its order.
func vectorOracle[T kernels.Float](p *kerneltest.TriangleCall[T], a func(i, j int) T) {
	x, y, n := p.B.X, p.C.X, p.M
	lower, trans := bool(p.Uplo), bool(p.Trans)
	set := func(i, j int, v T) { p.A.X[i*p.A.Stride+j] = v }
	switch p.Name {
	case "Syr", "Syr2":
		for i := range n {
			for j := range n {
				switch {
				case !p.A.Part.Has(i, j) || p.Alpha == 0:
				case p.Name == "Syr":
					set(i, j, add(a(i, j), mul(mul(p.Alpha, x[i]), x[j])))
				default:
					set(i, j, add(add(a(i, j), mul(mul(p.Alpha, x[i]), y[j])), mul(mul(p.Alpha, y[i]), x[j])))
				}
			}
		}
		return
	case "Symv":
		for i := range y {
			switch p.Beta {
			case 0:
				y[i] = 0
			case 1:
			default:
				y[i] = mul(p.Beta, y[i])
			}
		}
		if p.Alpha == 0 {
			return
		}
	}
	// The squares on the diagonal, in the order in which the elements of x may be changed:
	// with a product, first those that no other one needs.
	var squares [][2]int
	for s := 0; s < n; s += triangleBlock {
		squares = append(squares, [2]int{s, min(n, s+triangleBlock)})
	}
	if p.Name == "Trmv" && lower != trans || p.Name == "Trsv" && lower == trans {
		slices.Reverse(squares)
	}
	for _, q := range squares {
		s, e := q[0], q[1]
		from, to := e, n
		if lower {
			from, to = 0, s
		}
		// The panel beside the square times x, and its columns times x.
		rows := func(f T, x, y []T) {
			for i := s; i < e && from < to; i++ {
				dot := inOrder(to-from, blockOf[T](), func(j int) T { return mul(a(i, from+j), x[from+j]) })
				y[i] = add(y[i], mul(f, T(dot)))
			}
		}
		columns := func(f T, x, y []T) {
			for j := from; j < to; j++ {
				for i := s; i < e; i++ {
					y[j] = add(y[j], mul(mul(f, x[i]), a(i, j)))
				}
			}
		}
		order := make([]int, 0, e-s)
		for i := s; i < e; i++ {
			order = append(order, i)
		}
		if p.Name == "Trmv" && lower != trans || p.Name == "Trsv" && lower == trans {
			slices.Reverse(order)
		}
		d := func(i int) T {
			if p.Diag {
				return 1
			}
			return a(i, i)
		}
		// Both elements' indices, for all that stand in the square beside the diagonal.
		pairs := func(i int, f func(j int)) {
			for j := s; j < e; j++ {
				if j < i && lower || j > i && !lower {
					f(j)
				}
			}
		}
		switch {
		case p.Name == "Symv":
			rows(p.Alpha, x, y)
			columns(p.Alpha, x, y)
			for _, i := range order {
				y[i] = add(y[i], mul(mul(p.Alpha, x[i]), a(i, i)))
				pairs(i, func(j int) {
					y[i] = add(y[i], mul(mul(p.Alpha, x[j]), a(i, j)))
					y[j] = add(y[j], mul(mul(p.Alpha, x[i]), a(i, j)))
				})
			}
		case p.Name == "Trmv" && trans:
			columns(1, x, x)
			for _, i := range order {
				pairs(i, func(j int) { x[j] = add(x[j], mul(x[i], a(i, j))) })
				x[i] = mul(d(i), x[i])
			}
		case p.Name == "Trmv":
			for _, i := range order {
				x[i] = mul(d(i), x[i])
				pairs(i, func(j int) { x[i] = add(x[i], mul(a(i, j), x[j])) })
			}
			rows(1, x, x)
		case trans:
			for _, i := range order {
				x[i] = div(x[i], d(i))
				pairs(i, func(j int) { x[j] = add(x[j], -mul(x[i], a(i, j))) })
			}
			columns(-1, x, x)
		default:
			rows(-1, x, x)
			for _, i := range order {
				pairs(i, func(j int) { x[i] = add(x[i], -mul(a(i, j), x[j])) })
				x[i] = div(x[i], d(i))
			}
		}
	}
}

// TestTriangleOracles holds the functions of symmetric and triangular matrices against
// their documentation, with every option.
func TestTriangleOracles(t *testing.T) {
	onEveryLevel(t, triangleOracles[float32], triangleOracles[float64])
}

func triangleOracles[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	draw := drawAny[T](r)
	for _, routine := range kerneltest.TriangleRoutines {
		for _, options := range kerneltest.TriangleOptions[T](routine) {
			for _, size := range [][2]int{{1, 1}, {2, 3}, {5, 2}, {16, 1}, {1, 17}, {17, 2}, {40, 2}, {2, 69}, {1, 260}} {
				got := drawTriangle(options, r, size[0], size[1], 0, draw())
				got.Fill(7)
				before, want := got.Clone(), got.Clone()
				got.Public()
				triangleOracleOf(want)
				if err := got.Compare(before, want); err != nil {
					t.Fatalf("against the documentation: %v", err)
				}
			}
		}
	}
}

// TestTriangleErrors holds products with triangular matrices, and the residuals of
// solutions, against exact arithmetic and the bounds of the documentation.
func TestTriangleErrors(t *testing.T) {
	onEveryLevel(t, triangleErrors[float32], triangleErrors[float64])
}

func triangleErrors[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	for _, routine := range kerneltest.TriangleRoutines {
		if !routine.Diag {
			continue // no triangular matrix
		}
		for _, options := range kerneltest.TriangleOptions[T](routine) {
			for i, size := range [][2]int{{1, 1}, {3, 2}, {16, 1}, {17, 1}, {50, 1}, {1, 130}, {270, 1}} {
				if testing.Short() && i > 3 && r.IntN(8) > 0 {
					continue // exact arithmetic takes its time
				}
				p := drawTriangle(options, r, size[0], size[1], 0, func() T { return T(r.NormFloat64()) })
				p.Alpha = T(0.5 + r.Float64())
				n := p.A.Rows
				for i := range n { // so that solutions do not grow without bounds
					p.A.X[i*p.A.Stride+i] += T(3 * (1 + math.Sqrt(float64(n))))
				}
				if p.Diag == kernels.Unit {
					for i := range p.A.X {
						p.A.X[i] /= T(n)
					}
				}
				before := p.Clone()
				p.Public()
				if err := residual(p, before); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// residual returns an error unless the result of a product is near the exact one, and that
// of a solution, multiplied again, what it was before.
func residual[T kernels.Float](p *kerneltest.TriangleCall[T], before *kerneltest.TriangleCall[T]) error {
	x, y, alpha := before.B, p.B, float64(p.Alpha)
	n, vectors := p.A.Rows, p.M*p.N/p.A.Rows
	solves := p.Name == "Trsm" || p.Name == "Trsv"
	right, low, trans := bool(p.Side), bool(p.Uplo), bool(p.Trans)
	element := func(o kerneltest.Operand[T], i, j int) float64 {
		if right || o.Rows == 1 && n > 1 {
			i, j = j, i
		}
		return float64(o.X[i*o.Stride+j])
	}
	if solves {
		x, y = y, x
	}
	u := unit[T]()
	rows := float64(n)
	h := (min(rows, 256) + rows/256 + math.Log2(rows) + 6) * u
	if p.Name == "Trmv" || p.Name == "Trsv" {
		alpha, h = 1, (rows+3)*u
	}
	for j := range vectors {
		for i := range n {
			e := addExactly(n, func(q int) (float64, float64) {
				k, l := i, q
				if trans != right {
					k, l = q, i
				}
				f := float64(p.A.X[k*p.A.Stride+l])
				switch {
				case k == l && bool(p.Diag):
					f = 1
				case k != l && (k > l) != low:
					f = 0
				}
				return f, element(x, q, j)
			})
			want := element(y, i, j)
			scaled := new(big.Float).SetPrec(200).SetFloat64(alpha)
			if solves { // op(A) X = alpha B
				scaled.Mul(scaled, big.NewFloat(want))
				e.abs.Add(e.abs, new(big.Float).Abs(scaled))
			} else { // alpha op(A) X = B
				e.value.Mul(e.value, scaled)
				e.abs.Mul(e.abs, scaled.Abs(scaled))
				scaled.SetFloat64(want)
			}
			off, _ := scaled.Sub(scaled, e.value).Float64()
			abs, _ := e.abs.Float64()
			if !(math.Abs(off) <= h*abs) {
				return fmt.Errorf("%v: element (%d, %d) is off by %.3g of %.3g, which may be %.3g", p, i, j, off, abs, h*abs)
			}
		}
	}
	return nil
}
