// Package loss holds the losses of the example programs.
//
// It computes exponentials and logarithms itself: math.Exp and math.Log have
// assembly on some machines only and may give other last digits there. Written in
// single, explicitly rounded operations, a run prints the same loss on every
// machine.
package loss

import "math"

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
	right := scores[label] - highest
	var sum float64
	for k, s := range scores {
		scores[k] = exp(s - highest)
		sum += scores[k]
	}
	for k := range scores {
		scores[k] /= sum
	}
	return log(sum) - right
}

// Logistic returns the logistic loss of a score for a truth of 0 or 1, and its
// derivative by the score: the probability of a 1, minus the truth.
//
// Only exponentials of negative numbers are taken, so that none overflows.
func Logistic(score, truth float64) (loss, slope float64) {
	e := exp(-math.Abs(score))
	prob := 1 / (1 + e)
	if score < 0 {
		prob = e / (1 + e)
	}
	return max(score, 0) - float64(score*truth) + log(1+e), prob - truth
}

// Ln2 in two parts, the first with so few digits that small multiples are exact.
const (
	ln2High = 0x1.62e42feep-1
	ln2Low  = math.Ln2 - ln2High
)

// exp returns e^x for x <= 0, to a few units in the last place; below 1e-300 it
// is 0.
func exp(x float64) float64 {
	if x < -690 {
		return 0
	}
	// x = k·ln2 + r with |r| <= ln2/2, where the series of e^r needs 13 terms.
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	p := 0.0
	for _, c := range factorials {
		p = float64(p*r) + c
	}
	return p * math.Float64frombits(uint64(1023+int(k))<<52)
}

// factorials are the series' coefficients from 1/12! down to 1/0!.
var factorials = [...]float64{
	1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
	1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1,
}

// log returns the natural logarithm of a finite x >= 1, to a few units in the
// last place.
func log(x float64) float64 {
	// x = f·2^e with f around 1, and log f = 2·artanh((f-1)/(f+1)), whose series
	// there needs 12 terms.
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	s := (f - 1) / (f + 1)
	s2 := s * s
	p := 0.0
	for i := 23; i > 0; i -= 2 {
		p = float64(p*s2) + 1/float64(i)
	}
	return float64(float64(e)*ln2High) + (float64(2*s*p) + float64(float64(e)*ln2Low))
}
