package kernels

// crossEntropy is a call of CrossEntropy.
type crossEntropy[T Float] struct {
	t                           *Table[T]
	classes, gradStride, stride int
	weights                     []T
	ignore                      bool
	ignored                     int
	scale                       T
	spread                      T // what a class gets of every label, times its weight
	hot                         T // what the label's class gets besides, times its weight
	base                        T // the sum of what all classes get
}

// numbers are those of the rows of a block.
type numbers[T Float] struct {
	most   [CrossEntropyRows]T // the largest logit, later the sum of exponentials
	at     [CrossEntropyRows]T // what is subtracted from the logarithm: by the label's logit
	even   [CrossEntropyRows]T // and by all logits alike, 0 where a label goes to one class
	hot    [CrossEntropyRows]T // the label's part of the target
	losses [CrossEntropyRows]T
}

// rows returns the sum of the losses, and writes them where there is room for them.
func (c *crossEntropy[T]) rows(grad, logits []T, labels []int, losses []T) (sum float64) {
	var n numbers[T]
	step := rowsAtATime[T](c.classes)
	for first := 0; first < len(labels); first += CrossEntropyRows {
		block := min(CrossEntropyRows, len(labels)-first)
		for r := 0; r < block; r += step {
			at, rows := first+r, min(step, block-r)
			c.piece(&n, n.losses[r:][:rows], grad[at*c.gradStride:], logits[at*c.stride:], labels[at:][:rows])
		}
		sum += float64(c.t.Sum(noescape(n.losses[:block])))
		if losses != nil {
			copy(losses[first:], n.losses[:block])
		}
	}
	return sum
}

// piece handles rows that stay in the first-level cache meanwhile.
func (c *crossEntropy[T]) piece(n *numbers[T], losses []T, grad, logits []T, labels []int) {
	t, rows := c.t, len(labels)
	most, at, even := noescape(n.most[:rows]), noescape(n.at[:rows]), noescape(n.even[:rows])
	hot := n.hot[:rows]
	t.RowMax(rows, c.classes, most, logits, c.stride)
	c.labelled(at, hot, most, logits, labels)
	t.RowSubtract(rows, c.classes, grad, c.gradStride, logits, c.stride, most)
	if c.spread != 0 {
		c.spreadOut(even, grad)
	}
	sums, logs := most, noescape(losses)
	expRows(t, rows, c.classes, grad, c.gradStride, sums, logs)
	if c.plain() {
		t.Axpy(-1, at, logs)
		for r, sum := range sums {
			sums[r] = c.scale / sum
		}
	} else {
		for r, h := range hot {
			total := c.base + h
			losses[r] = T(total*logs[r]) - (even[r] + at[r])
			sums[r] = T(c.scale*total) / sums[r]
		}
	}
	t.RowScale(rows, c.classes, grad, c.gradStride, grad, c.gradStride, sums)
	if c.spread != 0 {
		c.subtractSpread(even, grad)
	}
	if c.plain() {
		from := 0
		for _, y := range labels {
			grad[from+y] -= c.scale
			from += c.gradStride
		}
		return
	}
	for r, y := range labels {
		if c.ignore && y == c.ignored {
			clear(grad[r*c.gradStride:][:c.classes])
			losses[r] = 0
			continue
		}
		grad[r*c.gradStride+y] -= T(c.scale * hot[r])
	}
}

// plain reports whether every row's target is 1 for its label: then much of what follows
// changes no bit.
func (c *crossEntropy[T]) plain() bool { return c.weights == nil && c.spread == 0 && !c.ignore }

// labelled finds what the labels' logits, less the largest of their row, subtract from the
// losses, and the labels' parts of the targets.
func (c *crossEntropy[T]) labelled(at, hot, most, logits []T, labels []int) {
	at, hot, most = at[:len(labels)], hot[:len(labels)], most[:len(labels)]
	if c.plain() {
		from := 0
		for r, y := range labels {
			at[r] = logits[from+y] - most[r]
			from += c.stride
		}
		return
	}
	for r, y := range labels {
		switch {
		case c.ignore && y == c.ignored:
			hot[r], at[r] = 0, 0
			continue
		case c.weights != nil:
			hot[r] = T(c.hot * c.weights[y])
		default:
			hot[r] = c.hot
		}
		at[r] = T(hot[r] * (logits[r*c.stride+y] - most[r]))
	}
}

// spreadOut computes what the logits of all classes alike, less the largest of their row,
// subtract from a row's loss.
func (c *crossEntropy[T]) spreadOut(even, differences []T) {
	if c.weights == nil {
		c.t.RowSums(len(even), c.classes, even, differences, c.gradStride)
		c.t.Scal(c.spread, even)
		return
	}
	clear(even)
	c.t.Gemv(len(even), c.spread, differences, c.gradStride, c.weights, 0, even, 1)
}

// subtractSpread subtracts what all classes get of every label; ones is destroyed.
func (c *crossEntropy[T]) subtractSpread(ones, grad []T) {
	each := T(1)
	if c.weights == nil {
		each = T(c.scale * c.spread)
	}
	for r := range ones {
		ones[r] = each
	}
	if c.weights == nil {
		c.t.RowSubtract(len(ones), c.classes, grad, c.gradStride, grad, c.gradStride, ones)
		return
	}
	c.t.Ger(len(ones), -T(c.scale*c.spread), ones, 1, c.weights, grad, c.gradStride)
}
