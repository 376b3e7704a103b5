// Package flat makes vectors of the gradients of an objective, for who wants them element by
// element.
package flat

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// Gradients writes the gradients into dst, one parameter behind the other, with the rows of
// a sparse parameter added up in their places. It is an error if they are not those of the
// parameters. dst must have as many elements as all of these.
func Gradients[T kernels.Float](dst []T, params []optim.Param[T], g *optim.Gradients[T]) error {
	if len(g.Dense) != len(params) {
		return fmt.Errorf("%d gradients for %d parameters", len(g.Dense), len(params))
	}
	for i, p := range params {
		room := dst[:len(p.Value)]
		dst = dst[len(p.Value):]
		var err error
		switch {
		case i < len(g.BF16) && len(g.BF16[i]) > 0:
			err = fmt.Errorf("the gradient is bfloat16, want a Dense one, or rows")
		case p.Sparse:
			err = scatter(room, p.Shape[0], p.Shape[1], g, i)
		case len(g.Dense[i]) != len(room):
			err = fmt.Errorf("the gradient has %d elements, the parameter %d", len(g.Dense[i]), len(room))
		default:
			copy(room, g.Dense[i])
		}
		if err != nil {
			return fmt.Errorf("parameter %q: %w", p.Name, err)
		}
	}
	return nil
}

func scatter[T kernels.Float](room []T, rows, dim int, g *optim.Gradients[T], i int) error {
	switch {
	case len(g.Dense[i]) != 0:
		return fmt.Errorf("a dense gradient of %d elements, but the parameter is Sparse", len(g.Dense[i]))
	case i >= len(g.Rows):
		return fmt.Errorf("no list of rows, but the parameter is Sparse")
	}
	r := g.Rows[i]
	if len(r.Values) != len(r.Rows)*dim {
		return fmt.Errorf("%d gradient elements for %d rows of %d", len(r.Values), len(r.Rows), dim)
	}
	for k, row := range r.Rows {
		if row < 0 || row >= rows {
			return fmt.Errorf("the index %d at position %d, want 0 to %d", row, k, rows-1)
		}
	}
	clear(room)
	kernels.ScatterAdd(room, dim, r.Values, dim, dim, r.Rows)
	return nil
}
