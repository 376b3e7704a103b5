package kernels_test

import (
	"math"
	"math/big"

	"github.com/seed63264101/steepest/kernels"
)

// The contract's arithmetic without the machine's for the type: each operation is computed
// exactly and rounded once. For float32 that is float64's arithmetic, in which a product is
// exact and a sum or quotient has more than twice the bits, so that rounding it again changes
// nothing. For float64 it is package math/big's, for one in sixteen pairs of operands: it takes
// a hundred times as long. With NaN and infinities, which that package lacks or treats
// differently, there is nothing to round.

func roundOnce[T kernels.Float](x, y T, bits uint, op func(z, x, y *big.Float) *big.Float, wide float64, otherwise T) T {
	switch {
	case x-x != 0 || y-y != 0:
		return otherwise
	case size[T]() == 4:
		return T(wide)
	case (math.Float64bits(float64(x))^math.Float64bits(float64(y)))%16 != 0:
		return otherwise
	}
	var a, b, z big.Float
	op(z.SetPrec(bits), a.SetFloat64(float64(x)), b.SetFloat64(float64(y)))
	return nearest[T](&z)
}

// nearest returns the T nearest to z.
func nearest[T kernels.Float](z *big.Float) T {
	if size[T]() == 4 {
		f, _ := z.Float32()
		return T(f)
	}
	f, _ := z.Float64()
	return T(f)
}

// add has room for the sum of the largest and the least float64, mul for a product
// of two.
func add[T kernels.Float](x, y T) T {
	return roundOnce(x, y, 2200, (*big.Float).Add, float64(x)+float64(y), T(x+y))
}
func mul[T kernels.Float](x, y T) T {
	return roundOnce(x, y, 106, (*big.Float).Mul, float64(x)*float64(y), T(x*y))
}

// fma is x*y + z, rounded once.
func fma[T kernels.Float](x, y, z T) T {
	switch exact := fmaExactly(x, y, z); {
	case exact != nil:
		return nearest[T](exact)
	case z-z != 0 && x-x == 0 && y-y == 0:
		return z // the product is finite
	}
	return x*y + z
}

// fmaExactly has room for the largest product and the least number. It returns nil where
// a number is none.
func fmaExactly[T kernels.Float](x, y, z T) *big.Float {
	if x-x != 0 || y-y != 0 || z-z != 0 {
		return nil
	}
	var a, b, c, product big.Float
	product.SetPrec(106).Mul(a.SetFloat64(float64(x)), b.SetFloat64(float64(y)))
	return new(big.Float).SetPrec(4400).Add(&product, c.SetFloat64(float64(z)))
}

// div rounds twice, which comes to the same: a quotient q = x/y is not within
// 2^-106 of a number m between two T's, as x - m*y is 0 or has that many bits.
func div[T kernels.Float](x, y T) T {
	if y == 0 {
		return x / y
	}
	return roundOnce(x, y, 160, (*big.Float).Quo, float64(x)/float64(y), T(x/y))
}
