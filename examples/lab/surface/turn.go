package surface

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// turn returns cosine and sine of an angle in turns, to a few units in the last place, with
// the same bits on every machine.
func turn[T kernels.Float](x T) (cos, sin T) {
	x -= T(math.Floor(float64(x) + 0.5)) // -1/2 to 1/2
	quarter := math.Floor(float64(4*x) + 0.5)
	r := 2 * math.Pi * (x - T(T(quarter)/4)) // -pi/4 to pi/4
	// Taylor's series, by Horner's scheme: c is 1 - r^2/(1*2)*(1 - r^2/(3*4)*(...)), and s alike.
	rr := r * r
	c, s := T(1), T(1)
	for i := T(15); i > 0; i -= 2 {
		c = 1 - T(rr*c)/T(i*(i+1))
		s = 1 - T(rr*s)/T((i+1)*(i+2))
	}
	s = T(s * r)
	switch quarter {
	case 0:
		return c, s
	case 1:
		return -s, c
	case -1:
		return s, -c
	}
	return -c, -s // half a turn, or NaN
}
