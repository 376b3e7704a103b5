package kernels

import (
	"fmt"
	"math"
	"unsafe"
)

// checkLen panics unless the two slices are equally long.
func checkLen(kernel string, nx, ny int) {
	if nx != ny {
		panicLen(kernel, nx, ny)
	}
}

//go:noinline
func panicLen(kernel string, nx, ny int) {
	panic(fmt.Sprintf("kernels: %s: slice lengths differ: %d and %d", kernel, nx, ny))
}

// Axpy adds a multiple of one vector to another (BLAS ?AXPY):
//
//	for i := range x {
//		y[i] += alpha * x[i]
//	}
//
// x and y may be the same slice. Axpy panics if the lengths differ.
func Axpy[T Float](alpha T, x, y []T) {
	checkLen("Axpy", len(x), len(y))
	table[T]().Axpy(alpha, noescape(x), noescape(y))
}

// Axpby is Axpy with both vectors scaled (BLAS extension ?AXPBY):
//
//	for i := range x {
//		y[i] = alpha*x[i] + beta*y[i]
//	}
//
// beta = 0 multiplies like any other number, so a NaN in y stays one. x and y
// may be the same slice. Axpby panics if the lengths differ.
func Axpby[T Float](alpha T, x []T, beta T, y []T) {
	checkLen("Axpby", len(x), len(y))
	table[T]().Axpby(alpha, noescape(x), beta, noescape(y))
}

// Scal multiplies a vector by a number (BLAS ?SCAL):
//
//	for i := range x {
//		x[i] *= alpha
//	}
func Scal[T Float](alpha T, x []T) {
	table[T]().Scal(alpha, noescape(x))
}

// Add adds two vectors:
//
//	for i := range dst {
//		dst[i] = x[i] + y[i]
//	}
//
// dst may be x or y. Add panics if the lengths differ.
func Add[T Float](dst, x, y []T) {
	checkLen("Add", len(dst), len(x))
	checkLen("Add", len(dst), len(y))
	table[T]().Add(noescape(dst), noescape(x), noescape(y))
}

// Sub subtracts one vector from another:
//
//	for i := range dst {
//		dst[i] = x[i] - y[i]
//	}
//
// dst may be x or y. Sub panics if the lengths differ.
func Sub[T Float](dst, x, y []T) {
	checkLen("Sub", len(dst), len(x))
	checkLen("Sub", len(dst), len(y))
	table[T]().Sub(noescape(dst), noescape(x), noescape(y))
}

// Mul multiplies two vectors element by element (the Hadamard product):
//
//	for i := range dst {
//		dst[i] = x[i] * y[i]
//	}
//
// dst may be x or y. Mul panics if the lengths differ.
func Mul[T Float](dst, x, y []T) {
	checkLen("Mul", len(dst), len(x))
	checkLen("Mul", len(dst), len(y))
	table[T]().Mul(noescape(dst), noescape(x), noescape(y))
}

// Div divides one vector by another, element by element:
//
//	for i := range dst {
//		dst[i] = x[i] / y[i]
//	}
//
// dst may be x or y. Div panics if the lengths differ.
func Div[T Float](dst, x, y []T) {
	checkLen("Div", len(dst), len(x))
	checkLen("Div", len(dst), len(y))
	table[T]().Div(noescape(dst), noescape(x), noescape(y))
}

// Sqrt takes the square root of each element, correctly rounded:
//
//	for i := range dst {
//		dst[i] = sqrt(x[i])
//	}
//
// That of a negative number is NaN, and that of a zero is the zero itself. dst may be x.
// Sqrt panics if the lengths differ.
func Sqrt[T Float](dst, x []T) {
	checkLen("Sqrt", len(dst), len(x))
	table[T]().Sqrt(noescape(dst), noescape(x))
}

// Swap exchanges two vectors (BLAS ?SWAP):
//
//	for i := range x {
//		x[i], y[i] = y[i], x[i]
//	}
//
// x and y may be the same slice. Swap panics if the lengths differ.
func Swap[T Float](x, y []T) {
	checkLen("Swap", len(x), len(y))
	table[T]().Swap(noescape(x), noescape(y))
}

// Rot rotates the points (x[i], y[i]) of the plane (BLAS ?ROT):
//
//	for i := range x {
//		x[i], y[i] = c*x[i]+s*y[i], c*y[i]-s*x[i]
//	}
//
// Rot panics if the lengths differ.
func Rot[T Float](x, y []T, c, s T) {
	checkLen("Rot", len(x), len(y))
	table[T]().Rot(noescape(x), noescape(y), c, s)
}

// Rotm applies a matrix to the points (x[i], y[i]) of the plane, as BLAS ?ROTM
// does with that of a modified Givens rotation:
//
//	for i := range x {
//		x[i], y[i] = h11*x[i]+h12*y[i], h21*x[i]+h22*y[i]
//	}
//
// Rotm panics if the lengths differ.
func Rotm[T Float](x, y []T, h11, h12, h21, h22 T) {
	checkLen("Rotm", len(x), len(y))
	table[T]().Rotm(noescape(x), noescape(y), h11, h12, h21, h22)
}

// Lerp moves one vector towards another, as weight averaging does with y for the
// average:
//
//	for i := range x {
//		y[i] += w * (x[i] - y[i])
//	}
//
// x and y may be the same slice. Lerp panics if the lengths differ.
func Lerp[T Float](w T, x, y []T) {
	checkLen("Lerp", len(x), len(y))
	table[T]().Lerp(w, noescape(x), noescape(y))
}

// Clamp limits the elements to the interval from lo to hi:
//
//	for i := range dst {
//		dst[i] = min(hi, max(lo, x[i]))
//	}
//
// A NaN in x stays one, a NaN as lo or hi is no limit, lo > hi gives hi, and a
// zero in x keeps its sign where a limit is zero too. dst
// may be x. Clamp panics if the lengths differ.
func Clamp[T Float](dst, x []T, lo, hi T) {
	checkLen("Clamp", len(dst), len(x))
	table[T]().Clamp(noescape(dst), noescape(x), lo, hi)
}

// SoftThreshold moves each element towards 0 by lambda, which is not negative, and no
// further than to 0. It is the proximal step of the penalty lambda*|x|:
//
//	for i := range dst {
//		dst[i] = x[i] - min(lambda, max(-lambda, x[i]))
//	}
//
// min(x, y) is x if x < y, otherwise y, and max(x, y) is x if x > y, otherwise y. What lies
// between -lambda and lambda gives +0, and so does -0, also with lambda = 0. A NaN in x stays
// one, and an infinite lambda makes one of infinities. A NaN as lambda is like an infinite
// one: all that is finite gives +0. dst may be x. SoftThreshold panics if the lengths differ.
func SoftThreshold[T Float](dst, x []T, lambda T) {
	checkLen("SoftThreshold", len(dst), len(x))
	table[T]().SoftThreshold(noescape(dst), noescape(x), lambda)
}

// Dot returns the inner product of two vectors (BLAS ?DOT):
//
//	for i := range x {
//		sum += x[i] * y[i]
//	}
//
// added in the order of the contract (see the package comment). It is 0 for
// empty vectors. Dot panics if the lengths differ.
func Dot[T Float](x, y []T) T {
	checkLen("Dot", len(x), len(y))
	return table[T]().Dot(noescape(x), noescape(y))
}

// Dsdot returns the inner product of two vectors, each product taken and added in
// float64 (BLAS DSDOT), in the order of the contract:
//
//	for i := range x {
//		sum += float64(x[i]) * float64(y[i])
//	}
//
// For float64 elements it is Dot. Dsdot panics if the lengths differ.
func Dsdot[T Float](x, y []T) float64 {
	checkLen("Dsdot", len(x), len(y))
	return table[T]().Dsdot(noescape(x), noescape(y))
}

// Sum returns the sum of the elements, added in the order of the contract:
//
//	for i := range x {
//		sum += x[i]
//	}
func Sum[T Float](x []T) T {
	return table[T]().Sum(noescape(x))
}

// Asum returns the sum of the magnitudes (BLAS ?ASUM), added in the order of the
// contract:
//
//	for i := range x {
//		sum += |x[i]|
//	}
func Asum[T Float](x []T) T {
	return table[T]().Asum(noescape(x))
}

// SumSquares returns the sum of the squares, each taken and added in float64, in
// the order of the contract:
//
//	for i := range x {
//		sum += float64(x[i]) * float64(x[i])
//	}
//
// For float32 elements no square overflows or underflows, so the result is
// finite exactly if every element is. For float64 elements see SumSquaresExp.
func SumSquares[T Float](x []T) float64 {
	return table[T]().SumSquares(noescape(x))
}

// Nrm2 returns the Euclidean norm (BLAS ?NRM2):
//
//	sqrt(x[0]² + x[1]² + ...)
//
// It neither overflows nor underflows on the way: the result is finite unless
// the norm itself is beyond the largest T. It is NaN if an element is NaN, and
// otherwise +Inf if an element is infinite.
//
// The squares are added in float64. Should a float64 sum leave the range in
// which every square that matters is exact to rounding, the elements are scaled
// by a power of two, which rounds nothing, and added again (the idea of
// J. L. Blue, ACM TOMS 4 (1978), in two passes).
func Nrm2[T Float](x []T) T {
	return nrm2(table[T]().SumSquares(noescape(x)), len(x), x, 1)
}

// nrm2 returns the norm of a vector given the sum of its squares.
func nrm2[T Float](sum float64, n int, x []T, inc int) T {
	if sum >= leastSquares && sum <= math.MaxFloat64 {
		return T(math.Sqrt(sum))
	}
	return nrm2Scaled(n, x, inc)
}

func nrm2Scaled[T Float](n int, x []T, inc int) T {
	sum, exp := scaledSquares(n, x, inc)
	return T(math.Ldexp(math.Sqrt(sum), exp))
}

// leastSquares is the least sum of squares whose root is exact to rounding: squares
// lost to underflow are below 2^-1022 each.
const leastSquares = 0x1p-900

// SumSquaresExp returns the sum of the squares as
//
//	sum * 4^exp
//
// where SumSquares would overflow or underflow too. sum is 0 if every element is,
// NaN if one is, otherwise infinite if one is, and else lies between 2^-900 and
// 2^900: the sums of very many vectors can be added. Where SumSquares has a result
// between these bounds, as it always has of float32, sum is that and exp is 0.
func SumSquaresExp[T Float](x []T) (sum float64, exp int) {
	sum = table[T]().SumSquares(noescape(x))
	if sum >= leastSquares && sum <= 1/leastSquares || sum != sum || unsafe.Sizeof(T(0)) == 4 {
		return sum, 0
	}
	return scaledSquares(len(x), x, 1)
}

// scaledSquares returns the sum of the squares as sum * 4^exp, in two passes. Zero,
// infinity and NaN have the exponent 0.
func scaledSquares[T Float](n int, x []T, inc int) (sum float64, exp int) {
	t := table[T]()
	var amax float64
	if inc == 1 {
		amax = float64(t.Amax(noescape(x[:n])))
	} else {
		amax = float64(t.AmaxInc(n, noescape(x), inc))
	}
	if amax == 0 || math.IsInf(amax, 1) || amax != amax {
		return amax, 0
	}
	// The bounds keep 2^-exp a normal number; they still leave every scaled
	// square far from overflow and from underflow.
	_, exp = math.Frexp(amax)
	exp = max(-1000, min(exp, 1000))
	scale := math.Ldexp(1, -exp)
	if inc == 1 {
		return t.SumSquaresScaled(scale, noescape(x[:n])), exp
	}
	return t.SumSquaresScaledInc(n, scale, noescape(x), inc), exp
}

// Amax returns the largest magnitude:
//
//	for i := range x {
//		max = math.Max(max, |x[i]|)
//	}
//
// It is 0 for an empty vector, and NaN if any element is NaN.
func Amax[T Float](x []T) T {
	return table[T]().Amax(noescape(x))
}

// iamaxBlock is how many elements Iamax looks at before it decides whether the
// largest is among them: they still lie in a cache when it looks for the place.
const iamaxBlock = 4096

// Iamax returns the index of the first element of the largest magnitude (BLAS
// I?AMAX, counting from 0), and -1 for an empty vector:
//
//	for i := range x {
//		if |x[i]| > |x[index]| {
//			index = i
//		}
//	}
//
// As in reference BLAS, a NaN is never larger, and nothing is larger than a NaN
// in x[0].
func Iamax[T Float](x []T) int {
	if len(x) == 0 {
		return -1
	}
	if x[0] != x[0] {
		return 0
	}
	t := table[T]()
	most, at := T(-1), 0
	for i := 0; i < len(x); i += iamaxBlock {
		if m := t.AmaxNumber(noescape(x[i:min(len(x), i+iamaxBlock)])); m > most {
			most, at = m, i
		}
	}
	return at + t.IndexAbs(noescape(x[at:]), most)
}
