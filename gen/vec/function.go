package vec

// Function is the skeleton of element-wise kernels with many operations for each
// element: exp, log and what is made of them. The body computes in float64 for either
// element type, and only there an operation may multiply and add with one rounding.
//
// As many vectors go side by side as there are registers for, up to four: one alone
// would wait for each of its operations, and a core sees only some of the next vector's
// before the first one is done.
type Function struct {
	// Body records the function for streams of an element type.
	Body func(b *Body, of Elem)
}

func (Function) result(string) string { return "" }

// deepest is how many vectors of a function go side by side at most.
const deepest = 4

func (s Function) generate(g *gen) {
	streams := g.k.Streams()
	body := newBody(g.k, F64, g.m, streams)
	s.Body(body, g.e)
	body.checkUsed()
	body.storesLast()
	body.loadsAtUse()

	g.m.Begin(g.k, g.e, 0)
	ptrs, _ := g.pointers(streams)
	n := g.general()
	g.length(n)
	body.deep = deepest
	for body.deep > 1 && g.need(body) > len(g.free) {
		body.deep--
	}
	g.makeResident(body)
	g.mapLoop(body, ptrs, n, false)
	g.m.Return()
}
