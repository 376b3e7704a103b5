package generic

import "math"

// DepthBlock is the number of terms that a matrix product adds with one rounding each,
// from +0 on, before it multiplies the sum by alpha and adds it to the result.
const DepthBlock = 256

// columnsAtOnce is how many sums of a row go side by side: the order of the terms stays,
// and the factor's rows are read as they lie.
const columnsAtOnce = 64

// GemmBlock is one block of a matrix product: c = beta*c + alpha*(a*b), where a has m
// rows and k columns, aRow and aColumn apart, and the rows of b and c have n elements.
// Each sum of k products starts at +0 and rounds once for each of them. With beta = 0, c
// counts as +0 whatever it holds.
func GemmBlock[T Float](m, n, k int, alpha T, a []T, aRow, aColumn int, b []T, bRow int, beta T, c []T, cRow int) {
	var sums [columnsAtOnce]T
	for j := 0; j < n; j += columnsAtOnce {
		width := min(columnsAtOnce, n-j)
		for i := range m {
			sum := sums[:width]
			clear(sum)
			for l := range k {
				x := a[i*aRow+l*aColumn]
				for q, y := range b[l*bRow+j:][:width] {
					sum[q] = multiplyAdd(x, y, sum[q])
				}
			}
			for q, y := range c[i*cRow+j:][:width] {
				old := T(0)
				if beta != 0 {
					old = T(beta * y)
				}
				c[i*cRow+j+q] = old + T(alpha*sum[q])
			}
		}
	}
}

// Gemm is a matrix product: c = beta*c + alpha*op(a)*op(b). It is the specification of
// package kernels' Gemm, without its checks.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	for i := range m {
		for j := range n {
			sum := T(0)
			switch beta {
			case 0:
			case 1:
				sum = c[i*ldc+j]
			default:
				sum = beta * c[i*ldc+j]
			}
			for l := 0; l < k && alpha != 0; l += DepthBlock {
				block := T(0)
				for q := l; q < min(k, l+DepthBlock); q++ {
					x, y := i*lda+q, q*ldb+j
					if transA {
						x = q*lda + i
					}
					if transB {
						y = j*ldb + q
					}
					block = multiplyAdd(a[x], b[y], block)
				}
				sum += T(alpha * block)
			}
			c[i*ldc+j] = sum
		}
	}
}

// multiplyAdd returns x*y + z, rounded once.
func multiplyAdd[T Float](x, y, z T) T {
	if isFloat32[T]() {
		return T(multiplyAdd32(float64(x), float64(y), float64(z)))
	}
	return T(math.FMA(float64(x), float64(y), float64(z)))
}

// multiplyAdd32 returns x*y + z, rounded once to float32, of three float32. The product
// is exact in float64, and the sum is rounded twice, to float64 and to float32. That
// goes wrong only where the sum comes to lie half-way between two float32, or on one of
// them, and lost something: its low bits are 0 then. It is moved towards what was lost,
// to the neighbour whose last bit is 1, which no second rounding can take for a tie.
func multiplyAdd32(x, y, z float64) float64 {
	const low = 1<<28 - 1
	p := x * y
	s := p + z
	bits := math.Float64bits(s)
	if bits&low != 0 {
		return s
	}
	// What s lost (Knuth's two-sum); NaN where s is infinite or none.
	v := s - p
	lost := (p - (s - v)) + (z - v)
	switch {
	case lost > 0 && s > 0, lost < 0 && s < 0:
		bits++
	case lost > 0 || lost < 0:
		bits--
	}
	return math.Float64frombits(bits)
}

// CopyRows stores the m rows of src, of n elements, as rows of dst.
func CopyRows[T Float](m, n int, src []T, srcRow int, dst []T, dstRow int) {
	for i := range m {
		copy(dst[i*dstRow:][:n], src[i*srcRow:])
	}
}

// Transpose stores the m rows of src, of n elements, as columns of dst.
func Transpose[T Float](m, n int, src []T, srcRow int, dst []T, dstRow int) {
	for i := range m {
		for j, x := range src[i*srcRow:][:n] {
			dst[j*dstRow+i] = x
		}
	}
}
