package train

import (
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A widened has gradients as float32 that an objective has given as bfloat16, which a part's
// share would round a second time. The objective's own stay as they are.
type widened[T kernels.Float] struct {
	optim.Gradients[T]
	room [][]T // for each that was bfloat16
}

// of returns the gradients, all in the type T. Lists that the optimizer will refuse stay.
func (w *widened[T]) of(g *optim.Gradients[T]) *optim.Gradients[T] {
	n := len(g.BF16)
	if _, ok := any([]T(nil)).([]float32); !ok || n == 0 || len(g.Dense) != 0 && len(g.Dense) != n {
		return g
	}
	w.Dense = append(w.Dense[:0], g.Dense...)
	w.Dense = append(w.Dense, make([][]T, n-len(w.Dense))...)
	w.BF16, w.Rows = append(w.BF16[:0], g.BF16...), g.Rows
	w.room = append(w.room, make([][]T, n-min(n, len(w.room)))...)
	for i, narrow := range g.BF16 {
		if len(narrow) == 0 || len(w.Dense[i]) > 0 {
			continue
		}
		w.room[i] = slices.Grow(w.room[i][:0], len(narrow))[:len(narrow)]
		kernels.WidenBF16(packed.Float32s(w.room[i]), narrow)
		w.Dense[i], w.BF16[i] = w.room[i], nil
	}
	return &w.Gradients
}
