package vec

// Reduce is the skeleton of reductions, in the order of the contract: 256 bytes
// of accumulators, element i into lane i mod L, lanes folded by halves, blocks
// added in float64.
type Reduce struct {
	Wide    bool // accumulate, and return, float64 whatever the element type
	Combine Op   // OpAdd or OpMaxNaN; both have +0 as their neutral element
	Term    func(b *Body) Val
}

// AccumulatorBytes is the size of all accumulators of a reduction.
const AccumulatorBytes = 256

// BlockElements returns the number of elements in a block of a reduction.
func BlockElements(e Elem) int { return 65536 / int(e) }

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
	body.emit(instr{op: OpAccum, args: []Val{s.Term(body)}}, false)

	m.Begin(g.k, g.e, 0)
	ptrs := make([]G, len(streams))
	for i, p := range streams {
		ptrs[i] = g.general()
		m.ArgBase(ptrs[i], p.Name)
	}
	rest, n, t := g.general(), g.general(), g.general()
	m.ArgLen(rest, streams[0].Name)

	acc := make([]V, AccumulatorBytes/m.VectorBytes())
	for i := range acc {
		acc[i] = g.vector()
	}
	total := g.vector()
	m.Zero(total)
	// For the tail's partial vectors.
	loaded := map[int]V{}
	for i := range streams {
		loaded[i] = g.vector()
	}
	g.makeResident(body)
	all := step{body: body, copies: len(acc), ptrs: ptrs, accum: acc, combine: s.Combine}

	w, l := g.lanes(in), AccumulatorBytes/int(in)
	block, short, loop, tail, fold :=
		g.label("block"), g.label("short"), g.label("loop"), g.label("tail"), g.label("fold")

	m.Label(block)
	m.Move(n, rest)
	m.JumpIf(n, LE, BlockElements(g.e), short)
	m.Set(n, BlockElements(g.e))
	m.Label(short)
	m.Move(t, n)
	g.sub(rest, t)
	for _, a := range acc {
		m.Zero(a)
	}
	m.JumpIf(n, LT, l, tail)
	m.AlignLoop()
	m.Label(loop)
	g.emit(all)
	g.advance(ptrs, n, l)
	m.JumpIf(n, GE, l, loop)

	m.Label(tail)
	m.JumpIf(n, EQ, 0, fold)
	m.Comment("Tail: whole vectors, then one filled up with zeros, which change no sum.")
	m.Move(t, n)
	m.AndImm(t, w-1)
	m.SetCount(t)
	for i := range streams {
		m.Move(t, n)
		m.AndImm(t, -w)
		m.ShiftLeft(t, shift(g.e))
		m.Add(t, ptrs[i])
		m.Load(loaded[i], in, g.e, Address{Base: t}, Partial)
	}
	parts := make([]string, len(acc))
	for j := range acc {
		parts[j] = g.label("part")
		if j+1 < len(acc) {
			m.JumpIf(n, LT, (j+1)*w, parts[j])
			one := all
			one.first, one.copies, one.accum = j, 1, acc[j:j+1]
			g.emit(one)
		}
	}
	for j := len(acc) - 1; j >= 0; j-- {
		m.Label(parts[j])
		g.emit(step{body: body, copies: 1, loaded: loaded, accum: acc[j : j+1], combine: s.Combine, ptrs: ptrs})
		if j > 0 {
			m.Jump(fold)
		}
	}

	m.Label(fold)
	m.Comment("Fold the lanes by halves.")
	for h := len(acc) / 2; h > 0; h /= 2 {
		for j := range h {
			m.Op(s.Combine, in, acc[j], []V{acc[j], acc[j+h]})
		}
	}
	for bytes := m.VectorBytes(); bytes > int(in); bytes /= 2 {
		m.UpperHalf(acc[1], acc[0], bytes)
		m.Op(s.Combine, in, acc[0], []V{acc[0], acc[1]})
	}
	if s.Combine == OpAdd {
		m.Convert(acc[0], acc[0], in, F64)
		m.AddFirst(total, acc[0])
	} else {
		m.Op(s.Combine, in, total, []V{total, acc[0]})
	}
	m.JumpIf(rest, GT, 0, block)
	if s.Combine == OpAdd {
		m.Convert(total, total, F64, in)
	}
	m.Result(total, in)
	m.Return()
}
