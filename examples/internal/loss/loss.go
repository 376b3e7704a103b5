// Package loss holds the losses of the example programs, made of package kernels'
// functions: a run prints the same loss on every machine.
package loss

import "github.com/seed63264101/steepest/kernels"

// Softmax replaces the classes' scores by their probabilities and returns the
// cross-entropy loss of the right class.
//
// The largest score is subtracted first: the quotients stay the same and no
// exponential overflows.
func Softmax(scores []float64, label int) (loss float64) {
	highest := scores[0]
	for _, s := range scores[1:] {
		highest = max(highest, s)
	}
	for k := range scores {
		scores[k] -= highest
	}
	right := scores[label]
	kernels.Exp(scores, scores)
	var sum float64
	for _, e := range scores {
		sum += e
	}
	for k := range scores {
		scores[k] /= sum
	}
	log := [1]float64{sum}
	kernels.Log(log[:], log[:])
	return log[0] - right
}

// Logistic returns the sum of the logistic losses of some scores for truths of 0 or 1, and
// replaces each score by the derivative of its loss: the probability of a 1, minus the
// truth.
func Logistic(scores, truths []float64) (loss float64) {
	var buffer [64]float64
	for len(scores) > 0 {
		n := min(len(scores), len(buffer))
		losses, s := buffer[:n], scores[:n]
		kernels.Softplus(losses, s)
		for i, truth := range truths[:n] {
			loss += losses[i] - float64(s[i]*truth)
		}
		kernels.Sigmoid(s, s)
		kernels.Axpy(-1, truths[:n], s)
		scores, truths = scores[n:], truths[n:]
	}
	return loss
}
