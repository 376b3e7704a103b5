package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// TestTriangleMisuse passes negative sizes, strides below a row's length, vectors of
// different lengths, and slices that are one element too short.
func TestTriangleMisuse(t *testing.T) {
	onEveryLevel(t, triangleMisuse[float32], triangleMisuse[float64])
}

func triangleMisuse[T kernels.Float](t *testing.T) {
	const m, n = 5, 7
	r := rand.New(rand.NewPCG(37, 38))
	for _, routine := range triangleRoutines {
		for _, options := range triangleOptions[T](routine.name) {
			fine := options.draw(r, m, n, kerneltest.Heap[T](0), func() T { return 1 })
			fine.alpha, fine.beta = 2, 0
			wrong := func(change func(p *triangleCall[T]), numbers ...int) {
				t.Helper()
				p := fine
				for _, o := range []*operand[T]{&p.a, &p.b, &p.c} {
					o.x = append(make([]T, 0, 900), o.x...) // capacity is no length
				}
				change(&p)
				expectPanic(t, p.name, numbers, [][]T{p.a.x, p.b.x, p.c.x}, func() { p.public() })
			}
			if !routine.vector {
				wrong(func(p *triangleCall[T]) { p.m = -1 }, -1)
				wrong(func(p *triangleCall[T]) { p.n = -1 }, -1)
				wrong(func(p *triangleCall[T]) { p.m, p.n = math.MinInt, math.MinInt }, math.MinInt)
			}
			for _, which := range []func(p *triangleCall[T]) *operand[T]{
				func(p *triangleCall[T]) *operand[T] { return &p.a },
				func(p *triangleCall[T]) *operand[T] { return &p.b },
				func(p *triangleCall[T]) *operand[T] { return &p.c },
			} {
				o := *which(&fine)
				vector := routine.vector && o.rows == 1
				switch {
				case o.rows == 0 || vector && fine.c.rows == 0:
					continue // there is none, or nothing that it could differ from
				case vector:
					wrong(func(p *triangleCall[T]) { which(p).x = which(p).x[:m-1] }, m-1, m)
					continue
				}
				wrong(func(p *triangleCall[T]) { which(p).x = which(p).x[:len(o.x)-1] }, len(o.x)-1, o.stride)
				wrong(func(p *triangleCall[T]) { which(p).stride = o.columns - 1 }, o.columns-1, o.columns)
				wrong(func(p *triangleCall[T]) { which(p).stride = math.MaxInt / 2 }, math.MaxInt/2)
				wrong(func(p *triangleCall[T]) { which(p).stride = -1 }, -1)
			}
			fine.public()
		}
	}
}
