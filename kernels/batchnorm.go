package kernels

// RunningMoments are the moments of all batches so far, which a network uses instead of a
// batch's own once it is trained. Momentum is the part of the newest batch, torch's momentum.
type RunningMoments[T Float] struct {
	Mean, Variance []T
	Momentum       T
}

// BatchNorm normalises each column of a batch (Ioffe and Szegedy 2015, torch.nn.BatchNorm1d in
// training). With D = len(gamma), row r of x is x[r*stride : r*stride+D]:
//
//	for j := range gamma {
//		mean[j], variance = moments of the column, as ColumnMoments has them
//		rstd[j] = 1 / sqrt(variance+eps)
//		for r := range rows {
//			y[r*yStride+j] = (x[r*stride+j]-mean[j])*(rstd[j]*gamma[j]) + beta[j]
//		}
//		running.Mean[j] += running.Momentum * (mean[j] - running.Mean[j])
//		running.Variance[j] += running.Momentum * (variance*sample - running.Variance[j])
//	}
//
// Each operation rounds to T. The running variance is that of samples, as torch's: sample is
// rows/(rows-1), rounded to float64 and then to T. Where running is nil, there are no running
// moments. [BatchNormGrad] takes mean and rstd. y may be x, with the same stride; nothing else
// may overlap what is written. BatchNorm panics if vectors differ in length, if a stride is
// less than D, if rows < 1, or < 2 where there are running moments, or if a matrix does not
// fit in its slice; the last row need not be padded to the stride, and what lies between two
// rows is left alone.
func BatchNorm[T Float](y []T, yStride int, x []T, stride, rows int, gamma, beta, mean, rstd []T, eps T, running *RunningMoments[T]) {
	const kernel = "BatchNorm"
	checkLen(kernel, len(gamma), len(beta))
	checkLen(kernel, len(gamma), len(mean))
	checkColumns(kernel, len(gamma), len(rstd), len(y), yStride, len(x), stride, rows)
	checkMean(kernel, "rows", rows)
	var runningMean, runningVariance []T
	var momentum T
	if running != nil {
		checkLen(kernel, len(gamma), len(running.Mean))
		checkLen(kernel, len(gamma), len(running.Variance))
		if rows < 2 {
			panic("kernels: BatchNorm: running variance of 1 row")
		}
		runningMean, runningVariance, momentum = noescape(running.Mean), noescape(running.Variance), running.Momentum
	}
	t, m := table[T](), take[T, momentMemory[T]](&momentMemories)
	to, from, scale, shift, means, rstds := noescape(y), noescape(x), noescape(gamma), noescape(beta), noescape(mean), noescape(rstd)
	for j := 0; j < len(scale); j += momentColumns[T]() {
		end := min(len(scale), j+momentColumns[T]())
		mean, variance, c := means[j:end], rstds[j:end], m.c[:end-j]
		m.columns(mean, variance, from[j:], rows, stride)
		if running != nil {
			t.Lerp(momentum, mean, runningMean[j:end])
			copy(c, variance)
			t.Scal(T(float64(rows)/float64(rows-1)), c)
			t.Lerp(momentum, c, runningVariance[j:end])
		}
		t.ReciprocalRoot(variance, variance, eps)
		t.Mul(c, variance, scale[j:end])
		t.NormalizeColumns(rows, end-j, to[j:], yStride, from[j:], stride, mean, c, shift[j:end])
	}
	keep[T](&momentMemories, m)
}

// BatchNormApply normalises each column of a matrix with given moments, as a trained network
// does with the running ones (torch.nn.BatchNorm1d in evaluation):
//
//	for r := range rows {
//		for j := range gamma {
//			y[r*yStride+j] = (x[r*stride+j]-mean[j])*(1/sqrt(variance[j]+eps)*gamma[j]) + beta[j]
//		}
//	}
//
// All else is as for [BatchNorm]; there may be no rows.
func BatchNormApply[T Float](y []T, yStride int, x []T, stride, rows int, gamma, beta, mean, variance []T, eps T) {
	const kernel = "BatchNormApply"
	checkLen(kernel, len(gamma), len(beta))
	checkLen(kernel, len(gamma), len(mean))
	checkColumns(kernel, len(gamma), len(variance), len(y), yStride, len(x), stride, rows)
	if rows == 0 {
		return
	}
	t, m := table[T](), take[T, momentMemory[T]](&momentMemories)
	for j := 0; j < len(gamma); j += momentColumns[T]() {
		end := min(len(gamma), j+momentColumns[T]())
		c := m.c[:end-j]
		t.ReciprocalRoot(c, noescape(variance[j:end]), eps)
		t.Mul(c, c, noescape(gamma[j:end]))
		t.NormalizeColumns(rows, end-j, noescape(y[j:]), yStride, noescape(x[j:]), stride, noescape(mean[j:end]), c, noescape(beta[j:end]))
	}
	keep[T](&momentMemories, m)
}

// BatchNormGrad is the gradient of the loss for the input x and the parameters of [BatchNorm],
// from dy, that for its output, and from the mean and rstd that BatchNorm found:
//
//	for j := range gamma {
//		dgamma[j] = sum over r of dy[r*dyStride+j] * ((x[r*stride+j]-mean[j])*rstd[j])
//		dbeta[j] = sum over r of dy[r*dyStride+j]
//		a := dbeta[j] * (1/rows)
//		b := dgamma[j] * rstd[j] * (1/rows)
//		for r := range rows {
//			dx[r*dxStride+j] = gamma[j]*rstd[j] * (dy[r*dyStride+j] - a - (x[r*stride+j]-mean[j])*b)
//		}
//	}
//
// Each operation rounds to T, from left to right. The sums go in row order, each 256 rows from
// +0 by themselves, and these sums are added in order. dx may be dy or x, with the same
// stride; nothing else may overlap what is written. BatchNormGrad panics if vectors differ in
// length, and otherwise as BatchNorm does.
func BatchNormGrad[T Float](dx []T, dxStride int, dgamma, dbeta, dy []T, dyStride int, x []T, stride, rows int, gamma, mean, rstd []T) {
	const kernel = "BatchNormGrad"
	checkLen(kernel, len(gamma), len(dgamma))
	checkLen(kernel, len(gamma), len(dbeta))
	checkLen(kernel, len(gamma), len(mean))
	checkColumns(kernel, len(gamma), len(rstd), len(dx), dxStride, len(x), stride, rows)
	checkRows(kernel, len(gamma), len(dy), rows, dyStride)
	checkMean(kernel, "rows", rows)
	m := take[T, momentMemory[T]](&momentMemories)
	for j := 0; j < len(gamma); j += momentColumns[T]() {
		end := min(len(gamma), j+momentColumns[T]())
		m.batchGrad(noescape(dx[j:]), dxStride, noescape(dgamma[j:end]), noescape(dbeta[j:end]), noescape(dy[j:]), dyStride,
			noescape(x[j:]), stride, rows, noescape(gamma[j:end]), noescape(mean[j:end]), noescape(rstd[j:end]))
	}
	keep[T](&momentMemories, m)
}

// batchGrad is BatchNormGrad for a piece of the columns.
func (m *momentMemory[T]) batchGrad(dx []T, dxStride int, dgamma, dbeta, dy []T, dyStride int, x []T, stride, rows int, gamma, mean, rstd []T) {
	t, n := table[T](), len(gamma)
	s, q, c := m.s[:n], m.q[:n], m.c[:n]
	clear(dgamma)
	clear(dbeta)
	toGamma, toBeta := pieceSum[T]{dgamma, q}, pieceSum[T]{dbeta, s}
	for r := 0; r < rows; r += rowPiece {
		t.ColumnProducts(min(rowPiece, rows-r), toBeta.begin(r), toGamma.begin(r), dy[r*dyStride:], dyStride, x[r*stride:], stride, mean, rstd)
		toGamma.end(t, r)
		toBeta.end(t, r)
	}
	part := 1 / T(rows)
	for j, w := range rstd { // what gradients and deviations are multiplied by, and the average gradient
		s[j], q[j], c[j] = dbeta[j]*part, dgamma[j]*w*part, gamma[j]*w
	}
	for r := range rows {
		t.NormalizeGrad(dx[r*dxStride:][:n], dy[r*dyStride:][:n], x[r*stride:][:n], mean, c, s, q)
	}
}
