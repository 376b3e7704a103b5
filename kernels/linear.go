package kernels

import (
	"fmt"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// LinearLoss says how a linear model's predictions are held to their targets.
type LinearLoss int

// The losses of a linear model.
const (
	LeastSquares LinearLoss = iota // SquaredError: linear regression
	Logistic                       // BinaryCrossEntropy: logistic regression
)

// LinearPiece is the number of rows that LinearGradient sums by themselves.
const LinearPiece = 256

// How much of a batch is read at a time. In nearBytes it is still in the first-level cache
// when it is read again, beside the weights and the gradient; where that is less than the rows
// that the kernels take side by side, in linearFarBytes it is in the second-level cache. On
// Zen 4, 256 rows of 512 float32 take 5 % more with 12 KiB than with 16, and 13 % more with 32.
const (
	linearFarBytes = 256 << 10
	linearGroup    = 4 // rows side by side
)

// LinearGradient adds the gradient of a linear model's loss to grad, and returns the loss and
// its derivative by the bias. With D = len(w), row r of the batch is x[r*stride : r*stride+D],
// and there are len(targets) rows:
//
//	for r := range targets {
//		z := Dot(x[r*stride:][:len(w)], w) + bias
//		value += scale * loss(z, targets[r])
//		slope := scale * lossDerivative(z, targets[r])
//		for j := range w {
//			grad[j] += slope * x[r*stride+j]
//		}
//		gradBias += slope
//	}
//
// With LeastSquares, the loss is that of [SquaredError], (z-t)² for a target t, and its
// derivative by z is 2*(z-t); with Logistic, it is that of [BinaryCrossEntropy] for a target
// in [0, 1] and the weight 1, and its derivative is sigmoid(z) - t (Bishop, Pattern
// Recognition and Machine Learning, 2006, sections 3.1 and 4.3). A scale of 1/n gives the mean
// over n rows, which may come in several calls.
//
// The batch is read from memory once: the rows are still in a cache when they are added to
// the gradient. The rounding is that of [Gemv] and [GemvT] all the same: z is the Dot plus
// the bias, and the rows are added one after the other. From the 257th on, each 256 rows are
// a piece that is summed from +0 and then added to grad, in the order of the pieces. The
// losses of 256 rows are added by [Sum], and so are the slopes; these sums, those of the
// losses times scale, are added in float64.
//
// grad must not overlap x, w or targets. LinearGradient works on the calling goroutine;
// package parallel has a form for several. It panics if grad and w differ in length, if
// stride < D, if the batch does not fit in x, or for an unknown loss; the last row need not
// be padded to the stride.
func LinearGradient[T Float](grad, x []T, stride int, w []T, bias T, targets []T, loss LinearLoss, scale T) (value float64, gradBias T) {
	checkLen("LinearGradient", len(grad), len(w))
	checkRows("LinearGradient", len(w), len(x), len(targets), stride)
	if loss != LeastSquares && loss != Logistic {
		panicLoss(loss)
	}
	all, known := noescape(grad), noescape(targets)
	l := linear[T]{table: table[T](), memory: take[T, linearMemory[T]](&linearMemories),
		x: noescape(x), w: noescape(w), stride: stride, bias: bias, loss: loss, scale: scale}
	sum := pieceSum[T]{dst: all}
	if len(known) > LinearPiece {
		sum.partial = l.memory.partial(len(all))
	}
	var slopes float64
	for r := 0; r < len(known); r += LinearPiece {
		v, b := l.piece(sum.begin(r), r, known[r:min(len(known), r+LinearPiece)])
		value += v
		slopes += float64(b)
		sum.end(l.table, r)
	}
	keep[T](&linearMemories, l.memory)
	return value, T(slopes)
}

//go:noinline
func panicLoss(loss LinearLoss) {
	panic(fmt.Sprintf("kernels: LinearGradient: unknown loss %d", loss))
}

// linear is a linear model with a batch.
type linear[T Float] struct {
	table  *dispatch.Table[T]
	memory *linearMemory[T]
	x, w   []T
	stride int
	bias   T
	loss   LinearLoss
	scale  T
}

// linearMemory is what LinearGradient keeps for its next calls.
type linearMemory[T Float] struct {
	z, slopes, losses [LinearPiece]T // of a piece's rows
	sum               []T            // a piece's gradient
}

var linearMemories kept

// partial returns the memory for a piece's gradient.
func (m *linearMemory[T]) partial(n int) []T {
	if len(m.sum) < n {
		m.sum = make([]T, n)
	}
	return m.sum[:n]
}

// piece adds the gradient of a piece of the batch to grad, and returns the piece's loss and
// its derivative by the bias. The rows begin with number from, one for each target.
func (l *linear[T]) piece(grad []T, from int, targets []T) (value float64, gradBias T) {
	rows := linearRows(len(l.w) * int(unsafe.Sizeof(l.bias)))
	z, slopes, losses := l.memory.z[:len(targets)], l.memory.slopes[:len(targets)], l.memory.losses[:len(targets)]
	for i := range z {
		z[i] = l.bias
	}
	for r := 0; r < len(targets); r += rows {
		end := min(r+rows, len(targets))
		block := l.x[(from+r)*l.stride:]
		l.table.Gemv(end-r, 1, block, l.stride, l.w, 1, z[r:end], 1)
		if l.loss == Logistic {
			l.table.BinaryCrossEntropy(slopes[r:end], losses[r:end], z[r:end], targets[r:end], 1, float64(l.scale))
		} else {
			l.table.SquaredError(slopes[r:end], losses[r:end], z[r:end], targets[r:end], l.scale)
		}
		l.table.GemvT(end-r, 1, block, l.stride, slopes[r:end], 1, 1, grad)
	}
	return float64(float64(l.scale) * float64(l.table.Sum(losses))), l.table.Sum(slopes)
}

// linearRows returns how many rows of so many bytes are read at a time.
func linearRows(bytes int) int {
	switch {
	case bytes == 0:
		return LinearPiece
	case bytes > nearBytes/linearGroup:
		return max(1, linearFarBytes/bytes)
	}
	return nearBytes / bytes &^ (linearGroup - 1)
}
