package generic

import "math"

// Power returns x^n for x >= 0, to one unit in the last place, with one result on every
// machine: math.Pow has assembly on some. Squaring doubles the relative error, so the
// products carry their rounding errors along.
func Power(x float64, n uint64) float64 {
	r, square := pair{1, 0}, pair{x, 0}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			r = r.times(square)
		}
		square = square.times(square)
	}
	return r.hi + r.lo
}

// A pair is the number hi + lo, lo being at most half a unit in hi's last place.
type pair struct{ hi, lo float64 }

func (a pair) times(b pair) pair {
	p := float64(a.hi * b.hi)
	if p == 0 || math.IsInf(p, 0) {
		return pair{p, 0}
	}
	err := fma(a.hi, b.hi, -p) + (float64(a.hi*b.lo) + float64(a.lo*b.hi))
	hi := p + err
	return pair{hi, err - (hi - p)}
}
