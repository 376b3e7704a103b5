package parallel

import "github.com/seed63264101/steepest/kernels"

// entropyElements is about how many logits a piece of CrossEntropy has: one core takes ten
// microseconds for them.
const entropyElements = 1 << 14

// labelled is what only CrossEntropy has of arguments.
type labelled[T kernels.Float] struct {
	labels  []int
	options kernels.CrossEntropyOptions[T]
}

// CrossEntropy is [kernels.CrossEntropy] on the goroutines of a pool, to the bit: each takes
// blocks of kernels.CrossEntropyRows rows, whose losses are then added in their order. Small
// batches stay on the caller's goroutine. After the first calls nothing is allocated; but
// slices that other goroutines see cannot be on the caller's stack. It panics and returns
// errors as kernels.CrossEntropy does.
func CrossEntropy[T kernels.Float](pool *Pool, grad []T, gradStride int, logits []T, stride, classes int, labels []int, o *kernels.CrossEntropyOptions[T]) (loss float64, err error) {
	rows := len(labels)
	var options kernels.CrossEntropyOptions[T]
	if o != nil {
		options = *o
	}
	small := rows <= kernels.CrossEntropyRows || float64(rows)*float64(classes) < 2*entropyElements
	// Whatever is wrong with the arguments, kernels.CrossEntropy says.
	wrong := !fits(rows, classes, grad, gradStride) || !fits(rows, classes, logits, stride) || options.Losses != nil && len(options.Losses) != rows
	alone := func() (float64, error) {
		return kernels.CrossEntropy(grad, gradStride, logits, stride, classes, labels, o)
	}
	if small || wrong || pool.Workers() == 1 {
		return alone()
	}
	weight, err := kernels.CrossEntropyWeight(labels, classes, o)
	if err != nil {
		return 0, err
	}
	if options.Scale == 0 {
		if options.Scale = T(1 / weight); options.Scale == 0 || options.Scale-options.Scale != 0 {
			return alone() // the mean of nothing, or of so much that no option says its scale
		}
	}
	j := borrow(&call[T]{routine: crossEntropy, n: classes, a: logits, lda: stride, c: grad, ldc: gradStride, labelled: labelled[T]{labels, options}})
	if options.Losses == nil {
		j.remember(rows)
		j.options.Losses = j.memory[:rows]
	}
	j.height = roundUp(max(1, entropyElements/classes), kernels.CrossEntropyRows)
	j.pieces = (rows + j.height - 1) / j.height
	j.run(pool, pool.Workers())
	for losses := j.options.Losses; len(losses) > 0; {
		n := min(kernels.CrossEntropyRows, len(losses))
		loss += float64(kernels.Sum(losses[:n]))
		losses = losses[n:]
	}
	giveBack(j)
	if o == nil || o.Scale == 0 {
		return loss / weight, nil
	}
	return loss * float64(o.Scale), nil
}

// entropies computes the losses and gradients of a piece of a batch. Labels and options have
// been checked.
func (j *job[T]) entropies(i int) {
	from, to := i*j.height, min(len(j.labels), (i+1)*j.height)
	options := j.options
	options.Losses = options.Losses[from:to]
	kernels.CrossEntropy(j.c[from*j.ldc:], j.ldc, j.a[from*j.lda:], j.lda, j.n, j.labels[from:to], &options)
}
