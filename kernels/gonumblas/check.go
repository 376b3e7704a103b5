package gonumblas

import "math/bits"

// The messages of gonum's blas/gonum, which panics with these strings.
const (
	zeroIncX     = "blas: zero x index increment"
	zeroIncY     = "blas: zero y index increment"
	mLT0         = "blas: m < 0"
	nLT0         = "blas: n < 0"
	badTranspose = "blas: illegal transpose"
	badLdA       = "blas: bad leading dimension of A"
	shortX       = "blas: insufficient length of x"
	shortY       = "blas: insufficient length of y"
	shortA       = "blas: insufficient length of a"
)

// tooShort reports whether a vector of n elements, at least one, does not fit in a
// slice. gonum multiplies likewise, but lets the product overflow.
func tooShort(n, length, inc int) bool {
	over, last := bits.Mul(uint(n-1), uint(max(inc, -inc)))
	return over != 0 || last >= uint(length)
}

// checkIncs panics for a stride of 0.
func checkIncs(incX, incY int) {
	if incX == 0 {
		panic(zeroIncX)
	}
	if incY == 0 {
		panic(zeroIncY)
	}
}

// checkTwo panics unless two vectors of n elements fit in their slices, and
// reports whether there are any elements.
func checkTwo(n, lenX, incX, lenY, incY int) bool {
	checkIncs(incX, incY)
	switch {
	case n < 0:
		panic(nLT0)
	case n == 0:
		return false
	case tooShort(n, lenX, incX):
		panic(shortX)
	case tooShort(n, lenY, incY):
		panic(shortY)
	}
	return true
}

// checkOne is checkTwo for the routines of a single vector, which all take a
// negative stride for no elements. They test n last.
func checkOne(n, lenX, incX int) bool {
	if incX < 1 {
		if incX == 0 {
			panic(zeroIncX)
		}
		return false
	}
	if n > 0 && tooShort(n, lenX, incX) {
		panic(shortX)
	}
	if n < 0 {
		panic(nLT0)
	}
	return n > 0
}

// checkMatrix panics unless the sizes of a matrix and the strides make sense, and
// reports whether the matrix has any elements.
func checkMatrix(m, n, lda, incX, incY int) bool {
	if m < 0 {
		panic(mLT0)
	}
	if n < 0 {
		panic(nLT0)
	}
	if lda < max(1, n) {
		panic(badLdA)
	}
	checkIncs(incX, incY)
	return m > 0 && n > 0
}

// checkShort panics unless a matrix and two vectors, which have elements, fit in
// their slices.
func checkShort(m, n, lenA, lda, nx, lenX, incX, ny, lenY, incY int) {
	if tooShort(nx, lenX, incX) {
		panic(shortX)
	}
	if tooShort(ny, lenY, incY) {
		panic(shortY)
	}
	if over, last := bits.Mul(uint(m-1), uint(lda)); over != 0 || last > uint(lenA) || lenA-int(last) < n {
		panic(shortA)
	}
}
