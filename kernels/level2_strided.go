package kernels

import (
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// GemvInc is Gemv of m rows of n elements for strided vectors (BLAS ?GEMV without
// transposition): x has n elements, y has m. It panics as [AxpyInc] and [Gemv] do.
func GemvInc[T Float](m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	checkInc("GemvInc", n, len(x), incX)
	checkInc("GemvInc", m, len(y), incY)
	checkRows("GemvInc", n, len(a), m, stride)
	beta = clearIfUnread(beta, m, y, incY)
	switch {
	case incX == 1:
		table[T]().Gemv(m, alpha, noescape(a), stride, noescape(x[:n]), beta, noescape(y), incY)
	case n <= dispatch.Resident[T]():
		table[T]().GemvInc(m, n, alpha, noescape(a), stride, noescape(x), incX, beta, noescape(y), incY)
	case n <= smallBuffer:
		var buffer [smallBuffer]T
		packedGemv(buffer[:], m, n, alpha, a, stride, x, incX, beta, y, incY)
	case n <= largeBuffer:
		largeGemv(m, n, alpha, a, stride, x, incX, beta, y, incY)
	default:
		at := generic.First(m, incY)
		for r := range m {
			dot := DotInc(n, a[r*stride:], 1, x, incX)
			y[at] = T(alpha*dot) + T(beta*y[at])
			at += incY
		}
	}
}

// GemvTInc is GemvT of m rows of n elements for strided vectors (BLAS ?GEMV with
// transposition): x has m elements, y has n. It panics as [AxpyInc] and [GemvT] do.
func GemvTInc[T Float](m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	checkInc("GemvTInc", m, len(x), incX)
	checkInc("GemvTInc", n, len(y), incY)
	checkRows("GemvTInc", n, len(a), m, stride)
	switch {
	case m == 0:
		scaleInc(beta, n, y, incY)
	case incY == 1:
		beta = clearIfUnread(beta, n, y, incY)
		table[T]().GemvT(m, alpha, noescape(a), stride, noescape(x), incX, beta, noescape(y[:n]))
	case n <= maxStrips*dispatch.Resident[T]():
		beta = clearIfUnread(beta, n, y, incY)
		w := dispatch.Resident[T]()
		for j := 0; j < n; j += w {
			c := min(w, n-j)
			table[T]().GemvTInc(m, c, alpha, noescape(a[j:]), stride, noescape(x), incX, beta, noescape(strip(y, n, incY, j, c)), incY)
		}
	default:
		largeGemvT(m, n, alpha, a, stride, x, incX, beta, y, incY)
	}
}

// GerInc is Ger of m rows of n elements for strided vectors (BLAS ?GER): x has m
// elements, y has n. It panics as [AxpyInc] and [Ger] do.
func GerInc[T Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, stride int) {
	checkInc("GerInc", m, len(x), incX)
	checkInc("GerInc", n, len(y), incY)
	checkRows("GerInc", n, len(a), m, stride)
	switch {
	case m == 0:
	case incY == 1:
		table[T]().Ger(m, alpha, noescape(x), incX, noescape(y[:n]), noescape(a), stride)
	case n <= maxStrips*dispatch.Resident[T]():
		w := dispatch.Resident[T]()
		for j := 0; j < n; j += w {
			c := min(w, n-j)
			table[T]().GerInc(m, c, alpha, noescape(x), incX, noescape(strip(y, n, incY, j, c)), incY, noescape(a[j:]), stride)
		}
	default:
		largeGer(m, n, alpha, x, incX, y, incY, a, stride)
	}
}

// maxStrips is the number of strips beyond which copying is faster.
const maxStrips = 8

// strip returns the part of a strided vector of n elements that holds c of them,
// from element j on.
func strip[T Float](y []T, n, inc, j, c int) []T {
	if inc < 0 {
		j = n - j - c
	}
	return y[j*max(inc, -inc):]
}

// Longer vectors are copied, a part at a time, to a buffer on the stack. Small ones
// get a small buffer, because Go clears it first.
const (
	smallBuffer = 64
	largeBuffer = 1024
)

//go:noinline
func largeGemv[T Float](m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	var buffer [largeBuffer]T
	packedGemv(buffer[:], m, n, alpha, a, stride, x, incX, beta, y, incY)
}

//go:noinline
func largeGemvT[T Float](m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	var buffer [largeBuffer]T
	packedGemvT(buffer[:], m, n, alpha, a, stride, x, incX, beta, y, incY)
}

//go:noinline
func largeGer[T Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, stride int) {
	var buffer [largeBuffer]T
	packedGer(buffer[:], m, n, alpha, x, incX, y, incY, a, stride)
}

// packedGemv multiplies by the copy of x.
func packedGemv[T Float](buffer []T, m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	pack(buffer[:n], x, generic.First(n, incX), incX)
	table[T]().Gemv(m, alpha, noescape(a), stride, noescape(buffer[:n]), beta, noescape(y), incY)
}

// packedGemvT adds to copies of y's parts, scaled by beta.
func packedGemvT[T Float](buffer []T, m, n int, alpha T, a []T, stride int, x []T, incX int, beta T, y []T, incY int) {
	at := generic.First(n, incY)
	for j := 0; j < n; j += len(buffer) {
		part := buffer[:min(len(buffer), n-j)]
		packScaled(part, beta, y, at+j*incY, incY)
		table[T]().GemvT(m, alpha, noescape(a[j:]), stride, noescape(x), incX, 1, noescape(part))
		unpack(y, at+j*incY, incY, part)
	}
}

// packedGer multiplies with copies of y's parts.
func packedGer[T Float](buffer []T, m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, stride int) {
	at := generic.First(n, incY)
	for j := 0; j < n; j += len(buffer) {
		part := buffer[:min(len(buffer), n-j)]
		pack(part, y, at+j*incY, incY)
		table[T]().Ger(m, alpha, noescape(x), incX, noescape(part), noescape(a[j:]), stride)
	}
}

// pack copies the strided elements of x from its place at on.
func pack[T Float](dst, x []T, at, inc int) {
	for i := range dst {
		dst[i] = x[at]
		at += inc
	}
}

// packScaled is pack with every element multiplied by beta, unless that is 1; if it
// is 0, x is not read.
func packScaled[T Float](dst []T, beta T, x []T, at, inc int) {
	switch beta {
	case 0:
		clear(dst)
	case 1:
		pack(dst, x, at, inc)
	default:
		for i := range dst {
			dst[i] = beta * x[at]
			at += inc
		}
	}
}

// unpack copies src to the strided elements of x from its place at on.
func unpack[T Float](x []T, at, inc int, src []T) {
	for _, v := range src {
		x[at] = v
		at += inc
	}
}

// clearIfUnread clears y if beta is 0 of either sign, because y counts as +0 then,
// and returns the factor for a kernel that reads y: beta, but never -0.
func clearIfUnread[T Float](beta T, n int, y []T, inc int) T {
	if beta == 0 {
		scaleInc(0, n, y, inc)
		return 0
	}
	return beta
}

// scaleInc multiplies y by beta, and clears it, without reading it, if beta is 0.
func scaleInc[T Float](beta T, n int, y []T, inc int) {
	switch {
	case beta == 1:
	case beta != 0 && inc == 1:
		Scal(beta, y[:n])
	case beta != 0:
		ScalInc(n, beta, y, inc)
	case inc == 1:
		clear(y[:n])
	default:
		step := max(inc, -inc)
		for i := range n {
			y[i*step] = 0
		}
	}
}
