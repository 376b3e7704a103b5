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

// safe is the largest number whose product with itself, and a number as large, fit
// in an int together.
const safe = 1<<(bits.UintSize/2-1) - 1

// tooShort reports whether a vector of n elements, at least one, does not fit in a
// slice, unless the product overflows. That gonum's checks overflow too is no
// excuse for a kernel, which checks nothing: see checkHuge.
func tooShort(n, length, inc int) bool { return (n-1)*max(inc, -inc) >= length }

// forward reports whether two vectors have elements, positive strides, and room in
// their slices, and none of these is beyond half an int: so it is in most calls,
// and few instructions find out.
func forward(n, lenX, incX, lenY, incY int) bool {
	return forwardOne(n, lenX, incX) && uint(incY-1) < safe && (n-1)*incY < lenY
}

// forwardOne is forward for one vector.
func forwardOne(n, lenX, incX int) bool {
	return uint(n-1) < safe && uint(incX-1) < safe && (n-1)*incX < lenX
}

// checkHuge is tooShort for products that may not fit in an int. A negative stride
// is not huge, but comes here too.
func checkHuge(n, lenX, incX, lenY, incY int) {
	if over, last := bits.Mul(uint(n-1), uint(max(incX, -incX))); over != 0 || last >= uint(lenX) {
		panic(shortX)
	}
	if over, last := bits.Mul(uint(n-1), uint(max(incY, -incY))); over != 0 || last >= uint(lenY) {
		panic(shortY)
	}
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
	if n < 0 {
		panic(nLT0)
	}
	if n == 0 {
		return false
	}
	if tooShort(n, lenX, incX) {
		panic(shortX)
	}
	if tooShort(n, lenY, incY) {
		panic(shortY)
	}
	if uint(n|incX|incY) > safe {
		checkHuge(n, lenX, incX, lenY, incY)
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
	if uint(n|incX) > safe {
		checkHuge(n, lenX, incX, n, 1)
	}
	return n > 0
}

// forwardMatrix is forward for a matrix and two vectors, with an element for each row or
// each column.
func forwardMatrix(m, n, lenA, lda, nx, lenX, incX, ny, lenY, incY int) bool {
	return forwardOne(nx, lenX, incX) && forwardOne(ny, lenY, incY) &&
		lda >= n && lda <= safe && lda*(m-1)+n <= lenA
}

// checkMatrix panics unless a matrix and two vectors fit in their slices, and reports
// whether there are any elements.
func checkMatrix(m, n, lenA, lda, nx, lenX, incX, ny, lenY, incY int) bool {
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
	if m == 0 || n == 0 {
		return false
	}
	if tooShort(nx, lenX, incX) {
		panic(shortX)
	}
	if tooShort(ny, lenY, incY) {
		panic(shortY)
	}
	if lenA < lda*(m-1)+n {
		panic(shortA)
	}
	if uint(m|n|lda|incX|incY) > safe {
		checkHuge(nx, lenX, incX, nx, 1)
		checkHuge(ny, ny, 1, lenY, incY)
		if over, last := bits.Mul(uint(m-1), uint(lda)); over != 0 || last > uint(lenA) || lenA-int(last) < n {
			panic(shortA)
		}
	}
	return true
}
