package vec

import (
	"slices"

	"github.com/seed63264101/steepest/kernels/generic"
)

// Reduce is the skeleton of reductions, in the order of the contract: 256 bytes
// of accumulators, element i into lane i mod L, lanes folded by halves, blocks
// added in float64.
type Reduce struct {
	Wide bool // accumulate, and return, float64 whatever the element type
	// Combine is OpAdd, or OpMaxNaN or OpMax of numbers that are not negative.
	// +0 is neutral to all of them.
	Combine Op
	Term    func(b *Body) Val
}

// accumulatorBytes is the size of all accumulators of a reduction.
const accumulatorBytes = generic.AccumulatorBytes

// blockElements returns the number of elements in a block of a reduction.
func blockElements(e Elem) int { return generic.BlockBytes / e.Size() }

func (s Reduce) result(t string) string {
	if s.Wide {
		return "float64"
	}
	return t
}

// accElem returns the accumulators' type.
func (s Reduce) accElem(e Elem) Elem {
	if s.Wide {
		return F64
	}
	return e
}

func (s Reduce) generate(g *gen) {
	m, in := g.m, s.accElem(g.e)
	streams := g.k.Streams()
	body := newBody(g.k, in, m, streams)
	body.exact = g.e == F32 && in == F64 && s.Combine == OpAdd
	body.Accumulate(0, s.Term(body))

	m.Begin(g.k, g.e, 0)
	a := accumulation{body: body, combine: s.Combine, sums: 1}
	a.ptrs, a.strides = g.pointers(streams)
	rest := g.general()
	g.length(rest)
	a.n, a.t, a.first = g.general(), g.general(), g.general()
	a.registers(g)
	total := g.vector()
	g.makeResident(body)

	start, block, several := g.label("start"), g.label("block"), g.label("several")
	most, few := a.short(g)
	m.JumpIf(rest, GT, most, start)
	m.Move(a.n, rest)
	few()
	m.Result(a.acc[0][0], in)
	m.Return()

	m.Label(start)
	m.Zero(total)
	m.Label(block)
	a.block(g, rest, false)
	if s.Combine == OpAdd {
		g.length(a.n)
		m.JumpIf(a.n, GT, blockElements(g.e), several)
		m.Comment("A single block: its sum, which is not -0, is the result.")
		m.Result(a.acc[0][0], in)
		m.Return()
		m.Label(several)
		m.Convert(a.acc[0][0], a.acc[0][0], in, F64)
		m.AddFirst(total, a.acc[0][0])
	} else {
		m.Op(s.Combine, in, in.Size(), total, a.acc[0][0], total)
	}
	m.JumpIf(rest, GT, 0, block)
	if s.Combine == OpAdd {
		m.Convert(total, total, F64, in)
	}
	m.Result(total, in)
	m.Return()
}

// noRegister stands for a general register that is not there.
const noRegister G = -1

// accumulation adds up the terms of a body over a block of elements.
type accumulation struct {
	body    *Body
	tail    *Body // for partial vectors; nil: body
	combine Op
	sums    int       // how many the body has
	ptrs    []G       // by stream; they are moved on
	strides []G       // by stream, in bytes; nil where elements are adjacent
	n       G         // elements to come
	t       G         // holds nothing between two uses
	first   G         // the number of elements of the block, or noRegister
	acc     [][]V     // by sum; in the end, lane 0 of the first register is the sum
	loaded  map[int]V // the streams' partial vectors
}

// registers hands out vector registers.
func (a *accumulation) registers(g *gen) {
	a.acc = make([][]V, a.sums)
	for i := range a.acc {
		a.acc[i] = make([]V, accumulatorBytes/g.m.VectorBytes())
		for j := range a.acc[i] {
			a.acc[i][j] = g.vector()
		}
	}
	if a.masked(g) {
		return
	}
	a.loaded = map[int]V{}
	for i := range a.ptrs {
		a.loaded[i] = g.vector()
	}
}

// zero clears registers of each sum.
func (a *accumulation) zero(g *gen, from, to int) {
	for _, acc := range a.acc {
		for _, v := range acc[from:to] {
			g.m.Zero(v)
		}
	}
}

// foldRegisters adds registers h to 2h-1 of each sum to registers 0 to h-1, as far as
// they are among the first so many that are used.
func (a *accumulation) foldRegisters(g *gen, h, used, bytes int) {
	for _, acc := range a.acc {
		for j := h; j < min(2*h, used); j++ {
			g.m.Op(a.combine, a.body.Elem, bytes, acc[j-h], acc[j], acc[j-h])
		}
	}
}

// foldLanes folds the lanes of each sum's first register.
func (a *accumulation) foldLanes(g *gen) { a.foldBytes(g, g.m.VectorBytes()) }

// foldBytes folds the lanes in the first bytes of each sum's first register.
func (a *accumulation) foldBytes(g *gen, bytes int) {
	for ; bytes > a.body.Elem.Size(); bytes /= 2 {
		for _, acc := range a.acc {
			g.m.UpperHalf(acc[1], acc[0], bytes)
			g.m.Op(a.combine, a.body.Elem, bytes/2, acc[0], acc[1], acc[0])
		}
	}
}

// block accumulates the next block of elements; rest counts those that are left, and
// the block's are subtracted from it. If few is set, blocks of few elements have a way
// of their own.
func (a *accumulation) block(g *gen, rest G, few bool) {
	m, n, t := g.m, a.n, a.t
	whole, long, folded := g.label("whole"), g.label("long"), g.label("folded")
	m.Move(n, rest)
	m.JumpIf(n, LE, blockElements(g.e), whole)
	m.Set(n, blockElements(g.e))
	m.Label(whole)
	m.Move(t, n)
	g.sub(rest, t)
	if a.first != noRegister {
		m.Move(a.first, n)
	}
	if few {
		most, short := a.short(g)
		m.JumpIf(n, GT, most, long)
		short()
		m.Jump(folded)
		m.Label(long)
	}
	a.zero(g, 0, len(a.acc[0]))
	a.elements(g)
	a.fold(g)
	if few {
		m.Label(folded)
	}
}

// blocks accumulates the elements that rest counts, block after block, and adds the
// blocks' sums in float64, in totals that hold +0. A sum of several blocks is converted
// back; a single block's needs none of this. count sets a register to all elements.
func (a *accumulation) blocks(g *gen, rest G, totals []V, few bool, count func(n G)) {
	m := g.m
	block, store := g.label("block"), g.label("store")
	m.Label(block)
	a.block(g, rest, few)
	count(a.n)
	m.JumpIf(a.n, LE, blockElements(g.e), store)
	for i, total := range totals {
		m.Convert(a.acc[i][0], a.acc[i][0], g.e, F64)
		m.AddFirst(total, a.acc[i][0])
	}
	m.JumpIf(rest, GT, 0, block)
	for i, total := range totals {
		m.Convert(a.acc[i][0], total, F64, g.e)
	}
	m.Label(store)
}

// elements accumulates n elements.
func (a *accumulation) elements(g *gen) {
	m, in, n, t := g.m, a.body.Elem, a.n, a.t
	vectors, w := len(a.acc[0]), g.lanes(in)
	l := vectors * w
	all := step{body: a.body, copies: vectors, ptrs: a.ptrs, strides: a.strides, sums: a.acc, combine: a.combine}

	fold := g.label("fold")
	turns := []int{1}
	if a.twice() {
		turns = []int{2, 1}
	}
	for _, times := range turns {
		turn := all
		turn.copies = times * vectors
		turn.sums = make([][]V, len(a.acc))
		for i, acc := range a.acc {
			turn.sums[i] = slices.Repeat(acc, times)
		}
		loop, tail := g.label("loop"), g.label("tail")
		m.JumpIf(n, LT, times*l, tail)
		m.AlignLoop()
		m.Label(loop)
		g.emit(turn)
		if a.strides == nil {
			g.advance(a.body, a.ptrs, n, times*l)
		} else {
			m.AddImm(n, -times*l)
		}
		m.JumpIf(n, GE, times*l, loop)
		m.Label(tail)
	}

	m.JumpIf(n, EQ, 0, fold)
	m.Comment("Tail: whole vectors, then one filled up with zeros.")
	m.Move(t, n)
	m.AndImm(t, w-1)
	m.SetCount(t)
	a.loadPartial(g)
	parts := make([]string, vectors)
	for j := range vectors {
		parts[j] = g.label("part")
		if j > 0 {
			m.JumpIf(n, EQ, j*w, fold)
		}
		if j+1 < vectors {
			m.JumpIf(n, LT, (j+1)*w, parts[j])
			one := all
			one.first, one.copies, one.sums = j, 1, column(a.acc, j)
			g.emit(one)
		}
	}
	for j := vectors - 1; j >= 0; j-- {
		m.Label(parts[j])
		a.partial(g, j)
		if j > 0 {
			m.Jump(fold)
		}
	}
	m.Label(fold)
}

// twice reports whether the main loop goes over the accumulators twice in a turn. That
// pays where they are few and loads bind: Dot of 1024 float32 is 5 % faster on Zen 5.
func (a *accumulation) twice() bool {
	return a.sums == 1 && a.strides == nil && len(a.ptrs) == 2 && len(a.acc[0]) <= 4
}

// fold folds the registers and lanes of each sum.
func (a *accumulation) fold(g *gen) {
	m, vectors, w := g.m, len(a.acc[0]), g.lanes(a.body.Elem)
	m.Comment("Fold the lanes by halves.")
	for h := vectors / 2; h > 0; h /= 2 {
		empty := g.label("empty")
		if a.first != noRegister {
			m.JumpIf(a.first, LE, h*w, empty)
		}
		a.foldRegisters(g, h, vectors, m.VectorBytes())
		if a.first != noRegister {
			m.Label(empty)
		}
	}
	a.foldLanes(g)
}

// masked reports whether a partial vector is loaded by one masked instruction. Then
// each place that needs it has its own.
func (a *accumulation) masked(g *gen) bool { return g.m.MaskedStores() && a.strides == nil }

// loadPartial loads the streams' partial vectors, which stand behind the whole ones,
// where that takes too much code to have it in each place that needs them.
func (a *accumulation) loadPartial(g *gen) {
	if a.masked(g) {
		return
	}
	m, in := g.m, a.body.Elem
	for i, p := range a.ptrs {
		at := a.t
		m.Move(at, a.n)
		m.AndImm(at, -g.lanes(in))
		if a.strides != nil {
			m.Mul(at, a.strides[i])
		} else {
			m.ShiftLeft(at, shift(a.body.elem(g.e, i)))
		}
		m.Add(at, p)
		if a.strides != nil {
			m.Gather(a.loaded[i], in, g.e, at, a.strides[i], Partial)
		} else {
			m.Load(a.loaded[i], in, a.body.elem(g.e, i), Address{Base: at}, Partial)
		}
	}
}

// partial accumulates the partial vectors, which stand behind j whole ones, into
// the j-th register of each sum.
func (a *accumulation) partial(g *gen, j int) {
	s := step{body: a.body, copies: 1, ptrs: a.ptrs, sums: column(a.acc, j), combine: a.combine}
	if a.masked(g) {
		s.first, s.access = j, Partial
	} else {
		s.loaded = a.loaded
	}
	if a.tail != nil {
		s.body = a.tail
	}
	g.emit(s)
}

// column returns the j-th vector of each sum, as a step of one copy takes them.
func column(acc [][]V, j int) [][]V {
	all := make([][]V, len(acc))
	for i := range acc {
		all[i] = acc[i][j : j+1]
	}
	return all
}
