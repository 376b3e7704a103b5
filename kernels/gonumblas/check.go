package gonumblas

import "math/bits"

// The messages of gonum's blas/gonum, which panics with these strings.
const (
	zeroIncX     = "blas: zero x index increment"
	zeroIncY     = "blas: zero y index increment"
	mLT0         = "blas: m < 0"
	nLT0         = "blas: n < 0"
	kLT0         = "blas: k < 0"
	badUplo      = "blas: illegal triangle"
	badTranspose = "blas: illegal transpose"
	badDiag      = "blas: illegal diagonal"
	badSide      = "blas: illegal side"
	badLdA       = "blas: bad leading dimension of A"
	badLdB       = "blas: bad leading dimension of B"
	badLdC       = "blas: bad leading dimension of C"
	shortX       = "blas: insufficient length of x"
	shortY       = "blas: insufficient length of y"
	shortA       = "blas: insufficient length of a"
	shortB       = "blas: insufficient length of b"
	shortC       = "blas: insufficient length of c"
)

// tooShort reports whether a vector of n elements, at least one, does not fit in a slice.
// That gonum's checks overflow is no excuse for a kernel, which checks nothing.
func tooShort(n, length, inc int) bool {
	over, last := bits.Mul(uint(n-1), uint(max(inc, -inc)))
	return over != 0 || last >= uint(length)
}

// tooSmall is tooShort for a matrix that has rows.
func tooSmall(rows, columns, length, stride int) bool {
	over, before := bits.Mul(uint(rows-1), uint(stride))
	return over != 0 || before > uint(length) || length-int(before) < columns
}

// The checks come in two parts. What begins with forward is inlined and finds out with
// few instructions what is so in most calls: elements, positive strides, room in the
// slices, and nothing beyond half an int, so that no product overflows. If it is not so,
// the check of the same arguments tells why, or that nothing is to be done.

// half is the bound below which the product of two numbers fits in an int.
const half = 1 << (bits.UintSize/2 - 1)

func forward(n, lenX, incX, lenY, incY int) bool {
	return uint((n-1)|(incX-1)|(incY-1)) < half && (n-1)*incX < lenX && (n-1)*incY < lenY
}

func forwardOne(n, lenX, incX int) bool {
	return uint((n-1)|(incX-1)) < half && (n-1)*incX < lenX
}

func forwardMatrix(m, n, lenA, lda, nx, lenX, incX, ny, lenY, incY int) bool {
	return uint((m-1)|(n-1)|(incX-1)|(incY-1)|lda) < half && lda >= n && (m-1)*lda+n <= lenA &&
		(nx-1)*incX < lenX && (ny-1)*incY < lenY
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

// checkTwo panics unless two vectors of n elements fit in their slices, and reports
// whether there are any elements.
func checkTwo(n, lenX, incX, lenY, incY int) bool {
	checkIncs(incX, incY)
	checkSize(n, nLT0)
	if n == 0 {
		return false
	}
	checkLength(n, lenX, incX, shortX)
	checkLength(n, lenY, incY, shortY)
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
	if n > 0 {
		checkLength(n, lenX, incX, shortX)
	}
	checkSize(n, nLT0)
	return n > 0
}

// checkMatrix panics unless a matrix and two vectors fit in their slices, and reports
// whether there are any elements.
func checkMatrix(m, n, lenA, lda, nx, lenX, incX, ny, lenY, incY int) bool {
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	checkStride(n, lda, badLdA)
	checkIncs(incX, incY)
	if m == 0 || n == 0 {
		return false
	}
	checkLength(nx, lenX, incX, shortX)
	checkLength(ny, lenY, incY, shortY)
	checkRoom(m, n, lenA, lda, shortA)
	return true
}

// checkSize panics with a message for a negative size.
func checkSize(n int, message string) {
	if n < 0 {
		panic(message)
	}
}

// checkStride panics with a message unless the rows of a matrix are as far apart as they
// are long.
func checkStride(columns, stride int, message string) {
	if stride < max(1, columns) {
		panic(message)
	}
}

// checkRoom panics with a message unless a matrix fits in its slice.
func checkRoom(rows, columns, length, stride int, message string) {
	if rows > 0 && tooSmall(rows, columns, length, stride) {
		panic(message)
	}
}

// checkLength panics with a message unless a vector of n elements, at least one, fits in
// its slice.
func checkLength(n, length, inc int, message string) {
	if tooShort(n, length, inc) {
		panic(message)
	}
}

// checkSquare panics unless the arguments of a square matrix and of strides fit together,
// and reports whether there are any elements.
func checkSquare(n, lda, incX, incY int) bool {
	checkSize(n, nLT0)
	checkStride(n, lda, badLdA)
	checkIncs(incX, incY)
	return n > 0
}
