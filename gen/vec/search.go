package vec

import "slices"

// Search is the skeleton of kernels that return the index of the first element
// for which the body has all bits, or the number of elements if there is none.
type Search struct {
	Body func(b *Body) Val
}

func (Search) result(string) string { return "int" }

// searchVectors is how many vectors the main loop looks at before it asks.
const searchVectors = 4

func (s Search) generate(g *gen) {
	m, w := g.m, g.lanes(g.e)
	streams := g.k.Streams()
	body := newBody(g.k, g.e, m, streams)
	body.Accumulate(0, s.Body(body))

	m.Begin(g.k, g.e, 0)
	ptrs, _ := g.pointers(streams)
	n, i, t := g.general(), g.general(), g.general()
	g.length(n)
	m.Set(i, 0)
	loaded := map[int]V{}
	for i := range ptrs {
		loaded[i] = g.vector()
	}
	hit := g.vector()
	g.makeResident(body)

	look := func(st step) {
		m.Zero(hit)
		st.body, st.ptrs, st.combine = body, ptrs, OpOr
		st.sums = [][]V{slices.Repeat([]V{hit}, st.copies)}
		g.emit(st)
		m.FirstTrue(t, hit, g.e)
	}
	main, single, one, tail, found, none :=
		g.label("main"), g.label("single"), g.label("one"), g.label("tail"), g.label("found"), g.label("none")
	m.JumpIf(n, LT, searchVectors*w, single)
	m.AlignLoop()
	m.Label(main)
	look(step{copies: searchVectors})
	m.Comment("A hit is looked for again, vector by vector.")
	m.JumpIf(t, LT, w, one)
	g.advance(body, ptrs, n, searchVectors*w)
	m.AddImm(i, searchVectors*w)
	m.JumpIf(n, GE, searchVectors*w, main)

	m.Label(single)
	m.JumpIf(n, LT, w, tail)
	m.Label(one)
	look(step{copies: 1})
	m.JumpIf(t, LT, w, found)
	g.advance(body, ptrs, n, w)
	m.AddImm(i, w)
	m.JumpIf(n, GE, w, one)

	m.Label(tail)
	m.JumpIf(n, EQ, 0, none)
	m.Comment("A vector filled up with zeros; a hit behind the elements is none.")
	m.SetCount(n)
	for j, p := range ptrs {
		m.Load(loaded[j], g.e, g.e, Address{Base: p}, Partial)
	}
	look(step{copies: 1, loaded: loaded})
	m.Add(i, n)
	g.sub(t, n)
	m.JumpIf(t, GE, 0, none)
	m.Label(found)
	m.Add(i, t)
	m.Label(none)
	m.ResultInt(i)
	m.Return()
}
