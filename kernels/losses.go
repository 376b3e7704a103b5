package kernels

import "fmt"

// lossChunk is how many losses of elements are added by Sum at a time; these sums are added
// in float64.
const lossChunk = 512

// SquaredError returns the squared error of x, and its gradient for x (torch's MSELoss, of
// which the mean has a scale of 1/n):
//
//	for i := range x {
//		d := x[i] - y[i]
//		losses[i] = d * d
//		grad[i] = scale * (d + d)
//		loss += scale * losses[i]
//	}
//
// Losses are added by [Sum] in chunks of 512, and the chunks' sums in float64, in order; scale
// then multiplies the total. So the losses and gradients of a batch's parts add up to those
// of the batch with the same scale.
//
// grad and losses may be nil, and each may be x or y, but not both the same. SquaredError
// panics if the lengths differ.
func SquaredError[T Float](grad, losses, x, y []T, scale T) (loss float64) {
	checkLoss("SquaredError", grad, losses, x, y)
	t := table[T]()
	return float64(scale) * sumLosses(grad, losses, x, y, func(grad, losses, x, y []T) { t.SquaredError(grad, losses, x, y, scale) })
}

// Huber returns Huber's loss of x, which is quadratic next to y and linear beyond delta from
// it, and its gradient for x (Huber 1964, torch's HuberLoss):
//
//	for i := range x {
//		d := x[i] - y[i]
//		c := min(abs(d), delta)
//		losses[i] = c * (abs(d) - c/2)
//		grad[i] = scale * max(-delta, min(d, delta))
//		loss += scale * losses[i]
//	}
//
// Sums, scale and slices are as for [SquaredError]. Huber panics if the lengths differ, and
// unless delta >= 0.
func Huber[T Float](grad, losses, x, y []T, delta, scale T) (loss float64) {
	checkLoss("Huber", grad, losses, x, y)
	if !(delta >= 0) {
		panic(fmt.Sprintf("kernels: Huber: delta %v", delta))
	}
	t := table[T]()
	return float64(scale) * sumLosses(grad, losses, x, y, func(grad, losses, x, y []T) { t.Huber(grad, losses, x, y, delta, scale) })
}

// Hinge returns the hinge loss of scores x for classes y of -1 and 1, and a subgradient of it
// for x (Cortes and Vapnik 1995):
//
//	for i := range x {
//		m := 1 - x[i]*y[i]
//		losses[i] = max(m, 0)
//		if grad[i] = 0; m > 0 {
//			grad[i] = -scale * y[i]
//		}
//		loss += scale * losses[i]
//	}
//
// Where m is NaN so is the gradient. Sums, scale and slices are as for [SquaredError]. Hinge
// panics if the lengths differ.
func Hinge[T Float](grad, losses, x, y []T, scale T) (loss float64) {
	checkLoss("Hinge", grad, losses, x, y)
	t := table[T]()
	return float64(scale) * sumLosses(grad, losses, x, y, func(grad, losses, x, y []T) { t.Hinge(grad, losses, x, y, scale) })
}

// BinaryCrossEntropy returns the cross-entropy of logits x for targets y from 0 to 1, the
// logistic loss, and its gradient for x (torch's BCEWithLogitsLoss, where weight is
// pos_weight):
//
//	for i := range x {
//		losses[i] = weight*y[i]*log(1+exp(-x[i])) + (1-y[i])*log(1+exp(x[i]))
//		grad[i] = scale * ((1-y[i])*sigmoid(x[i]) - weight*y[i]*sigmoid(-x[i]))
//		loss += scale * losses[i]
//	}
//
// Each element is computed in float64: no logit overflows, and for targets of 0 and 1 no small
// loss or gradient is the difference of larger ones. At ±Inf the loss is +Inf or, as torch's, NaN if the other
// side's target is 0; the gradient is finite. Sums, scale and slices are as for
// [SquaredError]. BinaryCrossEntropy panics if the lengths differ.
func BinaryCrossEntropy[T Float](grad, losses, x, y []T, weight, scale T) (loss float64) {
	checkLoss("BinaryCrossEntropy", grad, losses, x, y)
	t := table[T]()
	return float64(scale) * sumLosses(grad, losses, x, y, func(grad, losses, x, y []T) {
		t.BinaryCrossEntropy(grad, losses, x, y, float64(weight), float64(scale))
	})
}

// checkLoss panics unless the slices that are not nil are as long as x.
func checkLoss[T Float](kernel string, grad, losses, x, y []T) {
	checkLen(kernel, len(x), len(y))
	if grad != nil {
		checkLen(kernel, len(grad), len(x))
	}
	if losses != nil {
		checkLen(kernel, len(losses), len(x))
	}
}

// sumLosses calls the kernel in chunks and returns the sum of the losses.
func sumLosses[T Float](grad, losses, x, y []T, kernel func(grad, losses, x, y []T)) (sum float64) {
	if grad != nil && losses != nil {
		for len(x) > 0 {
			n := min(len(x), lossChunk)
			sum += chunkLoss(grad[:n], losses[:n], x[:n], y[:n], kernel)
			grad, losses, x, y = grad[n:], losses[n:], x[n:], y[n:]
		}
		return sum
	}
	if len(x) <= lossChunk/8 { // to clear a whole chunk takes longer than so few losses
		var buffer [2 * lossChunk / 8]T
		return bufferedLosses(buffer[:], grad, losses, x, y, kernel)
	}
	var buffer [2 * lossChunk]T
	return bufferedLosses(buffer[:], grad, losses, x, y, kernel)
}

// bufferedLosses is sumLosses with a buffer for what is not asked for.
func bufferedLosses[T Float](buffer, grad, losses, x, y []T, kernel func(grad, losses, x, y []T)) (sum float64) {
	most := len(buffer) / 2
	for at := 0; at < len(x); at += most {
		n := min(len(x)-at, most)
		g, l := buffer[:n], buffer[most:][:n]
		if grad != nil {
			g = grad[at:][:n]
		}
		if losses != nil {
			l = losses[at:][:n]
		}
		sum += chunkLoss(g, l, x[at:][:n], y[at:][:n], kernel)
	}
	return sum
}

func chunkLoss[T Float](grad, losses, x, y []T, kernel func(grad, losses, x, y []T)) float64 {
	kernel(noescape(grad), noescape(losses), noescape(x), noescape(y))
	return float64(table[T]().Sum(noescape(losses)))
}
