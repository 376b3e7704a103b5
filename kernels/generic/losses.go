package generic

import "math"

// SquaredError computes losses[i] = (x[i] - y[i])^2, and grad[i], scale times its slope.
func SquaredError[T Float](grad, losses, x, y []T, scale T) {
	losses, x, y = losses[:len(grad)], x[:len(grad)], y[:len(grad)]
	for i := range grad {
		d := x[i] - y[i]
		losses[i], grad[i] = d*d, scale*(d+d)
	}
}

// Huber computes losses[i] = d^2/2 or, beyond delta, delta*(|d| - delta/2), for
// d = x[i] - y[i], and grad[i], scale times its slope.
func Huber[T Float](grad, losses, x, y []T, delta, scale T) {
	losses, x, y = losses[:len(grad)], x[:len(grad)], y[:len(grad)]
	for i := range grad {
		d := x[i] - y[i]
		a, slope := T(math.Abs(float64(d))), d
		c := a
		if delta < a {
			c = delta
		}
		if delta < d {
			slope = delta
		}
		if 0-delta > slope {
			slope = 0 - delta
		}
		losses[i], grad[i] = c*(a-T(0.5*c)), scale*slope
	}
}

// Hinge computes losses[i] = max(0, 1 - x[i]*y[i]), and grad[i], scale times its slope.
func Hinge[T Float](grad, losses, x, y []T, scale T) {
	losses, x, y = losses[:len(grad)], x[:len(grad)], y[:len(grad)]
	for i := range grad {
		m := 1 - T(y[i]*x[i])
		slope := 0 - T(scale*y[i])
		if m <= 0 {
			m, slope = max(m, 0), 0
		} else if m != m {
			slope = m
		}
		losses[i], grad[i] = m, slope
	}
}

// BinaryCrossEntropy computes
// losses[i] = weight*y[i]*log(1 + exp(-x[i])) + (1 - y[i])*log(1 + exp(x[i])), and grad[i],
// scale times its slope, in float64.
func BinaryCrossEntropy[T Float](grad, losses, x, y []T, weight, scale float64) {
	powerAndLog := powerAndLog64
	if isFloat32[T]() {
		powerAndLog = powerAndLog32
	}
	losses, x, y = losses[:len(grad)], x[:len(grad)], y[:len(grad)]
	for i := range grad {
		x, y := float64(x[i]), float64(y[i])
		e, l := powerAndLog(x)
		positive, negative := float64(weight*y), 1-y
		above, below := 1.0, e
		if x < 0 {
			above, below = e, 1
		}
		slope := (float64(negative*above) - float64(positive*below)) / (1 + e)
		up, down := within(0, x, math.Inf(1))+l, within(0, 0-x, math.Inf(1))+l
		losses[i], grad[i] = T(fma(positive, down, float64(negative*up))), T(float64(scale*slope))
	}
}
