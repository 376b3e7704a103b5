package vec

import "slices"

// The short ways of accumulations: for so few elements that what prepares for many
// would take most of the time. Each adds in the order of the contract.

// short returns up to how many elements there is a short way, and what emits it
// for n elements.
func (a *accumulation) short(g *gen) (most int, emit func()) {
	switch w := g.lanes(a.body.Elem); {
	case a.strides != nil:
		return 2 * a.singles(g), func() { a.shortStrided(g) }
	case a.masked(g):
		return a.chain() * w, func() { a.shortMasked(g) }
	default:
		return a.chain() * w, func() { a.shortWhole(g) }
	}
}

// chain returns how many vectors shortMasked and shortWhole take.
func (a *accumulation) chain() int { return min(4, len(a.acc[0])) }

// few accumulates one of a few vectors. Only the first sum begins at +0: that is
// enough to make a sum of -0 what it must be. (So do those of what is loaded: there may
// be no operation to assign the result of.)
func (a *accumulation) few(g *gen, j int, access Access, loaded map[int]V) {
	s := step{body: a.body, first: j, copies: 1, access: access, ptrs: a.ptrs, loaded: loaded, sums: column(a.acc, j), combine: a.combine}
	s.assign = j > 0 && a.combine == OpAdd && loaded == nil
	if !s.assign {
		a.zero(g, j, j+1)
	}
	g.emit(s)
}

// foldFew folds so many of the sums' registers.
func (a *accumulation) foldFew(g *gen, used int) {
	for h := len(a.acc[0]) / 2; h > 0; h /= 2 {
		a.foldRegisters(g, h, used, g.m.VectorBytes())
	}
}

// shortWhole accumulates a few vectors, and a partial one if there is a rest: that is
// more work than one which is masked.
func (a *accumulation) shortWhole(g *gen) {
	m, n, w := g.m, a.n, g.lanes(a.body.Elem)
	m.Comment("A few vectors, and one filled up with zeros, which change no sum.")
	whole, lanes := g.label("whole"), g.label("lanes")
	m.Move(a.t, n)
	m.AndImm(a.t, w-1)
	m.JumpIf(a.t, EQ, 0, whole)
	m.SetCount(a.t)
	a.loadPartial(g)
	m.Label(whole)
	rest := make([]string, a.chain())
	for j := range a.chain() {
		rest[j] = g.label("rest")
		m.JumpIf(n, LT, (j+1)*w, rest[j])
		a.few(g, j, Full, nil)
	}
	a.foldFew(g, a.chain())
	m.Jump(lanes)
	for j := a.chain() - 1; j >= 0; j-- {
		none := g.label("none")
		m.Label(rest[j])
		m.JumpIf(n, EQ, j*w, none)
		a.few(g, j, Full, a.loaded)
		a.foldFew(g, j+1)
		m.Jump(lanes)
		m.Label(none)
		if j > 0 {
			a.foldFew(g, j)
			m.Jump(lanes)
		} else {
			a.zero(g, 0, 1)
		}
	}
	m.Label(lanes)
	a.foldLanes(g)
}

// shortMasked accumulates a few vectors, of which the last may be partial.
func (a *accumulation) shortMasked(g *gen) {
	m, n, w := g.m, a.n, g.lanes(a.body.Elem)
	m.Comment("A few vectors, the last filled up with zeros, which change no sum.")
	lanes := g.label("lanes")
	last := make([]string, a.chain())
	for j := range a.chain() {
		last[j] = g.label("last")
		if j+1 < a.chain() {
			m.JumpIf(n, LE, (j+1)*w, last[j])
			a.few(g, j, Full, nil)
		}
	}
	for j := a.chain() - 1; j >= 0; j-- {
		m.Label(last[j])
		m.Move(a.t, n)
		if j > 0 {
			m.AddImm(a.t, -j*w)
		}
		m.SetCount(a.t)
		a.few(g, j, Partial, nil)
		a.foldFew(g, j+1)
		if j > 0 {
			m.Jump(lanes)
		}
	}
	m.Label(lanes)
	a.foldLanes(g)
}

// singles returns how many registers shortStrided adds up in.
func (a *accumulation) singles(g *gen) int {
	const many = 16
	have := len(a.acc[0])
	if have+len(g.free) >= many+g.pressure(step{body: a.body, copies: 1}, false) {
		return many
	}
	return have
}

// shortStrided accumulates single elements, each in a register that stands for its
// lane: that is less work than to bring them together in vectors. It has a way of
// its own for each power of two, so that no register has to be cleared for nothing.
func (a *accumulation) shortStrided(g *gen) {
	m, regs := g.m, a.singles(g)
	m.Comment("Few elements: one by one, each register a lane.")
	free := slices.Clone(g.free)
	short := *a
	short.acc = make([][]V, a.sums)
	for i, acc := range a.acc {
		short.acc[i] = slices.Clone(acc)
		for len(short.acc[i]) < regs {
			short.acc[i] = append(short.acc[i], g.vector())
		}
	}
	done := g.label("added")
	for r := 1; r <= regs; r *= 2 {
		more := g.label("more")
		if r < regs {
			m.JumpIf(a.n, GT, 2*r, more)
		}
		short.singlesIn(g, r)
		if r < regs {
			m.Jump(done)
			m.Label(more)
		}
	}
	m.Label(done)
	g.free = free
}

// singlesIn accumulates more than regs elements and at most twice as many, in so
// many registers; in one register, any number up to two.
func (a *accumulation) singlesIn(g *gen, regs int) {
	m := g.m
	fold := g.label("fold")
	for j := range 2 * regs {
		lane := j % regs
		s := step{body: a.body, copies: 1, access: 1, ptrs: a.ptrs, strides: a.strides, element: j & 1,
			sums: column(a.acc, lane), combine: a.combine}
		s.assign = 0 < j && j < regs && a.combine == OpAdd
		if j < regs && !s.assign {
			a.zero(g, lane, lane+1)
		}
		if j > regs || regs == 1 {
			m.JumpIf(a.n, LE, j, fold)
		}
		g.emit(s)
		if j&1 == 1 && j+1 < 2*regs {
			for i, p := range a.ptrs {
				m.AddTimes(p, a.strides[i], 2)
			}
		}
	}
	m.Label(fold)
	for h := regs / 2; h > 0; h /= 2 {
		a.foldRegisters(g, h, regs, int(a.body.Elem))
	}
}
