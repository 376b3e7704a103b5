package generic

const (
	// BlockBytes is the size of a block of a reduction.
	BlockBytes = 64 << 10
	// AccumulatorBytes is the size of all accumulators of a reduction.
	AccumulatorBytes = 256
)

// Lanes is the number of lanes of a reduction with accumulators of type A: 64 for
// float32 and 32 for float64.
func Lanes[A Float]() int {
	if isFloat32[A]() {
		return AccumulatorBytes / 4
	}
	return AccumulatorBytes / 8
}

// Block is the number of elements of type T in a block of a reduction: 16384
// for float32 and 8192 for float64.
func Block[T Float]() int {
	if isFloat32[T]() {
		return BlockBytes / 4
	}
	return BlockBytes / 8
}

// Dot returns the sum of x[i]*y[i].
func Dot[T Float](x, y []T) T {
	y = y[:len(x)]
	var total float64
	for block := Block[T](); len(x) > 0; {
		n := min(len(x), block)
		total += float64(dotBlock(x[:n], y[:n]))
		x, y = x[n:], y[n:]
	}
	return T(total)
}

func dotBlock[T Float](x, y []T) T {
	n := len(x)
	var buf [AccumulatorBytes / 4]T
	acc := buf[:Lanes[T]()]
	for len(x) >= len(acc) {
		xb, yb := x[:len(acc)], y[:len(acc)]
		for j := range acc {
			acc[j] += T(xb[j] * yb[j])
		}
		x, y = x[len(acc):], y[len(acc):]
	}
	y = y[:len(x)]
	for j := range x {
		acc[j] += T(x[j] * y[j])
	}
	return fold(acc, n)
}

// Dsdot returns the sum of x[i]*y[i], multiplied and accumulated in float64.
func Dsdot[T Float](x, y []T) float64 {
	y = y[:len(x)]
	var total float64
	for block := Block[T](); len(x) > 0; {
		n := min(len(x), block)
		total += dsdotBlock(x[:n], y[:n])
		x, y = x[n:], y[n:]
	}
	return total
}

func dsdotBlock[T Float](x, y []T) float64 {
	n := len(x)
	var acc [32]float64
	for len(x) >= len(acc) {
		xb, yb := x[:len(acc)], y[:len(acc)]
		for j := range acc {
			acc[j] += float64(float64(xb[j]) * float64(yb[j]))
		}
		x, y = x[len(acc):], y[len(acc):]
	}
	y = y[:len(x)]
	for j := range x {
		acc[j] += float64(float64(x[j]) * float64(y[j]))
	}
	return fold(acc[:], n)
}

// Sum returns the sum of x[i].
func Sum[T Float](x []T) T {
	var total float64
	for block := Block[T](); len(x) > 0; {
		n := min(len(x), block)
		total += float64(sumBlock(x[:n]))
		x = x[n:]
	}
	return T(total)
}

func sumBlock[T Float](x []T) T {
	n := len(x)
	var buf [AccumulatorBytes / 4]T
	acc := buf[:Lanes[T]()]
	for len(x) >= len(acc) {
		xb := x[:len(acc)]
		for j := range acc {
			acc[j] += xb[j]
		}
		x = x[len(acc):]
	}
	for j := range x {
		acc[j] += x[j]
	}
	return fold(acc, n)
}

// Asum returns the sum of |x[i]|.
func Asum[T Float](x []T) T {
	var total float64
	for block := Block[T](); len(x) > 0; {
		n := min(len(x), block)
		total += float64(asumBlock(x[:n]))
		x = x[n:]
	}
	return T(total)
}

func asumBlock[T Float](x []T) T {
	n := len(x)
	var buf [AccumulatorBytes / 4]T
	acc := buf[:Lanes[T]()]
	for len(x) >= len(acc) {
		xb := x[:len(acc)]
		for j := range acc {
			acc[j] += abs(xb[j])
		}
		x = x[len(acc):]
	}
	for j := range x {
		acc[j] += abs(x[j])
	}
	return fold(acc, n)
}

// SumSquares returns the sum of float64(x[i])², accumulated in float64.
func SumSquares[T Float](x []T) float64 { return SumSquaresScaled(1, x) }

// SumSquaresScaled returns the sum of (scale*float64(x[i]))², accumulated in
// float64. The scale is finite.
func SumSquaresScaled[T Float](scale float64, x []T) float64 {
	var total float64
	for block := Block[T](); len(x) > 0; {
		n := min(len(x), block)
		total += sumSquaresBlock(scale, x[:n])
		x = x[n:]
	}
	return total
}

func sumSquaresBlock[T Float](scale float64, x []T) float64 {
	n := len(x)
	var acc [32]float64
	for len(x) >= len(acc) {
		xb := x[:len(acc)]
		for j := range acc {
			v := scale * float64(xb[j])
			acc[j] += float64(v * v)
		}
		x = x[len(acc):]
	}
	for j := range x {
		v := scale * float64(x[j])
		acc[j] += float64(v * v)
	}
	return fold(acc[:], n)
}

// fold adds the lanes of n elements by halves: lane j gets lane j+L/2, then lane
// j+L/4, and so on, and returns lane 0. Lanes that got no element hold +0, which
// changes nothing where it is added: no lane is ever -0. So halves without an
// element are passed over.
func fold[T Float](acc []T, n int) T {
	for len(acc) > 1 {
		half := len(acc) / 2
		upper := acc[half:]
		acc = acc[:half]
		if n <= half {
			continue
		}
		for j := range acc {
			acc[j] += upper[j]
		}
	}
	return acc[0]
}

// Amax returns the largest |x[i]|, +0 for no elements, and NaN if any element
// is NaN.
func Amax[T Float](x []T) T {
	var m T
	for _, v := range x {
		if a := abs(v); !(a <= m) {
			if a != a {
				return a
			}
			m = a
		}
	}
	return m
}

// AmaxNumber returns the largest |x[i]| that is not NaN, +0 if there is none.
func AmaxNumber[T Float](x []T) T {
	var m T
	for _, v := range x {
		m = greater(abs(v), m)
	}
	return m
}

// IndexAbs returns the first i with |x[i]| = value, len(x) if there is none.
func IndexAbs[T Float](x []T, value T) int {
	for i, v := range x {
		if abs(v) == value {
			return i
		}
	}
	return len(x)
}
