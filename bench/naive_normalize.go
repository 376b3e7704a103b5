package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The plain loops of normalisation, in the order of the definitions and with moments in two
// passes, on matrices whose rows follow each other without gaps.

// reciprocalRoot returns 1/sqrt(x).
func reciprocalRoot[T kernels.Float](x T) T { return T(1 / math.Sqrt(float64(x))) }

func columnMoments[T kernels.Float](mean, variance, x []T, rows int) {
	n := len(mean)
	clear(mean)
	for r := range rows {
		for j, v := range x[r*n:][:n] {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= T(rows)
	}
	clear(variance)
	for r := range rows {
		for j, v := range x[r*n:][:n] {
			d := v - mean[j]
			variance[j] += d * d
		}
	}
	for j := range variance {
		variance[j] /= T(rows)
	}
}

func rowMoments[T kernels.Float](mean, variance, x []T, columns int) {
	for r := range mean {
		var sum, squares T
		row := x[r*columns:][:columns]
		for _, v := range row {
			sum += v
		}
		m := sum / T(columns)
		for _, v := range row {
			squares += (v - m) * (v - m)
		}
		mean[r], variance[r] = m, squares/T(columns)
	}
}

func batchNorm[T kernels.Float](y, x []T, rows int, gamma, beta, mean, rstd []T, eps T) {
	n := len(gamma)
	columnMoments(mean, rstd, x, rows)
	for j, variance := range rstd {
		rstd[j] = reciprocalRoot(variance + eps)
	}
	for r := range rows {
		to := y[r*n:][:n]
		for j, v := range x[r*n:][:n] {
			to[j] = (v-mean[j])*rstd[j]*gamma[j] + beta[j]
		}
	}
}

func batchNormGrad[T kernels.Float](dx, dgamma, dbeta, dy, x []T, rows int, gamma, mean, rstd []T) {
	n := len(gamma)
	clear(dgamma)
	clear(dbeta)
	for r := range rows {
		row := x[r*n:][:n]
		for j, g := range dy[r*n:][:n] {
			dbeta[j] += g
			dgamma[j] += g * (row[j] - mean[j]) * rstd[j]
		}
	}
	for r := range rows {
		to, row := dx[r*n:][:n], x[r*n:][:n]
		for j, g := range dy[r*n:][:n] {
			xhat := (row[j] - mean[j]) * rstd[j]
			to[j] = gamma[j] * rstd[j] * (g - dbeta[j]/T(rows) - xhat*dgamma[j]/T(rows))
		}
	}
}

func layerNorm[T kernels.Float](y, x, gamma, beta, mean, rstd []T, eps T) {
	n := len(gamma)
	rowMoments(mean, rstd, x, n)
	for r, m := range mean {
		w := reciprocalRoot(rstd[r] + eps)
		rstd[r] = w
		to := y[r*n:][:n]
		for j, v := range x[r*n:][:n] {
			to[j] = (v-m)*w*gamma[j] + beta[j]
		}
	}
}

func layerNormGrad[T kernels.Float](dx, dgamma, dbeta, dy, x, gamma, mean, rstd []T) {
	n := len(gamma)
	clear(dgamma)
	clear(dbeta)
	for r, m := range mean {
		w := rstd[r]
		row, grad, to := x[r*n:][:n], dy[r*n:][:n], dx[r*n:][:n]
		var a, b T
		for j, g := range grad {
			xhat := (row[j] - m) * w
			dbeta[j] += g
			dgamma[j] += g * xhat
			a += g * gamma[j]
			b += g * gamma[j] * xhat
		}
		a, b = a/T(n), b/T(n)
		for j, g := range grad {
			to[j] = w * (g*gamma[j] - a - (row[j]-m)*w*b)
		}
	}
}

func rmsNorm[T kernels.Float](y, x, gamma, rstd []T, eps T) {
	n := len(gamma)
	for r := range rstd {
		row, to := x[r*n:][:n], y[r*n:][:n]
		var squares T
		for _, v := range row {
			squares += v * v
		}
		w := reciprocalRoot(squares/T(n) + eps)
		rstd[r] = w
		for j, v := range row {
			to[j] = v * w * gamma[j]
		}
	}
}

func rmsNormGrad[T kernels.Float](dx, dgamma, dy, x, gamma, rstd []T) {
	n := len(gamma)
	clear(dgamma)
	for r, w := range rstd {
		row, grad, to := x[r*n:][:n], dy[r*n:][:n], dx[r*n:][:n]
		var b T
		for j, g := range grad {
			xhat := row[j] * w
			dgamma[j] += g * xhat
			b += g * gamma[j] * xhat
		}
		b /= T(n)
		for j, g := range grad {
			to[j] = w * (g*gamma[j] - row[j]*w*b)
		}
	}
}
