package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// bags is a call of EmbeddingBag and of its gradient.
type bags[T kernels.Float] struct {
	table, y, dy, dRows matrixOf[T]
	rows, offsets       []int
	weights, dWeights   []T // nil without weights
	mode                kernels.BagMode
}

// newBags makes so many bags of up to 7 rows, every fourth one empty, with rows that are named
// again.
func newBags[T kernels.Float](number, columns int, weighted bool, mode kernels.BagMode, draw func() T) bags[T] {
	b := bags[T]{offsets: []int{0}, mode: mode}
	for i := range number {
		for k := range i * 5 % 8 * min(1, i%4) {
			b.rows = append(b.rows, (3*i+k*k)%(2*number))
		}
		b.offsets = append(b.offsets, len(b.rows))
	}
	b.table = newMatrix(2*number, columns, 3, draw)
	b.y, b.dy = newMatrix(number, columns, 1, draw), newMatrix(number, columns, 0, draw)
	b.dRows = newMatrix(len(b.rows), columns, 2, draw)
	if weighted {
		b.weights, b.dWeights = make([]T, len(b.rows)), make([]T, len(b.rows))
		for i := range b.weights {
			b.weights[i] = draw()
		}
	}
	return b
}

func (b *bags[T]) run() {
	kernels.EmbeddingBag(b.y.x, b.y.stride, b.table.x, b.table.stride, b.y.columns, b.rows, b.offsets, b.weights, b.mode)
}

func (b *bags[T]) grad() {
	kernels.EmbeddingBagGrad(b.dRows.x, b.dRows.stride, b.dWeights, b.dy.x, b.dy.stride, b.table.x, b.table.stride, b.y.columns,
		b.rows, b.offsets, b.weights, b.mode)
}

// each calls f for every row of every bag.
func (b *bags[T]) each(f func(bag, i, row int)) {
	for bag := range b.y.rows {
		for i := b.offsets[bag]; i < b.offsets[bag+1]; i++ {
			f(bag, i, b.rows[i])
		}
	}
}

// factor returns what multiplies row i of a bag.
func (b *bags[T]) factor(bag, i int) T {
	switch {
	case b.weights != nil:
		return b.weights[i]
	case b.mode == kernels.BagMean:
		return div(1, T(b.offsets[bag+1]-b.offsets[bag]))
	}
	return 1
}

// TestEmbeddingBag compares bags and their gradients with the documentation's loops, in which
// every operation rounds by itself.
func TestEmbeddingBag(t *testing.T) {
	onEveryLevel(t, embeddingBag[float32], embeddingBag[float64])
}

func embeddingBag[T kernels.Float](t *testing.T) {
	for c := range kerneltest.NumCases {
		draw := kerneltest.Draw[T](c, rand.New(rand.NewPCG(21, uint64(c))))
		for _, columns := range []int{0, 1, 3, 8, 20, 70} {
			for _, number := range []int{0, 1, 5, 45} {
				for k, weighted := range []bool{false, true, false} {
					if testing.Short() && number > 9 && k != columns%3 {
						continue
					}
					b := newBags(number, columns, weighted, []kernels.BagMode{kernels.BagSum, kernels.BagSum, kernels.BagMean}[k], draw)
					b.compare(t, fmt.Sprintf("%d bags of %d columns, weighted %v, mode %d", number, columns, weighted, b.mode))
				}
			}
		}
	}
}

// compare runs both functions and compares them with the loops.
func (b *bags[T]) compare(t *testing.T, name string) {
	t.Helper()
	y, dRows, dWeights := b.y.clone(), b.dRows.clone(), slices.Clone(b.dWeights)
	for bag := range y.rows {
		clear(y.x[bag*y.stride:][:y.columns])
	}
	for j := range y.columns {
		b.each(func(bag, i, row int) {
			v, to := b.table.at(row, j), &y.x[bag*y.stride+j]
			if b.weights != nil {
				v = mul(v, b.weights[i])
			}
			*to = add(*to, v)
			dRows.x[i*dRows.stride+j] = mul(b.dy.at(bag, j), b.factor(bag, i))
		})
		for bag := range y.rows {
			if b.mode == kernels.BagMean && b.offsets[bag+1] > b.offsets[bag] {
				y.x[bag*y.stride+j] = mul(y.at(bag, j), b.factor(bag, 0))
			}
		}
	}
	if dWeights != nil {
		b.each(func(bag, i, row int) {
			dWeights[i] = kernels.Dot(b.dy.x[bag*b.dy.stride:][:y.columns], b.table.x[row*b.table.stride:][:y.columns])
		})
	}
	b.run()
	b.grad()
	for _, c := range []struct {
		name      string
		got, want []T
	}{{"y", b.y.x, y.x}, {"dRows", b.dRows.x, dRows.x}, {"dWeights", b.dWeights, dWeights}} {
		for i := range c.want {
			same(t, c.got[i], c.want[i], "%s: element %d of %s", name, i, c.name)
		}
	}
}

// TestEmbeddingBagIsItsParts: a bag is a gathered matrix summed by columns, and the sum of the
// gradients that ScatterAdd makes is the derivative of y for the table.
func TestEmbeddingBagIsItsParts(t *testing.T) {
	const columns, step = 5, 1.0 / 1024
	draw := kerneltest.Draw[float64](kerneltest.Normal, rand.New(rand.NewPCG(22, 1)))
	for _, mode := range []kernels.BagMode{kernels.BagSum, kernels.BagMean} {
		b := newBags(8, columns, mode == kernels.BagSum, mode, draw)
		value := func() float64 {
			b.run()
			sum := 0.0
			for bag := range b.y.rows {
				sum += kernels.Dot(b.y.x[bag*b.y.stride:][:columns], b.dy.x[bag*b.dy.stride:][:columns])
			}
			return sum
		}
		b.grad()
		dTable := make([]float64, len(b.table.x))
		kernels.ScatterAdd(dTable, b.table.stride, b.dRows.x, b.dRows.stride, columns, b.rows)
		slope := func(x *float64) float64 {
			before := *x
			*x = before + step
			high := value()
			*x = before - step
			low := value()
			*x = before
			return (high - low) / (2 * step)
		}
		for i := range dTable {
			if got := slope(&b.table.x[i]); math.Abs(got-dTable[i]) > 1e-9 {
				t.Errorf("mode %d: the derivative for element %d of the table is %v, want %v", mode, i, dTable[i], got)
			}
		}
		for i := range b.weights {
			if got := slope(&b.weights[i]); math.Abs(got-b.dWeights[i]) > 1e-9 {
				t.Errorf("the derivative for weight %d is %v, want %v", i, b.dWeights[i], got)
			}
		}
	}
}
