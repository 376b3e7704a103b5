package vec

import (
	"math/bits"
	"slices"

	"github.com/seed63264101/steepest/kernels/generic"
)

// Random is the skeleton of kernels of random numbers: Philox4x32-10 (Salmon, Moraes, Dror
// and Shaw 2011), which makes four words of 32 bits of each count. The vectors' lanes of
// 64 bits hold one word each, below bits of no meaning: a multiplication takes the lower
// halves and gives both halves of the product.
//
// Sixteen counts make a block of elements, in parts of one element for each count: four
// parts of one word each for float32, two of two words for float64. What is left behind
// whole blocks stays as it is. The first words of the parameter of kind Words are as many
// counts as a vector has lanes, and then those of the rounds follow: see
// generic.PhiloxWords.
type Random struct {
	// Body records what becomes of a part's words, for streams of an element type. It
	// computes in float64.
	Body func(b *Body, of Elem, words []Val)
}

func (Random) result(string) string { return "" }

func (s Random) generate(g *gen) {
	streams := g.k.Streams()
	g.m.Begin(g.k, g.e, 0)
	ptrs, _ := g.pointers(streams)
	n := g.general()
	g.length(n)
	block := generic.PhiloxCounts * partsOf(g.e)
	g.m.ShiftRight(n, bits.TrailingZeros(uint(block)))
	g.words = g.general()
	g.m.ArgBase(g.words, g.k.OfKind(Words).Name)
	g.m.Load(g.hold("counts"), F64, F64, Address{Base: g.words}, Full)
	lanes := g.lanes(F64)
	g.m.Broadcast(g.hold("lanes"), F64, Uniform{Const: Number(uint64(lanes))})
	body := s.deepest(g, streams)
	g.makeResident(body)
	g.blockLoop(body, ptrs, n, block)
	g.m.Return()
}

// deepest returns the body, with as many vectors side by side as there are registers for.
// Where that is one, as many of its parts go side by side.
func (s Random) deepest(g *gen, streams []Param) *Body {
	for deep := deepest; ; deep /= 2 {
		beside := 1
		if deep == 1 {
			beside = partsOf(g.e)
		}
		for ; beside > 0; beside /= 2 {
			body := newBody(g.k, F64, g.m, streams)
			s.record(body, g.e, beside)
			body.checkUsed()
			body.storesLast()
			body.loadsAtUse()
			body.deep = deep
			if g.need(body) <= len(g.free) || deep == 1 && beside == 1 {
				return body
			}
		}
	}
}

// partsOf returns the number of a block's parts.
func partsOf(e Elem) int {
	if e == F32 {
		return 4
	}
	return 2
}

// record records the rounds, and the body for each part, so many of them side by side.
func (s Random) record(b *Body, of Elem, beside int) {
	b.parts = partsOf(of)
	x := philox(b)
	words := len(x) / b.parts
	for b.part < b.parts {
		before := len(b.code)
		var side [][]instr
		for range beside {
			from := len(b.code)
			clear(b.loaded)
			s.Body(b, of, x[b.part*words:][:words])
			side = append(side, slices.Clone(b.code[from:]))
			b.part++
		}
		b.code = b.code[:before]
		for i := range side[0] {
			for _, code := range side {
				b.code = append(b.code, code[i])
			}
		}
	}
}

// philox records the rounds of the next counts. The first one has little to do, as a part
// of the words that it takes is the same for all counts.
func philox(b *Body) [4]Val {
	b.Note("the first round")
	count := b.emit(instr{op: OpCount, args: []Val{b.Held("counts"), b.Held("lanes")}}, true)
	word := generic.PhiloxLanes
	next := func() Val {
		word++
		return b.Word(word - 1)
	}
	x0 := b.Xor(b.ShiftRight(count, 32), next())
	x3 := b.MulHalves(count, generic.PhiloxM0)
	x2 := b.Xor(b.ShiftRight(x3, 32), next())
	x1 := Val(-1) // is in the next word
	for word < generic.PhiloxWords {
		b.Note("the next round")
		p0, p1 := b.MulHalves(x0, generic.PhiloxM0), b.MulHalves(x2, generic.PhiloxM1)
		if x1 < 0 {
			x0 = b.Xor(b.ShiftRight(p1, 32), next())
		} else {
			x0 = b.Xor3(b.ShiftRight(p1, 32), x1, next())
		}
		x2 = b.Xor3(b.ShiftRight(p0, 32), x3, next())
		x1, x3 = p1, p0
	}
	return [4]Val{x0, x1, x2, x3}
}

// blockLoop runs the body over n blocks of so many elements; pointers and n are destroyed.
func (g *gen) blockLoop(b *Body, ptrs []G, n G, block int) {
	m, lanes := g.m, g.lanes(b.Elem)
	blocks := func(count int) {
		vectors := count * generic.PhiloxCounts / lanes
		copies := min(vectors, b.deep)
		for first := 0; first < vectors; first += copies {
			g.emit(step{body: b, first: first, copies: copies, ptrs: ptrs})
		}
		for _, p := range ptrs {
			m.AddImm(p, count*block*g.e.Size())
		}
	}
	main, one, done := g.label("main"), g.label("one"), g.label("done")
	most := max(1, b.deep*lanes/generic.PhiloxCounts)
	if most > 1 {
		m.JumpIf(n, LT, most, one)
		m.Label(main)
		blocks(most)
		m.AddImm(n, -most)
		m.JumpIf(n, GE, most, main)
	}
	m.Label(one)
	m.JumpIf(n, LE, 0, done)
	blocks(1)
	m.SubJump(n, 1, GT, one)
	m.Label(done)
}
