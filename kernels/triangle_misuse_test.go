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
	for _, routine := range kerneltest.TriangleRoutines {
		for _, options := range kerneltest.TriangleOptions[T](routine) {
			fine := drawTriangle(options, r, m, n, 0, func() T { return 1 })
			fine.Alpha, fine.Beta = 2, 0
			wrong := func(change func(p *kerneltest.TriangleCall[T]), numbers ...int) {
				t.Helper()
				p := fine.Clone()
				for _, o := range []*kerneltest.Operand[T]{&p.A, &p.B, &p.C} {
					o.X = append(make([]T, 0, 900), o.X...) // capacity is no length
				}
				change(p)
				expectPanic(t, p.Name, numbers, [][]T{p.A.X, p.B.X, p.C.X}, func() { p.Public() })
			}
			if !routine.Vector {
				wrong(func(p *kerneltest.TriangleCall[T]) { p.M = -1 }, -1)
				wrong(func(p *kerneltest.TriangleCall[T]) { p.N = -1 }, -1)
				wrong(func(p *kerneltest.TriangleCall[T]) { p.M, p.N = math.MinInt, math.MinInt }, math.MinInt)
			}
			for _, which := range []func(p *kerneltest.TriangleCall[T]) *kerneltest.Operand[T]{
				func(p *kerneltest.TriangleCall[T]) *kerneltest.Operand[T] { return &p.A },
				func(p *kerneltest.TriangleCall[T]) *kerneltest.Operand[T] { return &p.B },
				func(p *kerneltest.TriangleCall[T]) *kerneltest.Operand[T] { return &p.C },
			} {
				o := *which(fine)
				vector := routine.Vector && o.Rows == 1
				switch {
				case o.Rows == 0 || vector && fine.C.Rows == 0:
					continue // there is none, or nothing that it could differ from
				case vector:
					wrong(func(p *kerneltest.TriangleCall[T]) { which(p).X = which(p).X[:m-1] }, m-1, m)
					continue
				}
				wrong(func(p *kerneltest.TriangleCall[T]) { which(p).X = which(p).X[:len(o.X)-1] }, len(o.X)-1, o.Stride)
				wrong(func(p *kerneltest.TriangleCall[T]) { which(p).Stride = o.Columns - 1 }, o.Columns-1, o.Columns)
				wrong(func(p *kerneltest.TriangleCall[T]) { which(p).Stride = math.MaxInt / 2 }, math.MaxInt/2)
				wrong(func(p *kerneltest.TriangleCall[T]) { which(p).Stride = -1 }, -1)
			}
			fine.Public()
		}
	}
}
