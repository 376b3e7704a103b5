package gonumblas

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/direct"
)

var _ blas.Float64 = Implementation{}

// A routine tries the common case first, vectors side by side in their slices or
// few elements; then it checks. It calls kernels directly, or the table's where neither
// of their levels is active, and for few elements the reference's loops, which are inlined:
// one more call in between would show. Sums and Dscal spell few elements out, and
// twice: side by side they need no indices and no checks, 0.7 of 7 ns. Rotations of
// few are spelled out because the pace of a loop depends, by a third, on where it lies.

// Daxpy computes y[i] += alpha*x[i].
func (Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		switch {
		case alpha == 0:
		case n > short:
			if direct.Widest {
				direct.AxpyF64(alpha, x, y)
			} else if direct.Half {
				direct.HalfAxpyF64(alpha, x, y)
			} else {
				kernels.ActiveTable[float64]().Axpy(alpha, x, y)
			}
		default:
			generic.Axpy(alpha, x, y)
		}
		return
	}
	if alpha != 0 && forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			generic.AxpyInc(n, alpha, x, incX, y, incY)
			return
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) || alpha == 0 {
		return
	}
	if direct.Widest {
		direct.AxpyIncF64(n, alpha, x, incX, y, incY)
	} else if direct.Half {
		direct.HalfAxpyIncF64(n, alpha, x, incX, y, incY)
	} else {
		kernels.ActiveTable[float64]().AxpyInc(n, alpha, x, incX, y, incY)
	}
}

// Ddot returns the sum of x[i]*y[i].
func (Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		if n > short {
			if direct.Widest {
				return direct.DotF64(x, y)
			}
			if direct.Half {
				return direct.HalfDotF64(x, y)
			}
			return kernels.ActiveTable[float64]().Dot(x, y)
		}
		even := float64(x[0]*y[0]) + 0
		if n == 1 {
			return even
		}
		odd := float64(x[1]*y[1]) + 0
		if n > 2 {
			even += float64(x[2] * y[2])
		}
		if n > 3 {
			odd += float64(x[3] * y[3])
		}
		return even + odd
	}
	if forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			even := float64(x[0]*y[0]) + 0
			if n == 1 {
				return even
			}
			odd := float64(x[incX]*y[incY]) + 0
			if n > 2 {
				even += float64(x[2*incX] * y[2*incY])
			}
			if n > 3 {
				odd += float64(x[3*incX] * y[3*incY])
			}
			return even + odd
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) {
		return 0
	}
	if direct.Widest {
		return direct.DotIncF64(n, x, incX, y, incY)
	}
	if direct.Half {
		return direct.HalfDotIncF64(n, x, incX, y, incY)
	}
	return kernels.ActiveTable[float64]().DotInc(n, x, incX, y, incY)
}

// Dscal computes x[i] *= alpha. It clears x if alpha is 0, whatever x holds, and
// does nothing if incX is negative.
func (Implementation) Dscal(n int, alpha float64, x []float64, incX int) {
	if incX == 1 && 0 < n && n <= len(x) && alpha != 0 {
		x := x[:n]
		if n > short {
			if direct.Widest {
				direct.ScalF64(alpha, x)
			} else if direct.Half {
				direct.HalfScalF64(alpha, x)
			} else {
				kernels.ActiveTable[float64]().Scal(alpha, x)
			}
			return
		}
		x[0] *= alpha
		if n > 1 {
			x[1] *= alpha
		}
		if n > 2 {
			x[2] *= alpha
		}
		if n > 3 {
			x[3] *= alpha
		}
		return
	}
	if alpha != 0 && forwardOne(n, len(x), incX) {
		if n <= short {
			x[0] *= alpha
			if n > 1 {
				x[incX] *= alpha
			}
			if n > 2 {
				x[2*incX] *= alpha
			}
			if n > 3 {
				x[3*incX] *= alpha
			}
			return
		}
	} else if !checkOne(n, len(x), incX) {
		return
	} else if alpha == 0 {
		for i := range n {
			x[i*incX] = 0
		}
		return
	}
	if direct.Widest {
		direct.ScalIncF64(n, alpha, x, incX)
	} else if direct.Half {
		direct.HalfScalIncF64(n, alpha, x, incX)
	} else {
		kernels.ActiveTable[float64]().ScalInc(n, alpha, x, incX)
	}
}

// Dcopy copies x to y.
func (Implementation) Dcopy(n int, x []float64, incX int, y []float64, incY int) {
	if incX == 1 && incY == 1 && n > 0 && n <= len(x) && n <= len(y) {
		copy(y[:n], x[:n])
		return
	}
	if forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			generic.CopyInc(n, x, incX, y, incY)
			return
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) {
		return
	}
	if direct.Widest {
		direct.CopyIncF64(n, x, incX, y, incY)
	} else if direct.Half {
		direct.HalfCopyIncF64(n, x, incX, y, incY)
	} else {
		kernels.ActiveTable[float64]().CopyInc(n, x, incX, y, incY)
	}
}

// Dswap exchanges x and y.
func (Implementation) Dswap(n int, x []float64, incX int, y []float64, incY int) {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		if n > short {
			if direct.Widest {
				direct.SwapF64(x, y)
			} else if direct.Half {
				direct.HalfSwapF64(x, y)
			} else {
				kernels.ActiveTable[float64]().Swap(x, y)
			}
			return
		}
		generic.Swap(x, y)
		return
	}
	if forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			generic.SwapInc(n, x, incX, y, incY)
			return
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) {
		return
	}
	if direct.Widest {
		direct.SwapIncF64(n, x, incX, y, incY)
	} else if direct.Half {
		direct.HalfSwapIncF64(n, x, incX, y, incY)
	} else {
		kernels.ActiveTable[float64]().SwapInc(n, x, incX, y, incY)
	}
}

// Dnrm2 returns the Euclidean norm of x, 0 if incX is negative.
func (Implementation) Dnrm2(n int, x []float64, incX int) float64 {
	if n == 1 && incX > 0 && len(x) > 0 {
		return abs(x[0])
	}
	switch {
	case !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX):
		return 0
	case n <= tiny:
		var t terms
		ix := 0
		for i := range n {
			v := double(x[ix])
			t[i&(tiny-1)] = double(v * v)
			ix += incX
		}
		if norm, ok := t.norm(); ok {
			return float64(norm)
		}
		return kernels.Nrm2Inc(n, x, incX)
	case incX == 1:
		return kernels.Nrm2(x[:n])
	}
	return kernels.Nrm2Inc(n, x, incX)
}

// Dasum returns the sum of the magnitudes of x, 0 if incX is negative.
func (Implementation) Dasum(n int, x []float64, incX int) float64 {
	if n == 1 && incX > 0 && len(x) > 0 {
		return abs(x[0])
	}
	if forwardOne(n, len(x), incX) {
		if n <= short {
			even, odd := abs(x[0]), abs(x[incX])
			if n > 2 {
				even += abs(x[2*incX])
			}
			if n > 3 {
				odd += abs(x[3*incX])
			}
			return even + odd
		}
	} else if n < 0 {
		panic(nLT0) // before it looks at the stride, unlike the others
	} else if !checkOne(n, len(x), incX) {
		return 0
	}
	if incX == 1 {
		if direct.Widest {
			return direct.AsumF64(x[:n])
		}
		if direct.Half {
			return direct.HalfAsumF64(x[:n])
		}
		return kernels.ActiveTable[float64]().Asum(x[:n])
	}
	if direct.Widest {
		return direct.AsumIncF64(n, x, incX)
	}
	if direct.Half {
		return direct.HalfAsumIncF64(n, x, incX)
	}
	return kernels.ActiveTable[float64]().AsumInc(n, x, incX)
}

// Idamax returns the first index of the largest magnitude in x, and -1 if there are
// no elements or incX is negative. A NaN is the largest only in front.
func (Implementation) Idamax(n int, x []float64, incX int) int {
	if n == 1 && incX > 0 && len(x) > 0 {
		return 0
	}
	if !forwardOne(n, len(x), incX) && !checkOne(n, len(x), incX) {
		return -1
	}
	if n <= tiny || n <= 4*tiny && incX != 1 {
		// As integers, of which the core takes the larger one without a jump. NaN is
		// beyond infinity, and left to the kernels.
		index, most := 0, math.Float64bits(x[0])&^signF64
		ix := incX
		for i := 1; i < n; i++ {
			v := math.Float64bits(x[ix]) &^ signF64
			if v > most {
				index = i
			}
			most = max(most, v)
			ix += incX
		}
		if most <= infF64 {
			return index
		}
	}
	if incX == 1 {
		return iamaxF64(x[:n])
	}
	return kernels.IamaxInc(n, x, incX)
}

// iamaxF64 is kernels.Iamax. It is apart from Idamax, whose loop it would slow down.
// Which level's search is the faster one, the table knows.
func iamaxF64(x []float64) int {
	if len(x) <= cached && x[0] == x[0] {
		if direct.Widest {
			return kernels.ActiveTable[float64]().IndexAbs(x, direct.AmaxNumberF64(x))
		}
		if direct.Half {
			return kernels.ActiveTable[float64]().IndexAbs(x, direct.HalfAmaxNumberF64(x))
		}
	}
	return kernels.Iamax(x)
}

// Drotg computes the plane rotation with c*a + s*b = r and c*b - s*a = 0. z tells c
// and s in one number: see gonum's routine.
func (Implementation) Drotg(a, b float64) (c, s, r, z float64) { return rotg(a, b) }

// Drotmg computes the modified Givens rotation that makes the second component of
// (sqrt(d1)*x1, sqrt(d2)*y1) zero, and d1, d2 and x1 after it (T. Hopkins,
// Restructuring the BLAS Level 1 routine for computing the modified Givens
// transformation, ACM SIGNUM 32 (1997)).
func (Implementation) Drotmg(d1, d2, x1, y1 float64) (p blas.DrotmParams, rd1, rd2, rx1 float64) {
	if d1 < 0 {
		p.Flag = blas.Rescaling // with a matrix of zeros: an error
		return p, 0, 0, 0
	}
	if d2 == 0 || y1 == 0 {
		p.Flag = blas.Identity
		return p, d1, d2, x1
	}

	var h11, h12, h21, h22 float64
	p1, p2 := float64(d1*x1), float64(d2*y1)
	q1, q2 := float64(p1*x1), float64(p2*y1)
	switch {
	case (d1 == 0 || x1 == 0) && d2 > 0:
		p.Flag, h12, h21 = blas.Diagonal, 1, -1
		d1, d2, x1 = d2, d1, y1
	case abs(q1) > abs(q2):
		p.Flag, h11, h12, h21, h22 = blas.OffDiagonal, 1, p2/p1, -y1/x1, 1
		u := 1 - float64(h12*h21)
		if u <= 0 { // only by rounding
			p.Flag = blas.Rescaling
			return p, 0, 0, 0
		}
		d1, d2, x1 = d1/u, d2/u, x1*u
	case q2 < 0:
		p.Flag = blas.Rescaling
		return p, 0, 0, 0
	default:
		p.Flag, h11, h12, h21, h22 = blas.Diagonal, p1/p2, 1, -1, x1/y1
		u := 1 + float64(h11*h22)
		d1, d2, x1 = d2/u, d1/u, y1*u
	}

	// Keep the factors within 4096² of 1, at the cost of the matrix.
	if outside(d1) {
		f := rescale(d1)
		p.Flag = blas.Rescaling
		d1, x1, h11, h12 = d1*f*f, x1/f, h11/f, h12/f
	}
	if outside(d2) {
		f := rescale(d2)
		p.Flag = blas.Rescaling
		d2, h21, h22 = d2*f*f, h21/f, h22/f
	}
	switch p.Flag {
	case blas.Diagonal:
		p.H[0], p.H[3] = h11, h22
	case blas.OffDiagonal:
		p.H[1], p.H[2] = h21, h12
	default:
		p.H = [4]float64{h11, h21, h12, h22}
	}
	return p, d1, d2, x1
}

// Drot computes x[i], y[i] = c*x[i] + s*y[i], c*y[i] - s*x[i].
func (Implementation) Drot(n int, x []float64, incX int, y []float64, incY int, c, s float64) {
	if incX == 1 && incY == 1 && 0 < n && n <= len(x) && n <= len(y) {
		x, y := x[:n], y[:n]
		if n > short {
			if direct.Widest {
				direct.RotF64(x, y, c, s)
			} else if direct.Half {
				direct.HalfRotF64(x, y, c, s)
			} else {
				kernels.ActiveTable[float64]().Rot(x, y, c, s)
			}
			return
		}
		generic.Rot(x, y, c, s)
		return
	}
	if forward(n, len(x), incX, len(y), incY) {
		if n <= short {
			rotate(x, 0, y, 0, c, s)
			if n > 1 {
				rotate(x, incX, y, incY, c, s)
			}
			if n > 2 {
				rotate(x, 2*incX, y, 2*incY, c, s)
			}
			if n > 3 {
				rotate(x, 3*incX, y, 3*incY, c, s)
			}
			return
		}
	} else if !checkTwo(n, len(x), incX, len(y), incY) {
		return
	}
	if direct.Widest {
		direct.RotIncF64(n, x, incX, y, incY, c, s)
	} else if direct.Half {
		direct.HalfRotIncF64(n, x, incX, y, incY, c, s)
	} else {
		kernels.ActiveTable[float64]().RotInc(n, x, incX, y, incY, c, s)
	}
}

// Drotm applies a modified Givens rotation to the points (x[i], y[i]). A flag that
// BLAS does not know changes nothing, as with gonum.
func (Implementation) Drotm(n int, x []float64, incX int, y []float64, incY int, p blas.DrotmParams) {
	if !forward(n, len(x), incX, len(y), incY) && !checkTwo(n, len(x), incX, len(y), incY) {
		return
	}
	h11, h21, h12, h22 := p.H[0], p.H[1], p.H[2], p.H[3]
	switch p.Flag {
	case blas.Rescaling:
	case blas.OffDiagonal:
		h11, h22 = 1, 1
	case blas.Diagonal:
		h21, h12 = -1, 1
	default:
		return
	}
	switch {
	case n <= short:
	case incX == 1 && incY == 1:
		if direct.Widest {
			direct.RotmF64(x[:n], y[:n], h11, h12, h21, h22)
		} else if direct.Half {
			direct.HalfRotmF64(x[:n], y[:n], h11, h12, h21, h22)
		} else {
			kernels.ActiveTable[float64]().Rotm(x[:n], y[:n], h11, h12, h21, h22)
		}
		return
	default:
		if direct.Widest {
			direct.RotmIncF64(n, x, incX, y, incY, h11, h12, h21, h22)
		} else if direct.Half {
			direct.HalfRotmIncF64(n, x, incX, y, incY, h11, h12, h21, h22)
		} else {
			kernels.ActiveTable[float64]().RotmInc(n, x, incX, y, incY, h11, h12, h21, h22)
		}
		return
	}
	ix, iy := generic.First(n, incX), generic.First(n, incY)
	modify(x, ix, y, iy, h11, h21, h12, h22)
	if n > 1 {
		modify(x, ix+incX, y, iy+incY, h11, h21, h12, h22)
	}
	if n > 2 {
		modify(x, ix+2*incX, y, iy+2*incY, h11, h21, h12, h22)
	}
	if n > 3 {
		modify(x, ix+3*incX, y, iy+3*incY, h11, h21, h12, h22)
	}
}

// Dgemv computes y = alpha*A*x + beta*y, or with Aᵀ in the place of A, for an m×n
// matrix. It does not read y if beta is 0.
func (i Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if tA != blas.NoTrans && tA != blas.Trans && tA != blas.ConjTrans {
		panic(badTranspose)
	}
	lenX, lenY := n, m
	if tA != blas.NoTrans {
		lenX, lenY = m, n
	}
	if !forwardMatrix(m, n, len(a), lda, lenX, len(x), incX, lenY, len(y), incY) &&
		!checkMatrix(m, n, len(a), lda, lenX, len(x), incX, lenY, len(y), incY) {
		return
	}
	step := max(incY, -incY)
	if alpha == 0 {
		if beta != 1 {
			i.Dscal(lenY, beta, y, step)
		}
		return
	}
	trans, inc := tA != blas.NoTrans, incX
	if trans {
		inc = incY
	}
	if inc != 1 && !resident(n, sizeF64) {
		if trans {
			kernels.GemvTInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
		} else {
			kernels.GemvInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
		}
		return
	}
	if beta == 0 { // of either sign: y is not read, and counts as +0
		i.Dscal(lenY, 0, y, step)
		beta = 0
	}
	switch {
	case trans && inc == 1:
		if direct.Widest {
			direct.GemvTF64(m, alpha, a, lda, x, incX, beta, y[:n])
		} else if direct.Half {
			direct.HalfGemvTF64(m, alpha, a, lda, x, incX, beta, y[:n])
		} else {
			kernels.ActiveTable[float64]().GemvT(m, alpha, a, lda, x, incX, beta, y[:n])
		}
	case trans:
		if direct.Widest {
			direct.GemvTIncF64(m, n, alpha, a, lda, x, incX, beta, y, incY)
		} else if direct.Half {
			direct.HalfGemvTIncF64(m, n, alpha, a, lda, x, incX, beta, y, incY)
		} else {
			kernels.ActiveTable[float64]().GemvTInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
		}
	case inc == 1:
		if direct.Widest {
			direct.GemvF64(m, alpha, a, lda, x[:n], beta, y, incY)
		} else if direct.Half {
			direct.HalfGemvF64(m, alpha, a, lda, x[:n], beta, y, incY)
		} else {
			kernels.ActiveTable[float64]().Gemv(m, alpha, a, lda, x[:n], beta, y, incY)
		}
	default:
		if direct.Widest {
			direct.GemvIncF64(m, n, alpha, a, lda, x, incX, beta, y, incY)
		} else if direct.Half {
			direct.HalfGemvIncF64(m, n, alpha, a, lda, x, incX, beta, y, incY)
		} else {
			kernels.ActiveTable[float64]().GemvInc(m, n, alpha, a, lda, x, incX, beta, y, incY)
		}
	}
}

// Dger computes A += alpha*x*yᵀ for an m×n matrix.
func (Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if !forwardMatrix(m, n, len(a), lda, m, len(x), incX, n, len(y), incY) &&
		!checkMatrix(m, n, len(a), lda, m, len(x), incX, n, len(y), incY) {
		return
	}
	switch {
	case alpha == 0:
	case m*n <= short:
		ix := generic.First(m, incX)
		for r := range m {
			generic.AxpyInc(n, float64(alpha*x[ix]), y, incY, a[r*lda:], 1)
			ix += incX
		}
	case incY == 1:
		if direct.Widest {
			direct.GerF64(m, alpha, x, incX, y[:n], a, lda)
		} else if direct.Half {
			direct.HalfGerF64(m, alpha, x, incX, y[:n], a, lda)
		} else {
			kernels.ActiveTable[float64]().Ger(m, alpha, x, incX, y[:n], a, lda)
		}
	case resident(n, sizeF64):
		if direct.Widest {
			direct.GerIncF64(m, n, alpha, x, incX, y, incY, a, lda)
		} else if direct.Half {
			direct.HalfGerIncF64(m, n, alpha, x, incX, y, incY, a, lda)
		} else {
			kernels.ActiveTable[float64]().GerInc(m, n, alpha, x, incX, y, incY, a, lda)
		}
	default:
		kernels.GerInc(m, n, alpha, x, incX, y, incY, a, lda)
	}
}
