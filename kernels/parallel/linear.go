package parallel

import "github.com/seed63264101/steepest/kernels"

// linearWorthwhile is how many elements of a batch, which one core reads in some ten
// microseconds, are worth waking a goroutine.
const linearWorthwhile = 1 << 18

// batch is what only LinearGradient has of arguments.
type batch[T kernels.Float] struct {
	targets []T
	loss    kernels.LinearLoss
}

// pieceResult is what LinearGradient returns for a piece.
type pieceResult[T kernels.Float] struct {
	value    float64
	gradBias T
}

// LinearGradient is [kernels.LinearGradient] on the goroutines of a pool, to the bit: each
// takes pieces of kernels.LinearPiece rows, whose sums are then added in their order. Small
// batches stay on the caller's goroutine. After the first calls nothing is allocated; but
// slices that other goroutines see cannot be on the caller's stack. It panics as
// kernels.LinearGradient does.
func LinearGradient[T kernels.Float](pool *Pool, grad, x []T, stride int, w []T, bias T, targets []T, loss kernels.LinearLoss, scale T) (value float64, gradBias T) {
	rows, features := len(targets), len(w)
	small := rows <= kernels.LinearPiece || float64(rows)*float64(features) < linearWorthwhile
	// Whatever is wrong with the arguments, kernels.LinearGradient says.
	wrong := len(grad) != features || !fits(rows, features, x, stride) || loss != kernels.LeastSquares && loss != kernels.Logistic
	if small || wrong || pool.Workers() == 1 {
		return kernels.LinearGradient(grad, x, stride, w, bias, targets, loss, scale)
	}
	j := borrow(&call[T]{routine: linearGradient, a: x, lda: stride, b: w, c: grad, alpha: scale, beta: bias, batch: batch[T]{targets, loss}})
	value, gradBias = j.runRows(pool)
	giveBack(j)
	return value, gradBias
}

// runRows computes the gradients of some pieces of a batch, side by side, and then adds them
// in the order of the pieces.
func (j *job[T]) runRows(pool *Pool) (value float64, gradBias T) {
	workers, features := pool.Workers(), len(j.b)
	total := (len(j.targets) + kernels.LinearPiece - 1) / kernels.LinearPiece
	atOnce := min(total, max(workers, partialElements/features))
	j.remember(atOnce * features)
	if len(j.results) < atOnce {
		j.results = make([]pieceResult[T], atOnce)
	}
	var slopes float64
	for j.first = 0; j.first < total; j.first += j.pieces {
		j.pieces = min(atOnce, total-j.first)
		j.sums = j.memory[:j.pieces*features]
		j.run(pool, workers)
		for i, r := range j.results[:j.pieces] {
			value += r.value
			slopes += float64(r.gradBias)
			if j.first+i > 0 {
				kernels.Add(j.c, j.c, j.sums[i*features:][:features])
			}
		}
	}
	j.sums = nil
	return value, T(slopes)
}

// rows computes the gradient of a piece of a batch: the first is added to what is there.
func (j *job[T]) rows(i int) {
	from, features := (j.first+i)*kernels.LinearPiece, len(j.b)
	grad := j.c
	if from > 0 {
		grad = j.sums[i*features:][:features]
		clear(grad)
	}
	r := &j.results[i]
	r.value, r.gradBias = kernels.LinearGradient(grad, j.a[from*j.lda:], j.lda, j.b, j.beta,
		j.targets[from:min(len(j.targets), from+kernels.LinearPiece)], j.loss, j.alpha)
}
