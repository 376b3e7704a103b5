package kernels_test

import (
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
)

// TestGoldenLayers compares what linear models, moments, normalisations and bags compute from
// fixed inputs with hashes that are the same for all machines.
func TestGoldenLayers(t *testing.T) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		hashes := map[string]golden.Hash{}
		hashLayers[float32](hashes)
		hashLayers[float64](hashes)
		golden.Check(t, "layer", "level "+l.String(), hashes)
	}
}

func hashLayers[T kernels.Float](hashes map[string]golden.Hash) {
	shapes := [][2]int{{1, 1}, {2, 7}, {70, 20}, {300, 33}, {5, 1100}}
	hash := func(name string, add func(h *golden.Hash, draw func() T, rows, columns int)) {
		name = fmt.Sprintf("%s %T", name, T(0))
		numbers := golden.NewSource[T](name)
		var h golden.Hash
		for i, s := range shapes {
			draw := numbers.Usual
			if i == 2 {
				draw = numbers.Any
			}
			add(&h, draw, s[0], s[1])
		}
		hashes[name] = h
	}
	for _, n := range normalizations[T]() {
		hash(n.name, func(h *golden.Hash, draw func() T, rows, columns int) {
			p := newNorm(n, rows, columns, 1, draw)
			n.forward(p)
			n.grad(p)
			for _, x := range [][]T{p.y.x, p.dx.x, p.dgamma, p.dbeta, p.mean, p.rstd} {
				golden.AddAll(h, x)
			}
		})
	}
	hash("Moments", func(h *golden.Hash, draw func() T, rows, columns int) {
		m := newMatrix(rows, columns, 2, draw)
		byColumn, byRow := make([]T, 2*columns), make([]T, 2*rows)
		kernels.ColumnMoments(byColumn[:columns], byColumn[columns:], m.x, m.stride, rows)
		kernels.RowMoments(byRow[:rows], byRow[rows:], m.x, m.stride, columns)
		golden.AddAll(h, byColumn)
		golden.AddAll(h, byRow)
	})
	for i, name := range []string{"sum", "weighted", "mean"} {
		hash("EmbeddingBag/"+name, func(h *golden.Hash, draw func() T, rows, columns int) {
			b := newBags(rows, columns, i == 1, kernels.BagMode(i/2), draw)
			b.run()
			b.grad()
			kernels.ScatterAdd(b.table.x, b.table.stride, b.dRows.x, b.dRows.stride, columns, b.rows)
			for _, x := range [][]T{b.y.x, b.dRows.x, b.dWeights, b.table.x} {
				golden.AddAll(h, x)
			}
		})
	}
	for _, loss := range linearLosses {
		hash(fmt.Sprint("LinearGradient/loss=", int(loss)), func(h *golden.Hash, draw func() T, rows, columns int) {
			m, w, grad := newMatrix(rows, columns, 2, draw), newMatrix(1, columns, 0, draw), newMatrix(1, columns, 0, draw)
			targets := make([]T, rows)
			for r := range targets {
				targets[r] = T(r%5) / 4
			}
			value, bias := kernels.LinearGradient(grad.x, m.x, m.stride, w.x, 0.25, targets, loss, 1/T(rows))
			h.Add(value)
			h.Add(float64(bias))
			golden.AddAll(h, grad.x)
		})
	}
}
