package generic

import "math/bits"

// Symm is a matrix product with a symmetric matrix: c = beta*c + alpha*a*b, or alpha*b*a
// if right. Of a the lower triangle is read, or the upper one. It is Gemm with the whole
// matrix.
func Symm[T Float](right, lower bool, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	k := m
	if right {
		k = n
	}
	whole := make([]T, k*k)
	for i := range k {
		for j := range i + 1 {
			x := a[j*lda+i]
			if lower {
				x = a[i*lda+j]
			}
			whole[i*k+j], whole[j*k+i] = x, x
		}
	}
	if right {
		Gemm(false, false, m, n, k, alpha, b, ldb, whole, k, beta, c, ldc)
	} else {
		Gemm(false, false, m, n, k, alpha, whole, k, b, ldb, beta, c, ldc)
	}
}

// Syrk adds a matrix times its transpose to the lower triangle of c, or to the upper one:
// c = beta*c + alpha*a*aᵀ, or alpha*aᵀ*a if trans. The elements are those of Gemm.
func Syrk[T Float](lower, trans bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	gemmTriangle(lower, trans, n, k, alpha, a, lda, a, lda, beta, c, ldc)
}

// Syr2k computes c = beta*c + alpha*a*bᵀ, or alpha*aᵀ*b if trans, and then adds the same
// with a and b exchanged, in a triangle of c.
func Syr2k[T Float](lower, trans bool, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	gemmTriangle(lower, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	gemmTriangle(lower, trans, n, k, alpha, b, ldb, a, lda, 1, c, ldc)
}

func gemmTriangle[T Float](lower, trans bool, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	for i := range n {
		for j := range n {
			x, y := i*lda, j*ldb
			if trans {
				x, y = i, j
			}
			switch {
			case j > i && lower, j < i && !lower:
			case k == 0:
				Gemm(trans, !trans, 1, 1, 0, alpha, nil, lda, nil, ldb, beta, c[i*ldc+j:], ldc)
			default:
				Gemm(trans, !trans, 1, 1, k, alpha, a[x:], lda, b[y:], ldb, beta, c[i*ldc+j:], ldc)
			}
		}
	}
}

// TriangleBlock is the number of rows of the diagonal blocks of a triangular matrix, in
// which terms are added one by one.
const TriangleBlock = 16

// TriangleSplit returns where a triangle of n rows, more than TriangleBlock, is split in
// two: at the largest product of TriangleBlock and a power of two below n. It is split
// again until all triangles are diagonal blocks, and what is beside them are squares and
// what remains of them at the end.
func TriangleSplit(n int) int {
	return TriangleBlock << (bits.Len(uint((n-1)/TriangleBlock)) - 1)
}

// triangle is op(a), seen from the left: b*op(a) is (op(a)ᵀ*bᵀ)ᵀ.
type triangle[T Float] struct {
	lower, unit bool
	n           int
	a           []T
	row, column int
	x           []T // a column of b, or a row
	inc         int // of x
}

// triangleOf returns op(a), and how many columns or rows x there are and how far apart
// they lie.
func triangleOf[T Float](right, lower, trans, unit bool, m, n int, a []T, lda int, ldb int) (t triangle[T], count, step int) {
	t = triangle[T]{lower: lower, unit: unit, n: m, a: a, row: lda, column: 1, inc: ldb}
	count, step = n, 1
	if right {
		t.n, t.inc, count, step = n, 1, m, ldb
	}
	if trans != right {
		t.lower, t.row, t.column = !lower, 1, lda
	}
	if t.n == 0 {
		count = 0
	}
	return t, count, step
}

// Trmm computes b = alpha*op(a)*b, or alpha*b*op(a) if right, where a is triangular.
func Trmm[T Float](right, lower, trans, unit bool, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	t, count, step := triangleOf(right, lower, trans, unit, m, n, a, lda, ldb)
	for j := range count {
		t.x = b[j*step:]
		for s := range t.n {
			i := s
			if t.lower {
				i = t.n - 1 - s // those before it are read
			}
			if alpha == 0 {
				t.x[i*t.inc] = 0
			} else {
				t.x[i*t.inc] = t.product(alpha, i, 0, t.n)
			}
		}
	}
}

// product returns element i of the product, with what lies between lo and hi.
func (t *triangle[T]) product(alpha T, i, lo, hi int) T {
	if hi-lo <= TriangleBlock {
		x := t.x[i*t.inc]
		if t.unit {
			x *= alpha
		} else {
			x *= T(alpha * t.a[i*(t.row+t.column)])
		}
		for lo, hi = beside(t.lower, i, lo, hi); lo < hi; lo++ {
			x += T(T(alpha*t.a[i*t.row+lo*t.column]) * t.x[lo*t.inc])
		}
		return x
	}
	p := lo + TriangleSplit(hi-lo)
	switch {
	case i >= p && t.lower:
		return t.add(t.product(alpha, i, p, hi), alpha, i, lo, p)
	case i >= p:
		return t.product(alpha, i, p, hi)
	case t.lower:
		return t.product(alpha, i, lo, p)
	}
	return t.add(t.product(alpha, i, lo, p), alpha, i, p, hi)
}

// Trsm solves op(a)*x = alpha*b, or x*op(a) = alpha*b if right, where a is triangular, and
// stores x in the place of b.
func Trsm[T Float](right, lower, trans, unit bool, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	t, count, step := triangleOf(right, lower, trans, unit, m, n, a, lda, ldb)
	for j := range count {
		t.x = b[j*step:]
		for i := range t.n {
			switch alpha {
			case 0:
				t.x[i*t.inc] = 0
			case 1:
			default:
				t.x[i*t.inc] *= alpha
			}
		}
		for s := range t.n {
			i := s
			if !t.lower {
				i = t.n - 1 - s // those behind it are known
			}
			if alpha != 0 {
				t.x[i*t.inc] = t.solution(i)
			}
		}
	}
}

// solution returns element i of the solution.
func (t *triangle[T]) solution(i int) T {
	x, lo, hi := t.x[i*t.inc], 0, t.n
	for hi-lo > TriangleBlock {
		p := lo + TriangleSplit(hi-lo)
		switch {
		case i >= p && t.lower:
			x = t.add(x, -1, i, lo, p)
			lo = p
		case i >= p:
			lo = p
		case t.lower:
			hi = p
		default:
			x = t.add(x, -1, i, p, hi)
			hi = p
		}
	}
	for lo, hi = beside(t.lower, i, lo, hi); lo < hi; lo++ {
		x -= T(t.a[i*t.row+lo*t.column] * t.x[lo*t.inc])
	}
	if !t.unit {
		x /= t.a[i*(t.row+t.column)]
	}
	return x
}

// beside returns the part of row i between lo and hi that lies in a triangle, without the
// diagonal.
func beside(lower bool, i, lo, hi int) (from, to int) {
	if lower {
		return lo, i
	}
	return i + 1, hi
}

// add returns x + alpha times the part of row i between lo and hi times t.x, as Gemm adds
// it.
func (t *triangle[T]) add(x, alpha T, i, lo, hi int) T {
	for ; lo < hi; lo += DepthBlock {
		sum := T(0)
		for q := lo; q < min(hi, lo+DepthBlock); q++ {
			sum = multiplyAdd(t.a[i*t.row+q*t.column], t.x[q*t.inc], sum)
		}
		x += T(alpha * sum)
	}
	return x
}
