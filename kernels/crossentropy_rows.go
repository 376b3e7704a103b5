package kernels

import "github.com/seed63264101/steepest/kernels/internal/dispatch"

// CrossEntropyRows is the number of rows in a block of [CrossEntropy]. Blocks are the unit
// of parallel work.
const CrossEntropyRows = 128

// crossEntropy is a call of CrossEntropy.
type crossEntropy[T Float] struct {
	t                           *dispatch.Table[T]
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
	share  []T // the scaled sum of the target
	at     []T // what is subtracted from the logarithm: by the label's logit
	even   []T // and by all logits alike, 0 where a label goes to one class
	hot    []T // the label's part of the target; before, the largest logit
	losses []T
}

const vectorsOfNumbers = 5

// rows returns the sum of the losses, and writes them where there is room for them.
func (c *crossEntropy[T]) rows(grad, logits []T, labels []int, losses []T) float64 {
	const few = 16 // to clear the memory for a block takes longer than so few rows
	if len(labels) <= few {
		var memory [vectorsOfNumbers * few]T
		return c.blocks(memory[:], grad, logits, labels, losses)
	}
	var memory [vectorsOfNumbers * CrossEntropyRows]T
	return c.blocks(memory[:], grad, logits, labels, losses)
}

// blocks is rows with memory for the numbers.
func (c *crossEntropy[T]) blocks(memory, grad, logits []T, labels []int, losses []T) (sum float64) {
	size := len(memory) / vectorsOfNumbers
	n := numbers[T]{memory[:size], memory[size:][:size], memory[2*size:][:size], memory[3*size:][:size], memory[4*size:]}
	if c.plain() {
		for r := range min(CrossEntropyRows, len(labels)) {
			n.share[r] = c.scale
		}
	}
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
	share, at, even := noescape(n.share[:rows]), noescape(n.at[:rows]), noescape(n.even[:rows])
	hot, logs := noescape(n.hot[:rows]), noescape(losses)
	t.RowSubtractMax(rows, c.classes, hot, grad, c.gradStride, logits, c.stride)
	if c.plain() {
		from := 0
		for r, y := range labels {
			at[r] = grad[from+y]
			from += c.gradStride
		}
		expRows(t, c.classes, grad, c.gradStride, share, logs)
		t.Axpy(-1, at, logs)
		from = 0
		for _, y := range labels {
			grad[from+y] -= c.scale
			from += c.gradStride
		}
		return
	}
	c.targets(at, hot, share, grad, labels)
	if c.spread != 0 {
		c.spreadOut(even, grad)
	}
	expRows(t, c.classes, grad, c.gradStride, share, logs)
	if c.spread != 0 {
		c.subtractSpread(share, grad)
	}
	for r, y := range labels {
		if c.ignore && y == c.ignored {
			clear(grad[r*c.gradStride:][:c.classes])
			losses[r] = 0
			continue
		}
		losses[r] = T((c.base+hot[r])*logs[r]) - (even[r] + at[r])
		grad[r*c.gradStride+y] -= T(c.scale * hot[r])
	}
}

// plain reports whether every row's target is 1 for its label: to multiply by it and to add
// nothing else changes no bit.
func (c *crossEntropy[T]) plain() bool { return c.weights == nil && c.spread == 0 && !c.ignore }

// targets finds the labels' parts of the targets, what the labels' logits, less the largest
// of their row, subtract from the losses, and the scaled sums of the targets.
func (c *crossEntropy[T]) targets(at, hot, share, differences []T, labels []int) {
	for r, y := range labels {
		hot[r], at[r] = 0, 0
		if !c.ignore || y != c.ignored {
			hot[r] = c.hot
			if c.weights != nil {
				hot[r] = T(c.hot * c.weights[y])
			}
			at[r] = T(hot[r] * differences[r*c.gradStride+y])
		}
		share[r] = T(c.scale * (c.base + hot[r]))
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
