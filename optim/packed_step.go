package optim

import (
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A packedPart is a part of a parameter that has its values or its state in a format of fewer
// bits, and of its gradient.
type packedPart[T kernels.Float] struct {
	value  []T // nil if packed.values are not
	state  [][]T
	grad   gradient[T]
	packed packing
}

// A packing has those vectors of a parameter, or parts of them, that are in a format of fewer
// bits: its values, its state or both.
type packing struct {
	values packed.Vector   // without elements if they are native
	state  []packed.Vector // nil if it is native
}

// part returns the elements lo to hi of all vectors, with views as room for those of the state.
func (p *packing) part(lo, hi int, views []packed.Vector) packing {
	var part packing
	if p.values.Len() > 0 {
		part.values = p.values.Part(lo, hi)
	}
	if p.state != nil {
		part.state = views[:len(p.state)]
		for i, s := range p.state {
			part.state[i] = s.Part(lo, hi)
		}
	}
	return part
}

// A packedSpace is what a worker needs for parts that have something packed.
type packedSpace[T kernels.Float] struct {
	part  packedPart[T]
	state []packed.Vector // of the part
	ats   []int           // where in their vectors those begin
	room  [][]T           // for the values and each state vector, decoded
}

// newPackedSpace returns the space for parameters whose updaters get so many vectors at most.
func newPackedSpace[T kernels.Float](params []parameter[T], vectors int) (s packedSpace[T]) {
	size := 0 // of a piece, or a row
	for i := range params {
		if params[i].packing == nil {
			continue
		}
		size = max(size, scratchBytes/int(unsafe.Sizeof(T(0))))
		if t := params[i].table; t != nil {
			size = max(size, t.dim)
			for _, width := range t.widths {
				size = max(size, width)
			}
		}
	}
	if size == 0 {
		return s
	}
	s.state, s.ats = make([]packed.Vector, vectors), make([]int, vectors)
	for range 1 + vectors {
		s.room = append(s.room, make([]T, size))
	}
	return s
}

// A fused is an [Updater] with kernels that decode, take the step and encode in one pass.
type fused[T kernels.Float] interface {
	// updatePacked takes the prepared step for a part by such a kernel, and reports whether
	// there is one for what is packed, and how. The random bits are those of the part.
	updatePacked(x *packedPart[T], r kernels.Rounding) bool
}

// A kind says what is packed, and how: the values, the gradient and the state.
type kind struct {
	values valueKind
	grad16 bool
	state  Format
}

type valueKind int

const (
	valuesNative valueKind = iota
	valuesRounded
	valuesSplit
)

// kind returns that of the part.
func (x *packedPart[T]) kind() kind {
	k := kind{grad16: x.grad.bf16 != nil}
	switch v := x.packed.values; {
	case v.Rest != nil:
		k.values = valuesSplit
	case v.BF16 != nil:
		k.values = valuesRounded
	}
	if s := x.packed.state; len(s) > 0 {
		k.state = Int8
		if s[0].BF16 != nil {
			k.state = BFloat16
		}
	}
	return k
}

// placeOf returns where and when a parameter is rounded in the present step.
func (o *Optimizer[T]) placeOf(param, at int) packed.Place {
	p := &o.params[param]
	return packed.Place{Seed: o.roundingSeed, Step: o.cohorts[p.cohort].steps + 1, Param: param, At: p.shard.first + at}
}

// updatePacked updates block k, of a parameter that has something packed: by a fused kernel,
// or in pieces that it decodes and encodes.
func (o *Optimizer[T]) updatePacked(w *workspace[T], k int, g gradient[T]) {
	b, t := o.plan.blocks[k], &o.targets[k]
	c := t.cohort
	fuses := c.fused != nil
	if c.constrains && t.packed.values.Len() > 0 {
		fuses = false // what is stored would be rounded before
	}
	changes := o.clipValue.set || c.pre != 1
	x := &w.packed.part
	if fusing && fuses && !changes {
		r, _ := o.placeOf(b.param, b.lo).Rounding(packed.OfValues, 0)
		*x = packedPart[T]{t.value, t.state, g, *t.packed}
		if c.fused.updatePacked(x, r) {
			*x = packedPart[T]{}
			if c.constrains {
				o.groups[c.group].constrain(t.value, c.rate, false)
			}
			return
		}
	}
	for lo := 0; lo < g.len(); lo += len(w.scratch) {
		hi := min(g.len(), lo+len(w.scratch))
		*x = packedPart[T]{grad: g.part(lo, hi), packed: t.packed.part(lo, hi, w.packed.state)}
		if t.value != nil {
			x.value = t.value[lo:hi]
		}
		if t.packed.state == nil {
			x.state = cut(w.pieces, t.state, lo, hi)
		}
		if changes || g.bf16 != nil {
			changed := w.scratch[:hi-lo]
			x.grad.copyScaled(changed, o.clipValue.set, c.clip, c.pre)
			x.grad = gradient[T]{native: changed}
		}
		at := o.placeOf(b.param, b.lo+lo)
		if r, _ := at.Rounding(packed.OfValues, 0); fusing && fuses && c.fused.updatePacked(x, r) {
			if c.constrains {
				o.groups[c.group].constrain(x.value, c.rate, false)
			}
			continue
		}
		o.compose(w, c, at, nil)
	}
	*x = packedPart[T]{} // which keeps the gradients of the caller alive
}

// compose takes the prepared step for the part in the workspace, whose gradient is native: it
// decodes what is packed, updates it and encodes it. The parts of the state's vectors begin at
// ats, or if that is nil where that of the values does.
func (o *Optimizer[T]) compose(w *workspace[T], c *cohort[T], at packed.Place, ats []int) {
	x := &w.packed.part
	p, state := x.value, x.state
	if x.packed.values.Len() > 0 {
		p = w.packed.room[0][:x.packed.values.Len()]
		x.packed.values.Decode(packed.Float32s(p))
	}
	if x.packed.state != nil {
		state = w.pieces[:len(x.packed.state)+c.scratch]
		for i, s := range x.packed.state {
			state[i] = w.packed.room[1+i][:s.Len()]
			s.Decode(packed.Float32s(state[i]))
		}
		for i := len(x.packed.state); i < len(state); i++ {
			state[i] = w.packed.room[1+i][:len(p)]
		}
	}
	c.Update(p, x.grad.native, state)
	if c.constrains {
		o.groups[c.group].constrain(p, c.rate, x.packed.values.Rounds())
	}
	if x.packed.values.Len() > 0 {
		x.packed.values.Encode(packed.Float32s(p), at)
	}
	for i, s := range x.packed.state {
		of := at
		if ats != nil {
			of.At = ats[i]
		}
		s.Encode(packed.Float32s(state[i]), of)
	}
}

// updatePackedRows updates the rows of a table that end in a block, as updateRows does.
func (o *Optimizer[T]) updatePackedRows(w *workspace[T], b block) {
	p, g := &o.params[b.param], o.grads[b.param]
	t, c := p.table, &o.cohorts[p.cohort]
	changes := o.clipValue.set || c.pre != 1
	first, last := t.rowsOf(b)
	x, dim, state := &w.packed.part, t.dim, w.rowState(t)
	for i, row := range t.rows[first:last] {
		*x = packedPart[T]{grad: gradient[T]{native: g[(first+i)*dim:][:dim]}}
		if p.packing.values.Len() > 0 {
			x.packed.values = p.packing.values.Part(row*dim, (row+1)*dim)
		} else {
			x.value = p.Value[row*dim:][:dim]
		}
		for s, width := range t.widths {
			w.packed.ats[s] = row * width
		}
		if p.packing.state != nil {
			x.packed.state = w.packed.state[:len(t.widths)]
			for s, width := range t.widths {
				x.packed.state[s] = p.packing.state[s].Part(row*width, (row+1)*width)
			}
		} else {
			x.state = state
			t.cut(state, p.state, row)
		}
		if changes {
			x.grad.copyScaled(w.whole[:dim], o.clipValue.set, c.clip, c.pre)
			x.grad.native = w.whole[:dim]
		}
		o.compose(w, c, o.placeOf(b.param, row*dim), w.packed.ats)
	}
	*x = packedPart[T]{}
	if o.pass.clears {
		clear(g[first*dim : last*dim])
	}
}
