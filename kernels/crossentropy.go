package kernels

import "fmt"

// CrossEntropyOptions are the options of [CrossEntropy], those of
// torch.nn.CrossEntropyLoss. Their zero value is the plain mean.
type CrossEntropyOptions[T Float] struct {
	Weights   []T // of the classes, finite and not negative; nil: all 1
	Smoothing T   // the share of a label that goes to all classes alike, 0 to 1

	Ignore       bool // rows labelled IgnoredLabel, which need not be a class, do not count
	IgnoredLabel int

	// Scale multiplies the loss and the gradient. 0 stands for the mean: 1 over the sum of
	// the labels' weights. 1 gives the sum, and a number that several calls share makes of
	// them the parts of a larger batch: see [CrossEntropyWeight].
	Scale T

	Losses []T // if not nil, gets each row's loss, which Scale does not multiply
}

// check returns what is wrong with the options.
func (o *CrossEntropyOptions[T]) check(classes int) error {
	switch {
	case !(o.Smoothing >= 0 && o.Smoothing <= 1):
		return fmt.Errorf("kernels: CrossEntropy: Smoothing %v is not from 0 to 1", o.Smoothing)
	case o.Scale-o.Scale != 0:
		return fmt.Errorf("kernels: CrossEntropy: Scale %v is not finite", o.Scale)
	case o.Weights != nil && len(o.Weights) != classes:
		return fmt.Errorf("kernels: CrossEntropy: %d Weights for %d classes", len(o.Weights), classes)
	}
	for c, w := range o.Weights {
		if !(w >= 0) || w-w != 0 {
			return fmt.Errorf("kernels: CrossEntropy: Weights[%d] = %v is negative or not finite", c, w)
		}
	}
	return nil
}

// CrossEntropyWeight returns the sum, in float64, of the weights of the labels that are not
// ignored: what the mean of [CrossEntropy] divides by. Its inverse for a whole batch is the
// Scale with which the losses and gradients of parts of the batch add up to those of the
// batch. Without weights it is the number of these labels. o may be nil. The error is that
// of CrossEntropy.
func CrossEntropyWeight[T Float](labels []int, classes int, o *CrossEntropyOptions[T]) (float64, error) {
	if o == nil {
		o = &CrossEntropyOptions[T]{}
	}
	if err := o.check(classes); err != nil {
		return 0, err
	}
	if !o.Ignore && o.Weights == nil && allBelow(labels, classes) {
		return float64(len(labels)), nil
	}
	sum := 0.0
	for r, y := range labels {
		switch {
		case o.Ignore && y == o.IgnoredLabel:
		case uint(y) >= uint(max(0, classes)):
			return 0, fmt.Errorf("kernels: CrossEntropy: label %d of row %d is none of %d classes", y, r, classes)
		case o.Weights != nil:
			sum += float64(o.Weights[y])
		default:
			sum++
		}
	}
	return sum, nil
}

// allBelow reports whether every label is one of so many classes.
func allBelow(labels []int, classes int) bool {
	for _, y := range labels {
		if y < 0 || y >= classes {
			return false
		}
	}
	return true
}

// CrossEntropy is the cross-entropy of the softmax of each row of logits with the row's
// label, as torch.nn.CrossEntropyLoss defines it, and its gradient for the logits. Row r has
// classes elements and begins at logits[r*stride]; labels has the class of each row, counted
// from 0. With the weights w of the classes, the smoothing e, the label y of a row and its
// target distribution
//
//	t[c]   = w[c] * e/classes + (1-e) * w[y]    the latter for c = y only
//	total  = the sum of t
//
// a row's loss and gradient are
//
//	loss    = sum over c of t[c] * (log(sum over j of exp(x[j])) - x[c])
//	grad[c] = scale * (total*softmax(x)[c] - t[c])
//
// where scale is 1 over the sum of w[y] of all rows that are not ignored, or the option
// Scale. CrossEntropy returns scale times the sum of the rows' losses. Options of nil are a
// plain mean. An ignored row has the loss 0 and a gradient of +0. Where the weights that the
// mean divides by add up to 0, as those of no rows and of ignored ones do, it is NaN, as
// torch's; and where 1 over their sum overflows, gradients do.
//
// In detail, each operation rounds to T, exponentials and logarithms are those of [Exp] and
// [Log], sums those of [Sum], and with m the largest element of the row:
//
//	d[c]    = x[c] - m, then E[c] = exp(d[c]), S = sum of E
//	loss    = total*log(S) - (e/classes*(sum of w[c]*d[c]) + (1-e)*w[y]*d[y])
//	grad[c] = E[c] * (scale*total/S) - scale*e/classes*w[c] - scale*(1-e)*w[y]    the latter for c = y only
//
// Losses are added by Sum in blocks of [CrossEntropyRows] rows, and the blocks' sums in
// float64, in their order. To first order, with u and the lanes L of Sum and where nothing
// underflows, the gradients of a row of at most 64 KiB add up to 0 within
//
//	(classes/L + log2(L) + 12) u scale total
//
// An element of -Inf has the probability 0, and the gradient of that. Where its t[c] is above
// 0, the row's loss is +Inf; where t[c] is 0 because of a weight or of a smoothing of 1, it is
// NaN, as torch's. Rows with +Inf or NaN, or of nothing but -Inf, have NaN for their loss and
// gradient.
//
// A label that is no class and bad options are errors; nothing is written then. grad is also where
// the exponentials are computed, and so must be there for a loss alone, too. It may be logits,
// with the same stride; other slices must not overlap it. CrossEntropy panics if
// classes < 0, a stride is less than classes, a matrix does not fit in its slice, or there
// are Losses for another number of rows; the last row need not be padded to the stride, and
// what lies between two rows is left alone.
func CrossEntropy[T Float](grad []T, gradStride int, logits []T, stride, classes int, labels []int, o *CrossEntropyOptions[T]) (loss float64, err error) {
	checkRows("CrossEntropy", classes, len(grad), len(labels), gradStride)
	checkRows("CrossEntropy", classes, len(logits), len(labels), stride)
	if o == nil {
		o = &CrossEntropyOptions[T]{}
	}
	if o.Losses != nil {
		checkLen("CrossEntropy", len(o.Losses), len(labels))
	}
	weight, err := CrossEntropyWeight(labels, classes, o)
	if err != nil {
		return 0, err
	}
	c := crossEntropy[T]{
		t: table[T](), classes: classes, gradStride: gradStride, stride: stride,
		weights: noescape(o.Weights), ignore: o.Ignore, ignored: o.IgnoredLabel,
		scale: o.Scale, spread: o.Smoothing / T(classes), hot: 1 - o.Smoothing, base: o.Smoothing,
	}
	if c.scale == 0 {
		c.scale = T(1 / weight)
	}
	if o.Weights != nil {
		c.base = T(c.spread * Sum(o.Weights))
	}
	sum := c.rows(noescape(grad), noescape(logits), labels, noescape(o.Losses))
	if o.Scale == 0 {
		return sum / weight, nil
	}
	return sum * float64(o.Scale), nil
}
