package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// naive returns a table of the loops that a Go programmer would write: the same
// function, with no regard to the order of additions or to subnormal numbers. As
// a table, they are called exactly as a level's kernels are.
func naive[T kernels.Float]() *kerneltest.Table[T] {
	t := &kerneltest.Table[T]{
		Axpy:                    axpy[T],
		Axpby:                   axpby[T],
		Scal:                    scal[T],
		Add:                     add[T],
		Mul:                     mul[T],
		Lerp:                    lerp[T],
		Clamp:                   clamp[T],
		Dot:                     dot[T],
		Sum:                     sum[T],
		Asum:                    asum[T],
		SumSquares:              sumSquares[T],
		SumSquaresScaled:        sumSquaresScaled[T],
		Dsdot:                   dsdot[T],
		Amax:                    amax[T],
		AmaxNumber:              amax[T], // comparisons pass over NaN
		IndexAbs:                indexAbs[T],
		SumRows:                 sumRows[T],
		SumRowsAdd:              sumRowsAdd[T],
		MeanRows:                meanRows[T],
		MeanRowsAdd:             meanRowsAdd[T],
		SumSlices:               sumSlices[T],
		SumSlicesAdd:            sumSlicesAdd[T],
		MeanSlices:              meanSlices[T],
		MeanSlicesAdd:           meanSlicesAdd[T],
		SumSlicesTree:           sumSlices[T],
		MeanSlicesTree:          meanSlices[T],
		SGD:                     sgd[T],
		Momentum:                momentum[T],
		Nesterov:                nesterov[T],
		Adam:                    adamLoop[T](adam, adamStep),
		AMSGrad:                 amsgrad[T],
		Adamax:                  adamax[T],
		NAdam:                   nadam[T],
		AdamWarmup:              adamWarmup[T],
		AdaBelief:               adaBelief[T],
		Adagrad:                 adagrad[T],
		RMSprop:                 rmsprop[T],
		RMSpropMomentum:         rmspropMomentum[T],
		RMSpropCentered:         rmspropCentered[T],
		RMSpropCenteredMomentum: rmspropCenteredMomentum[T],
		Adadelta:                adadelta[T],
		Lion:                    lion[T],
		FTRL:                    ftrl[T],
		ProdigyMoments:          prodigyMoments[T],
		ProdigyStep:             prodigyStep[T],
		LAMBDirection:           lambDirection[T],
		ScheduleFree:            scheduleFree[T],
	}
	naiveFunctions(t)
	naiveRandom(t)
	naiveRotations(t)
	naiveStrided(t)
	naiveLevel2(t)
	naiveRowwise(t)
	naiveMoments(t)
	return t
}

func axpy[T kernels.Float](alpha T, x, y []T) {
	for i := range x {
		y[i] += alpha * x[i]
	}
}

func axpby[T kernels.Float](alpha T, x []T, beta T, y []T) {
	for i := range x {
		y[i] = alpha*x[i] + beta*y[i]
	}
}

func scal[T kernels.Float](alpha T, x []T) {
	for i := range x {
		x[i] *= alpha
	}
}

func add[T kernels.Float](dst, x, y []T) {
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func mul[T kernels.Float](dst, x, y []T) {
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func lerp[T kernels.Float](w T, x, y []T) {
	for i := range x {
		y[i] += w * (x[i] - y[i])
	}
}

func clamp[T kernels.Float](dst, x []T, lo, hi T) {
	for i := range x {
		dst[i] = min(max(x[i], lo), hi)
	}
}

func dot[T kernels.Float](x, y []T) T {
	var sum T
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

func dsdot[T kernels.Float](x, y []T) float64 {
	var sum float64
	for i := range x {
		sum += float64(x[i]) * float64(y[i])
	}
	return sum
}

func sum[T kernels.Float](x []T) T {
	var sum T
	for _, v := range x {
		sum += v
	}
	return sum
}

func asum[T kernels.Float](x []T) T {
	var sum T
	for _, v := range x {
		sum += T(math.Abs(float64(v)))
	}
	return sum
}

func sumSquares[T kernels.Float](x []T) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}

func sumSquaresScaled[T kernels.Float](scale float64, x []T) float64 {
	var sum float64
	for _, v := range x {
		s := scale * float64(v)
		sum += s * s
	}
	return sum
}

func nrm2[T kernels.Float](x []T) T { return T(math.Sqrt(sumSquares(x))) }

func amax[T kernels.Float](x []T) T {
	var m T
	for _, v := range x {
		if a := T(math.Abs(float64(v))); a > m {
			m = a
		}
	}
	return m
}

func indexAbs[T kernels.Float](x []T, value T) int {
	for i, v := range x {
		if T(math.Abs(float64(v))) == value {
			return i
		}
	}
	return len(x)
}

func sumRows[T kernels.Float](dst, a []T, rows, stride int) {
	clear(dst)
	sumRowsAdd(dst, a, rows, stride)
}

func sumRowsAdd[T kernels.Float](dst, a []T, rows, stride int) {
	for r := range rows {
		row := a[r*stride:]
		for j := range dst {
			dst[j] += row[j]
		}
	}
}

func meanRows[T kernels.Float](dst, a []T, rows, stride int, div T) {
	sumRows(dst, a, rows, stride)
	for j := range dst {
		dst[j] /= div
	}
}

func meanRowsAdd[T kernels.Float](dst, a []T, rows, stride int, div T) {
	inverse := 1 / div
	for r := range rows {
		row := a[r*stride:]
		for j := range dst {
			dst[j] += inverse * row[j]
		}
	}
}

func sumSlices[T kernels.Float](dst []T, xs [][]T) {
	clear(dst)
	sumSlicesAdd(dst, xs)
}

func sumSlicesAdd[T kernels.Float](dst []T, xs [][]T) {
	for _, x := range xs {
		for j, v := range x {
			dst[j] += v
		}
	}
}

func meanSlices[T kernels.Float](dst []T, xs [][]T, div T) {
	sumSlices(dst, xs)
	for j := range dst {
		dst[j] /= div
	}
}

func meanSlicesAdd[T kernels.Float](dst []T, xs [][]T, div T) {
	inverse := 1 / div
	for _, x := range xs {
		for j, v := range x {
			dst[j] += inverse * v
		}
	}
}

func sgd[T kernels.Float](p, g []T, scale, l2, lr T) {
	for i := range p {
		p[i] -= lr * (scale*g[i] + l2*p[i])
	}
}

func momentum[T kernels.Float](p, g, buf []T, scale, l2, mu, gain, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		buf[i] = mu*buf[i] + gain*d
		p[i] -= lr * buf[i]
	}
}

func nesterov[T kernels.Float](p, g, buf []T, scale, l2, mu, gain, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		buf[i] = mu*buf[i] + gain*d
		p[i] -= lr * (d + mu*buf[i])
	}
}
