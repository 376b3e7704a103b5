package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// breakLast makes the gradient of the last parameter, which is never frozen, infinite.
func (w *walk[T]) breakLast(g *Gradients[T]) {
	last := len(w.params) - 1
	if !w.params[last].Sparse {
		if g.Dense[last] == nil {
			g.BF16[last][0] = kernels.ToBFloat16(float32(math.Inf(1)))
		} else {
			g.Dense[last][0] = T(math.Inf(1))
		}
		return
	}
	if len(g.Rows) == 0 {
		g.Rows = w.opt.NewGradients().Rows
	}
	g.Rows[last].Add(0)[0] = T(math.Inf(1))
}

// change freezes, thaws or adds parameters, lets a table grow or begins anew.
func (w *walk[T]) change() {
	last := len(w.params) - 1
	name := w.params[w.rng.IntN(last)].Name
	var err error
	switch w.rng.IntN(9) {
	case 0:
		err = w.opt.Freeze(name)
		w.freeze(name, true)
		w.count["frozen"]++
	case 1:
		err = w.opt.Thaw(name)
		w.freeze(name, false)
	case 2:
		if last < 6 {
			p := w.param(fmt.Sprint([]string{"b", "d"}[w.rng.IntN(2)], last+1), []int{3, 4})
			err = w.opt.AddParams(p)
			w.params = append(w.params, p)
			w.count["added"]++
			if p.Sparse {
				w.count["added tables"]++
			}
		}
	case 3:
		err = w.grow()
	case 4:
		if w.rng.IntN(2) == 0 {
			err = w.opt.Reset()
			if w.naive != nil {
				w.naive.reset()
			}
			w.count["resets"]++
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// grow lets the first table grow.
func (w *walk[T]) grow() error {
	i := slices.IndexFunc(w.params, func(p Param[T]) bool { return p.Sparse })
	if i < 0 {
		return nil
	}
	p := &w.params[i]
	rows, dim := p.Shape[0]+1+w.rng.IntN(3), p.Shape[1]
	more := random[T](w.rng, rows*dim-p.Len())[0]
	p.Shape = []int{rows, dim}
	if p.BF16 != nil {
		w.count["grown tables of bfloat16"]++
		p.BF16 = slices.Grow(slices.Clone(p.BF16), len(more))[:rows*dim]
		kernels.RoundBF16(p.BF16[rows*dim-len(more):], packed.Float32s(more))
		if p.Rest != nil {
			p.Rest = append(slices.Clone(p.Rest), make([]int16, len(more))...)
		}
		return w.opt.GrowBF16(p.Name, p.BF16, p.Rest)
	}
	p.Value = append(slices.Clone(p.Value), more...)
	if w.naive != nil {
		w.naive.params[i].grow(to[float64](p.Value), w.naive.eps)
	}
	w.count["grown"]++
	return w.opt.Grow(p.Name, p.Value)
}

func (w *walk[T]) freeze(name string, frozen bool) {
	if w.naive != nil {
		w.naive.params[slices.IndexFunc(w.naive.params, func(n *naiveParam) bool { return n.name == name })].frozen = frozen
	}
}

// gradients draws a batch.
func (w *walk[T]) gradients(scale T) *Gradients[T] {
	g := w.opt.NewGradients()
	any := false
	for i, p := range w.params {
		if w.packs && g.BF16 != nil && g.BF16[i] != nil && w.rng.IntN(3) == 0 { // float32 will do, too
			g.BF16[i], g.Dense[i] = nil, make([]T, len(g.BF16[i]))
		}
		room := g.Dense[i]
		if p.Sparse {
			room = w.rows(&g.Rows[i], p)
			any = any || len(room) > 0
		}
		few := random[T](w.rng, max(1, min(max(len(room), p.Len()), 500)))[0]
		for i := range room {
			room[i] = few[i*7%len(few)] * scale
		}
		if g.BF16 != nil {
			for j := range g.BF16[i] {
				g.BF16[i][j] = kernels.ToBFloat16(float32(few[j*7%len(few)] * scale))
			}
		}
	}
	if !any {
		g.Rows = nil
		w.count["batches without rows"]++
	}
	return g
}

// rows draws rows, some of them more than once, or none.
func (w *walk[T]) rows(g *RowGradients[T], p Param[T]) []T {
	n := p.Shape[0]
	rows := make([]int, w.rng.IntN(3)*w.rng.IntN(n+1))
	seen := map[int]bool{}
	for i := range rows {
		rows[i] = w.rng.IntN(n)
		seen[rows[i]] = true
	}
	w.count["rows"] += len(seen)
	w.count["repeated rows"] += len(rows) - len(seen)
	return g.Add(rows...)
}
