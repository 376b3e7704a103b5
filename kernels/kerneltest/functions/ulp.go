package functions

import (
	"math"
	"math/big"

	"github.com/seed63264101/steepest/kernels"
)

// ULP returns how far a result is from the value, in units in the last place of T at the
// value: 2^(e-p+1) for 2^e <= |want| < 2^(e+1) and p bits, among subnormal numbers their
// distance, above the largest numbers theirs. An infinite result counts as the power of
// two behind the largest number, and equals all values beyond. A value of nil is NaN:
// that equals NaN alone, and otherwise the result is +Inf.
func ULP[T kernels.Float](got T, want *big.Float) float64 {
	bits, least, most := 53, -1074, 1023
	if _, ok := any(got).(float32); ok {
		bits, least, most = 24, -149, 127
	}
	switch isNaN := got != got; {
	case isNaN && want == nil:
		return 0
	case isNaN || want == nil:
		return math.Inf(1)
	}
	over := new(big.Float).SetMantExp(big.NewFloat(math.Copysign(1, float64(got))), most+1)
	if math.IsInf(float64(got), 0) {
		if want.Sign() == over.Sign() && new(big.Float).Abs(want).Cmp(new(big.Float).Abs(over)) >= 0 {
			return 0
		}
	} else {
		if want.IsInf() {
			return math.Inf(1)
		}
		over.SetFloat64(float64(got))
	}
	if want.IsInf() { // and the result is the other infinity
		return math.Inf(1)
	}
	unit := least
	if want.Sign() != 0 {
		unit = max(min(want.MantExp(nil)-1, most)-bits+1, least)
	}
	off := new(big.Float).SetPrec(precision).Sub(over, want)
	if off.Sign() == 0 {
		return 0
	}
	ulp, _ := off.Abs(off).SetMantExp(off, -unit).Float64()
	return ulp
}
