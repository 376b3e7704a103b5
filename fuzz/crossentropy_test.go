package fuzz

import (
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// entropyInput is what the fuzzer chose for CrossEntropy and LogSumExp.
type entropyInput struct {
	rows, classes uint16
	pads          byte   // two bits for each matrix: what lies between its rows
	how           byte   // a bit for each option
	place         uint32 // where the slices lie
	bits          []byte
}

// FuzzCrossEntropy compares losses of rows and their gradients on every level with those on
// the generic one. The rows are any numbers, in place or not.
func FuzzCrossEntropy(f *testing.F) {
	const front, back, heap = 0x555555, 0xaaaaaa, 0x05000000
	for i := range uint16(32) {
		how := byte(i)
		f.Add(i%2 == 0, 3*i, 1+i, byte(i), how, uint32(back), falling(i%2 == 0))
		f.Add(i%2 == 1, 100+9*i, 10+i, byte(i), how, uint32(front), plain(i%2 == 1))
		f.Add(i%2 == 0, 5+i, 250+50*i, byte(i), how, uint32(heap), special(i%2 == 0))
	}
	m := new(memory)
	f.Cleanup(m.close)
	f.Fuzz(func(t *testing.T, double bool, rows, classes uint16, pads, how byte, place uint32, bits []byte) {
		c := entropyInput{rows, classes, pads, how, place, bits}
		if double {
			runEntropy[float64](t, m, c)
		} else {
			runEntropy[float32](t, m, c)
		}
	})
}

// entropyCall is a call of both functions, and what they write.
type entropyCall[T kernels.Float] struct {
	logits, grad, shares        []T
	stride, gradStride, classes int
	labels                      []int
	options                     kernels.CrossEntropyOptions[T]
	losses, sums                []T
	loss                        float64
}

// newEntropy makes the arguments.
func newEntropy[T kernels.Float](mem *memory, c entropyInput) *entropyCall[T] {
	rows, classes := int(c.rows)%300, 1+int(c.classes)%70
	if c.classes%16 == 15 {
		rows, classes = rows%10, 1+int(c.classes)%2500
	}
	draw, alloc := numbers[T](c.bits), place[T](mem, c.place)
	e := &entropyCall[T]{classes: classes, stride: classes + int(c.pads&3)*3, labels: make([]int, rows)}
	matrix := func(i, stride int) []T {
		x := alloc(i, max(0, min(rows, 1)*((rows-1)*stride+classes)))
		for j := range x {
			x[j] = draw()
		}
		return x
	}
	e.gradStride, e.logits = e.stride, matrix(0, e.stride)
	if e.grad = e.logits; c.how&1 == 0 {
		e.gradStride = classes + int(c.pads>>2&3)*3
		e.grad = matrix(1, e.gradStride)
	}
	e.shares, e.losses, e.sums = make([]T, len(e.logits)), alloc(2, rows), alloc(3, rows)
	for r := range e.labels {
		e.labels[r] = (r*7 + int(c.pads)) % classes
	}
	if c.how&2 != 0 {
		e.options.Ignore, e.options.IgnoredLabel = true, classes/2
	}
	if c.how&4 != 0 {
		e.options.Smoothing = 0.125
	}
	if c.how&8 != 0 {
		e.options.Weights = alloc(4, classes)
		for j := range e.options.Weights {
			e.options.Weights[j] = T(j%5) / 4
		}
	}
	if c.how&16 != 0 {
		e.options.Scale = 3
	}
	e.options.Losses = e.losses
	return e
}

func (e *entropyCall[T]) run(t *testing.T) {
	kernels.LogSumExp(e.sums, e.shares, e.stride, e.logits, e.stride, e.classes)
	loss, err := kernels.CrossEntropy(e.grad, e.gradStride, e.logits, e.stride, e.classes, e.labels, &e.options)
	if err != nil {
		t.Fatal(err)
	}
	e.loss = loss
}

func runEntropy[T kernels.Float](t *testing.T, mem *memory, c entropyInput) {
	defer panicOnFault()()
	was := kernels.ActiveLevel()
	defer kernels.SetLevel(was)
	var want [][]T
	for _, l := range kernels.Levels() { // the first is the generic one
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		e := newEntropy[T](mem, c)
		e.run(t)
		got := [][]T{{T(e.loss)}, e.losses, e.sums, e.shares, e.grad}
		if want == nil {
			for _, x := range got {
				want = append(want, slices.Clone(x))
			}
			continue
		}
		for i, name := range []string{"loss", "losses", "sums", "shares", "grad"} {
			for j, x := range got[i] {
				if !kerneltest.Same(x, want[i][j]) {
					t.Fatalf("level %v, %d rows of %d classes, how %#x: %s[%d] = %v, at level generic %v",
						l, len(e.labels), e.classes, c.how, name, j, x, want[i][j])
				}
			}
		}
	}
}
