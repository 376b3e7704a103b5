package bench

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The cross-entropy of rows of logits with its gradient, on every level, beside a plain
// loop.

// entropyShapes are the numbers of rows and of classes.
var entropyShapes = [][2]int{{1, 10}, {512, 10}, {512, 100}, {64, 1000}, {4, 32000}}

// entropySpecs lists the cases.
func entropySpecs(c Caches) []Spec {
	f32, f64 := newPools[float32](), newPools[float64]()
	var all []Spec
	for _, s := range entropyShapes {
		rows, classes := s[0], s[1]
		op, n := fmt.Sprintf("CrossEntropy/%dx%d", rows, classes), rows*classes
		all = append(all, bothTypes(c, op, n, 2*n,
			func(m *Arena) *Case { return buildEntropy(m, op, rows, classes, f32) },
			func(m *Arena) *Case { return buildEntropy(m, op, rows, classes, f64) })...)
	}
	return all
}

// labelled is a batch of logits with labels.
type labelled[T kernels.Float] struct {
	logits, grad []T
	labels       []int
	classes      int
}

// buildEntropy makes a case.
func buildEntropy[T kernels.Float](m *Arena, op string, rows, classes int, pool *pools[T]) *Case {
	m.reset(2 * room(rows*classes*sizeOf[T]()))
	b := &labelled[T]{slice[T](m, rows*classes), slice[T](m, rows*classes), make([]int, rows), classes}
	fill(b.logits, pool.signed)
	for r := range b.labels {
		b.labels[r] = r * 7 % classes
	}
	c := &Case{Bytes: 2 * rows * classes * sizeOf[T](), Contenders: []Contender{{Op: op, Role: Naive, Run: repeat(b.plain)}}}
	for _, l := range kernels.Levels() {
		c.Contenders = append(c.Contenders, Contender{Op: op, Role: Kernel, Level: l, Prepare: func() { setLevel(l) },
			Run: repeat(func() float64 {
				loss, err := kernels.CrossEntropy(b.grad, classes, b.logits, classes, classes, b.labels, nil)
				if err != nil {
					panic(err)
				}
				return loss
			})})
	}
	return c
}

// plain is the loop a Go programmer would write.
func (b *labelled[T]) plain() (loss float64) {
	scale := 1 / T(len(b.labels))
	for r, y := range b.labels {
		row, grad := b.logits[r*b.classes:][:b.classes], b.grad[r*b.classes:][:b.classes]
		most, sum := row[0], T(0)
		for _, x := range row {
			most = max(most, x)
		}
		for j, x := range row {
			grad[j] = T(math.Exp(float64(x - most)))
			sum += grad[j]
		}
		loss += math.Log(float64(sum)) - float64(row[y]-most)
		for j := range grad {
			grad[j] *= scale / sum
		}
		grad[y] -= scale
	}
	return loss / float64(len(b.labels))
}
