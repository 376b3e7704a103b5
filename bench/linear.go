package bench

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// The gradient of a linear model by least squares, on every level, beside the same level's
// two passes over the whole batch, Gemv and GemvT, and a plain loop.

// linearShapes are the numbers of rows and of features: out of the first-level cache, the
// second, the third, and memory.
var linearShapes = [][2]int{{64, 64}, {256, 512}, {512, 1024}, {16384, 1024}}

// linearSpecs lists the cases.
func linearSpecs(c Caches) []Spec {
	f32, f64 := newPools[float32](), newPools[float64]()
	var all []Spec
	for _, s := range linearShapes {
		rows, features := s[0], s[1]
		op, n := fmt.Sprintf("LinearGradient/%dx%d", rows, features), rows*features
		all = append(all, bothTypes(c, op, n, n,
			func(m *Arena) *Case { return buildLinear(m, op, rows, features, f32) },
			func(m *Arena) *Case { return buildLinear(m, op, rows, features, f64) })...)
	}
	return all
}

// linearBatch is a linear model with a batch.
type linearBatch[T kernels.Float] struct {
	x, w, targets, grad []T
	errors              []T // of the two passes
}

// buildLinear makes a case. The step is so small that the gradients of all calls together
// stay ordinary numbers.
func buildLinear[T kernels.Float](m *Arena, op string, rows, features int, pool *pools[T]) *Case {
	m.reset(room(rows*features*sizeOf[T]()) + room(rows*sizeOf[T]()) + 2*room(features*sizeOf[T]()))
	b := &linearBatch[T]{slice[T](m, rows*features), slice[T](m, features), slice[T](m, rows), slice[T](m, features), make([]T, rows)}
	fill(b.x, pool.signed)
	fill(b.w, pool.signed[1:])
	fill(b.targets, pool.signed[2:])
	c := &Case{Bytes: rows * features * sizeOf[T](), Flops: flopsOf("Gemv", "GemvT") * rows * features, Reset: func() { fill(b.grad, pool.signed[3:]) },
		Contenders: []Contender{{Op: op, Role: Naive, Run: repeat(b.plain)}}}
	for _, l := range kernels.Levels() {
		level := func() { setLevel(l) }
		c.Contenders = append(c.Contenders,
			Contender{Op: op, Role: Kernel, Level: l, Prepare: level, Run: repeat(func() float64 {
				value, _ := kernels.LinearGradient(b.grad, b.x, features, b.w, 0.5, b.targets, kernels.LeastSquares, linearScale)
				return value
			})},
			Contender{Op: op, Role: TwoPasses, Level: l, Prepare: level, Run: repeat(b.twoPasses)})
	}
	return c
}

const linearScale = 1e-9

// plain is the loop a Go programmer would write.
func (b *linearBatch[T]) plain() (value float64) {
	for r, target := range b.targets {
		row := b.x[r*len(b.w):][:len(b.w)]
		z := T(0.5)
		for j, w := range b.w {
			z += row[j] * w
		}
		d := z - target
		value += linearScale * float64(d*d)
		for j, x := range row {
			b.grad[j] += 2 * linearScale * d * x
		}
	}
	return value
}

// twoPasses goes through the batch twice.
func (b *linearBatch[T]) twoPasses() float64 {
	kernels.Gemv(1, b.x, len(b.w), b.w, 0, b.errors)
	for r, target := range b.targets {
		b.errors[r] += 0.5 - target
	}
	value := kernels.Dot(b.errors, b.errors)
	kernels.GemvT(2*linearScale, b.x, len(b.w), b.errors, 1, b.grad)
	return linearScale * float64(value)
}
