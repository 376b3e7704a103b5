package kernels

// checkNorm panics as a function of two matrices with so many rows as there are row numbers,
// and with a vector of an element for each column, does.
func checkNorm(kernel string, columns, rows, otherRows, lenY, yStride, lenX, stride int) {
	checkLen(kernel, rows, otherRows)
	checkRows(kernel, columns, lenY, rows, yStride)
	checkRows(kernel, columns, lenX, rows, stride)
	checkMean(kernel, "columns", columns)
}

// LayerNorm normalises each row of a row-major matrix (Ba, Kiros and Hinton 2016,
// torch.nn.LayerNorm). There are len(mean) rows of len(gamma) columns:
//
//	for r := range mean {
//		mean[r], variance = moments of the row, as RowMoments has them
//		rstd[r] = 1 / sqrt(variance+eps)
//		for j := range gamma {
//			y[r*yStride+j] = (x[r*stride+j]-mean[r])*rstd[r]*gamma[j] + beta[j]
//		}
//	}
//
// Each operation rounds to T, from left to right. [LayerNormGrad] takes mean and rstd. Rows of
// up to 16 KiB are read from memory once. y may be x, with the same stride; nothing else may
// overlap what is written. LayerNorm panics if gamma and beta or mean and rstd differ in
// length, if they have no columns, if a stride is less than the number of columns, or if a
// matrix does not fit in its slice; the last row need not be padded to the stride, and what
// lies between two rows is left alone.
func LayerNorm[T Float](y []T, yStride int, x []T, stride int, gamma, beta, mean, rstd []T, eps T) {
	checkLen("LayerNorm", len(gamma), len(beta))
	checkNorm("LayerNorm", len(gamma), len(mean), len(rstd), len(y), yStride, len(x), stride)
	t, columns := table[T](), len(gamma)
	to, from, means, rstds := noescape(y), noescape(x), noescape(mean), noescape(rstd)
	rows := rowsAtATime[T](columns)
	for r := 0; r < len(means); r += rows {
		end := min(len(means), r+rows)
		m, w, block := means[r:end], rstds[r:end], from[r*stride:]
		rowMoments(m, w, block, stride, columns)
		t.ReciprocalRoot(w, w, eps)
		t.NormalizeRows(end-r, columns, to[r*yStride:], yStride, block, stride, noescape(gamma), noescape(beta), m, w)
	}
}

// LayerNormGrad is the gradient of the loss for the input x and the parameters of [LayerNorm],
// from dy, that for its output, and from the mean and rstd that LayerNorm found:
//
//	for r := range mean {
//		for j := range gamma {
//			xhat := (x[r*stride+j] - mean[r]) * rstd[r]
//			dgamma[j] += dy[r*dyStride+j] * xhat
//			dbeta[j] += dy[r*dyStride+j]
//		}
//		a := Sum(dy*gamma of the row) / len(gamma)
//		b := Sum((x-mean[r])*gamma*dy of the row) / len(gamma) * rstd[r] * rstd[r]
//		for j := range gamma {
//			dx[r*dxStride+j] = rstd[r] * (dy[r*dyStride+j]*gamma[j] - a - (x[r*stride+j]-mean[r])*b)
//		}
//	}
//
// Each operation rounds to T, from left to right, and sums go in the order of [Sum]. dgamma
// and dbeta, which begin at 0 whatever they hold, are summed in row order, each 256 rows from
// +0 by themselves, and these sums are added in order. dx may be dy or x, with the same
// stride; nothing else may overlap what is written. LayerNormGrad panics if lengths differ,
// and otherwise as LayerNorm does.
func LayerNormGrad[T Float](dx []T, dxStride int, dgamma, dbeta, dy []T, dyStride int, x []T, stride int, gamma, mean, rstd []T) {
	checkLen("LayerNormGrad", len(gamma), len(dgamma))
	checkLen("LayerNormGrad", len(gamma), len(dbeta))
	checkNorm("LayerNormGrad", len(gamma), len(mean), len(rstd), len(dx), dxStride, len(x), stride)
	checkRows("LayerNormGrad", len(gamma), len(dy), len(mean), dyStride)
	g := normGrad[T]{table: table[T](), memory: take[T, normMemory[T]](&normMemories), gamma: noescape(gamma), dxStride: dxStride, dyStride: dyStride, stride: stride}
	to, dyAll, xAll, means, rstds := noescape(dx), noescape(dy), noescape(x), noescape(mean), noescape(rstd)
	g.rows(to, noescape(dgamma), noescape(dbeta), dyAll, xAll, means, rstds)
	keep[T](&normMemories, g.memory)
}

// RMSNorm divides each row of a row-major matrix by the root of its mean square (Zhang and
// Sennrich 2019, torch.nn.RMSNorm). There are len(rstd) rows of len(gamma) columns:
//
//	for r := range rstd {
//		rstd[r] = 1 / sqrt(Sum(squares of the row)/len(gamma) + eps)
//		for j := range gamma {
//			y[r*yStride+j] = x[r*stride+j] * rstd[r] * gamma[j]
//		}
//	}
//
// [RMSNormGrad] takes rstd. All else is as for [LayerNorm].
func RMSNorm[T Float](y []T, yStride int, x []T, stride int, gamma, rstd []T, eps T) {
	checkNorm("RMSNorm", len(gamma), len(rstd), len(rstd), len(y), yStride, len(x), stride)
	t, columns := table[T](), len(gamma)
	memory := take[T, normMemory[T]](&normMemories)
	zeros := memory.zeros[:]
	to, from, rstds := noescape(y), noescape(x), noescape(rstd)
	rows := rowsAtATime[T](columns)
	for r := 0; r < len(rstds); r += rows {
		end := min(len(rstds), r+rows)
		w, block := rstds[r:end], from[r*stride:]
		t.RowSquaredDeviations(end-r, columns, w, block, stride, zeros)
		for i := range w {
			w[i] /= T(columns)
		}
		t.ReciprocalRoot(w, w, eps)
		t.ScaleRows(end-r, columns, to[r*yStride:], yStride, block, stride, noescape(gamma), w)
	}
	keep[T](&normMemories, memory)
}

// RMSNormGrad is the gradient of the loss for the input x and the parameter of [RMSNorm], from
// dy, that for its output, and from the rstd that RMSNorm found:
//
//	for r := range rstd {
//		for j := range gamma {
//			xhat := x[r*stride+j] * rstd[r]
//			dgamma[j] += dy[r*dyStride+j] * xhat
//		}
//		b := Sum(x*gamma*dy of the row) / len(gamma) * rstd[r] * rstd[r]
//		for j := range gamma {
//			dx[r*dxStride+j] = rstd[r] * (dy[r*dyStride+j]*gamma[j] - x[r*stride+j]*b)
//		}
//	}
//
// All else is as for [LayerNormGrad].
func RMSNormGrad[T Float](dx []T, dxStride int, dgamma, dy []T, dyStride int, x []T, stride int, gamma, rstd []T) {
	checkLen("RMSNormGrad", len(gamma), len(dgamma))
	checkNorm("RMSNormGrad", len(gamma), len(rstd), len(rstd), len(dx), dxStride, len(x), stride)
	checkRows("RMSNormGrad", len(gamma), len(dy), len(rstd), dyStride)
	g := normGrad[T]{table: table[T](), memory: take[T, normMemory[T]](&normMemories), gamma: noescape(gamma), dxStride: dxStride, dyStride: dyStride, stride: stride}
	to, dyAll, xAll, rstds := noescape(dx), noescape(dy), noescape(x), noescape(rstd)
	g.rows(to, noescape(dgamma), nil, dyAll, xAll, nil, rstds)
	keep[T](&normMemories, g.memory)
}
