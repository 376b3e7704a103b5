package vec

import (
	"fmt"
	"slices"
)

// RowReduce is the skeleton of reductions of the rows of matrices: for each row r, dst[r]
// is Finish of what its terms combine to. A sum is added in the order of Reduce. A term
// may read matrices, vectors that all rows share, and, as held values, vectors with one
// element for each row.
type RowReduce struct {
	// Combine is OpAdd, or OpMax: it passes over NaN, gives +0 for zeros of either sign,
	// and -Inf for a row without numbers.
	Combine Op
	Term    func(b *Body) Val
	Finish  func(b *Body, total Val) Val // nil stores the total

	// Cut says that the term of a sum is not +0 where everything that it loads is +0, as it
	// is behind the end of a row: there it is cleared. There is no Map then.
	Cut bool

	// Map, if set, is then done to the row's elements, as RowMap does it. It finds what was
	// stored in the held value of dst's name, and what Factor, if set, makes of the total
	// and of vectors with one element for each row, as of streams, in "factor".
	Map    func(b *Body)
	Factor func(b *Body, total Val) Val
}

func (RowReduce) result(string) string { return "" }

// least is what a maximum begins with.
var least = Const{Name: "least", Bits32: 0xff800000, Bits64: 0xfff0000000000000}

// zero is +0. Added to -0, it turns it into +0.
var zero = Const{Name: "zero"}

// rowReduce is the code of a RowReduce kernel.
type rowReduce struct {
	*rowwise
	RowReduce
	body, finish *Body
	tail         *Body // for partial vectors
	after        *Body // of Map, or nil
	dst          Param
	spread       map[int]V // see step: of finish
	last         map[int]V // see mapPieces
	read         []int     // the streams that are read
	n            G         // columns
	present      V         // with Cut: all bits in the lanes of a partial vector that belong to the row
}

func (s RowReduce) generate(g *gen) {
	m, end := g.m, g.label("end")
	frame := 0
	if s.Cut {
		frame = m.VectorBytes()
	}
	m.Begin(g.k, g.e, frame)
	r := &rowReduce{rowwise: newRowwise(g, end), RowReduce: s, spread: map[int]V{}, n: g.general()}
	r.columns(r.n)
	if s.Factor == nil {
		r.holdCoefs()
	}
	var read []Param
	for i, p := range r.streams {
		if p.Kind.Loads() {
			r.read, read = append(r.read, i), append(read, p)
		}
	}
	r.body = newBody(g.k, g.e, m, read)
	r.body.Accumulate(0, s.Term(r.body))
	r.tail = r.body
	if s.Cut {
		r.prepareCut(read)
	}
	r.dst = g.k.OfKind(OutRows)
	streams := []Param{{Name: r.dst.Name, Kind: Out}}
	if s.Factor != nil {
		streams = append(streams, Param{Name: "factor", Kind: Out})
		for _, p := range r.coefs {
			streams = append(streams, Param{Name: p.Name, Kind: In})
		}
	}
	r.finish = newBody(g.k, g.e, m, streams)
	total := r.finish.Held("total")
	if s.Combine == OpMax {
		total = r.finish.Add(total, r.finish.Const(zero))
	}
	if s.Finish != nil {
		total = s.Finish(r.finish, total)
	}
	r.finish.Store(r.dst.Name, total)
	if s.Factor != nil {
		r.finish.Store("factor", s.Factor(r.finish, total))
	}
	if s.Map != nil {
		r.after = newBody(g.k, g.e, m, r.streams)
		s.Map(r.after)
		r.after.storesLast()
		for i, p := range streams {
			if p.Kind == Out && r.after.holds(p.Name) {
				r.spread[i] = g.hold(p.Name)
			}
		}
		r.last = r.lastPieces()
	}
	if s.Combine == OpMax {
		r.greatest()
	} else {
		r.sums()
	}
	m.Label(end)
	m.Return()
}

// bodies returns the bodies whose uniforms need registers.
func (r *rowReduce) bodies() []*Body {
	all := []*Body{r.body, r.finish}
	if r.Cut {
		all = append(all, r.tail)
	}
	if r.after != nil {
		all = append(all, r.after)
	}
	return all
}

// reads returns the pointers of the streams that are read.
func (r *rowReduce) reads(ptrs []G) []G {
	some := make([]G, len(r.read))
	for i, stream := range r.read {
		some[i] = ptrs[stream]
	}
	return some
}

// store finishes a row, of which the next step looks at so many bytes at a time.
func (r *rowReduce) store(bytes int) {
	ptrs := make([]G, len(r.finish.streams))
	for i, p := range r.finish.streams {
		ptrs[i] = noRegister
		if p.Name != "factor" {
			ptrs[i] = r.element(p.Name).Base
		}
	}
	if i := slices.Index(ptrs, r.t); i >= 0 && slices.Contains(ptrs[i+1:], r.t) {
		panic(fmt.Sprintf("vec: kernel %s has too few general registers for its vectors of one element for each row", r.k.Name))
	}
	r.emit(step{body: r.finish, copies: 1, access: 1, ptrs: ptrs, strides: same(r.off, len(ptrs)), element: 1, spread: r.spread, wide: bytes})
}

// storePieces finishes a row of few columns.
func (r *rowReduce) storePieces(p pieces, ptrs []G) {
	r.store(p.lanes * r.e.Size())
	if r.after != nil {
		r.mapPieces(r.after, p, ptrs, r.n, r.last)
	}
}

// storeLong finishes a row of many columns.
func (r *rowReduce) storeLong(walk []G) {
	r.store(r.m.VectorBytes())
	if r.after != nil {
		r.far(walk)
		r.columns(r.n)
		r.exactTails = true
		r.mapLoop(r.after, walk, r.n, false)
	}
}

// greatest emits the code of a maximum. It does not matter to that in which order its
// terms come, and whether one comes twice.
func (r *rowReduce) greatest() {
	g, m, n, w := r.gen, r.m, r.n, r.lanes(r.e)
	a := accumulation{body: r.body, combine: OpMax, sums: 1, acc: [][]V{g.vectors(rowwiseVectors)}}
	acc := a.acc[0]
	g.resident[Uniform{Held: "total"}] = acc[0]
	none := g.hold("none")
	m.Broadcast(none, g.e, Uniform{Const: least})
	g.makeResident(r.bodies()...)
	start := g.begins()

	ptrs := r.near()
	reads := r.reads(ptrs)
	some := g.label("some")
	m.JumpIf(n, GT, 0, some)
	r.each(func() {
		m.Convert(acc[0], none, g.e, g.e)
		r.store(0)
	})
	m.Return()
	m.Label(some)
	r.inPieces(n, 1, unprepared, func(p pieces) {
		r.each(func() {
			for j := range p.whole {
				s := step{body: r.body, first: j, copies: 1, access: p.access(), ptrs: reads, sums: a.acc, combine: OpMax}
				if j == 0 {
					s.begin = &none
				}
				g.emit(s)
			}
			if p.overlap {
				g.emit(step{body: r.body, copies: 1, access: p.access(), ptrs: reads, strides: same(n, len(reads)), element: 1,
					sums: a.acc, combine: OpMax})
			}
			a.foldBytes(g, p.lanes*g.e.Size())
			r.storePieces(p, ptrs)
		})
	})
	g.restore(start)
	r.strides, r.bases = nil, nil

	walk := g.generalsFor(r.streams)
	r.base()
	reads = r.reads(walk)
	r.each(func() {
		main, single, tail, done := g.label("main"), g.label("single"), g.label("tail"), g.label("done")
		r.far(walk)
		r.columns(n)
		for _, v := range acc {
			m.Op(OpOr, g.e, m.VectorBytes(), v, none, none)
		}
		s := step{body: r.body, copies: len(acc), ptrs: reads, sums: a.acc, combine: OpMax}
		m.AlignLoop()
		m.Label(main)
		g.emit(s)
		g.advance(r.body, reads, n, len(acc)*w)
		m.JumpIf(n, GE, len(acc)*w, main)
		s.copies = 1
		m.Label(single)
		m.JumpIf(n, LT, w, tail)
		g.emit(s)
		g.advance(r.body, reads, n, w)
		m.Jump(single)
		m.Label(tail)
		m.JumpIf(n, EQ, 0, done)
		m.Comment("The last vector ends where the row ends.")
		m.ShiftLeft(n, shift(g.e))
		for _, p := range reads {
			m.Add(p, n)
		}
		s.first = -1
		g.emit(s)
		m.Label(done)
		for h := len(acc) / 2; h > 0; h /= 2 {
			a.foldRegisters(g, h, len(acc), m.VectorBytes())
		}
		a.foldLanes(g)
		r.storeLong(walk)
	})
}

// same returns a register for each of so many streams: it is the same for all.
func same(r G, streams int) []G {
	all := make([]G, streams)
	for i := range all {
		all[i] = r
	}
	return all
}
