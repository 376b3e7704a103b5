package vec

import (
	"slices"

	"github.com/seed63264101/steepest/kernels/generic"
)

// step is one emission of a body, in a number of copies that work on successive
// vectors.
type step struct {
	body    *Body
	first   int // copies are numbered from here on
	copies  int
	access  Access
	ptrs    []G // by stream; copy c works on the vector of that number behind the pointer
	strides []G // by stream, in bytes; nil where elements are adjacent

	// Where strided elements are handled one by one, the first copy works on the
	// element of this number behind the pointer, the next copy on the next, up to
	// number 3. Number 3 is reached by three times the stride, which has registers here.
	element int
	thrice  []G // by stream

	loaded     map[int]V // streams whose vector is in a register already, which stays as it is
	sums       [][]V     // the registers that OpAccum accumulates in, by sum and then by copy
	combine    Op        // how OpAccum accumulates
	interleave bool      // the copies go side by side, not one behind the other

	// By stream: gets a single element that is stored, in the lanes of so many bytes. A
	// stream without a pointer is stored nowhere else.
	spread map[int]V
	wide   int

	assign bool // the sums are undefined before the step: OpAccum sets them to their terms
	begin  *V   // likewise, but OpAccum combines the terms with this register
}

// event is an instruction of one copy.
type event struct {
	copy int
	in   *instr
}

// place names a value of one copy.
type place struct {
	copy int
	val  Val
}

// events lists the instructions of a step, copy after copy or interleaved.
func (s step) events() []event {
	var ev []event
	if s.interleave {
		for i := range s.body.code {
			for c := range s.copies {
				ev = append(ev, event{c, &s.body.code[i]})
			}
		}
		return ev
	}
	for c := range s.copies {
		for i := range s.body.code {
			ev = append(ev, event{c, &s.body.code[i]})
		}
	}
	return ev
}

// emit writes the step down. Copies are interleaved where the machine or the body asks
// for it and there are registers enough.
func (g *gen) emit(s step) {
	s.interleave = s.copies > 1 && (g.m.Interleave() || s.body.deep > 0)
	s.interleave = s.interleave && g.pressure(s) <= len(g.free)
	code, _ := g.allocate(s, s.events(), slices.Clone(g.free))
	for _, at := range code {
		g.write(s, at)
	}
}

// need returns the largest number of registers that a body takes, which it does where
// every load is an instruction of its own.
func (g *gen) need(b *Body) int {
	access := Partial
	if b.ready {
		access = Full
	}
	return g.pressure(step{body: b, copies: max(1, b.deep), interleave: b.deep > 1, access: access})
}

// pressure returns the number of registers that the step takes.
func (g *gen) pressure(s step) int {
	pool := make([]V, 256)
	_, least := g.allocate(s, s.events(), pool)
	return len(pool) - least
}

// isLoaded reports whether a register holds the vector of a loaded stream.
func (s step) isLoaded(v V) bool {
	for _, l := range s.loaded {
		if l == v {
			return true
		}
	}
	return false
}

// single returns the place of the i-th element behind a stream's pointer, for i from
// 0 to 3.
func (s step) single(stream, i, size int) Address {
	ptr, stride := s.ptrs[stream], s.strides[stream]
	switch {
	case stride == noRegister:
		return Address{Base: ptr, Disp: i * size}
	case i == 0:
		return Address{Base: ptr}
	case i == 3:
		return Address{Base: ptr, Index: s.thrice[stream], Times: 1}
	}
	return Address{Base: ptr, Index: stride, Times: i}
}

// place returns the place in memory of what an event loads or stores.
func (g *gen) place(s step, ev event) Address {
	if s.strides != nil {
		return s.single(ev.in.stream, s.element+ev.copy, g.e.Size())
	}
	size := s.body.elem(g.e, ev.in.stream).Size()
	element := (s.first + ev.copy) * g.lanes(s.body.Elem)
	if parts := s.body.parts; parts > 0 {
		element = element/generic.PhiloxCounts*generic.PhiloxCounts*parts + ev.in.part*generic.PhiloxCounts + element%generic.PhiloxCounts
	}
	return Address{Base: s.ptrs[ev.in.stream], Disp: element * size}
}

// bytes returns how many bytes of the registers a step works on.
func (g *gen) bytes(s step) int {
	if s.access > 0 {
		return int(s.access) * s.body.Elem.Size()
	}
	return g.m.VectorBytes()
}

// write writes an event's note, the broadcasts that it needs, and its instruction.
func (g *gen) write(s step, at allocated) {
	in, e := at.in, s.body.Elem
	if in.note != "" && at.copy == 0 {
		g.m.Comment(in.note)
	}
	for _, b := range at.broadcasts {
		g.broadcast(b.to, e, b.u)
	}
	if at.omit {
		return
	}
	switch {
	case in.op == OpLoad || in.op == OpStore:
		g.access(s, at)
	case in.op == OpAccum && at.folded != nil:
		sum := s.sums[in.stream][at.copy]
		g.m.OpMemory(s.combine, e, g.bytes(s), sum, s.before(sum), g.place(s, at.folded.load))
	case in.op == OpAccum && s.assign:
		g.m.Op(OpMul, e, g.bytes(s), s.sums[in.stream][at.copy], at.args...)
	case in.op == OpAccum && len(at.args) == 2:
		g.m.MultiplyAdd(e, g.bytes(s), s.sums[in.stream][at.copy], at.args[0], at.args[1])
	case in.op == OpAccum:
		// The sum is the second argument: OpMax keeps that one where the term is NaN.
		sum := s.sums[in.stream][at.copy]
		g.m.Op(s.combine, e, g.bytes(s), sum, at.args[0], s.before(sum))
	case in.op == OpShiftLeft || in.op == OpShiftRight || in.op == OpShiftRightSigned:
		g.m.Shift(in.op, e, g.bytes(s), in.by, at.dst, at.args[0])
	case in.op == OpCount:
		g.m.Op(OpOr, e, g.bytes(s), at.dst, at.args[0], at.args[0])
		g.m.Op(OpAddBits, e, g.bytes(s), at.args[0], at.args...)
	case in.op == OpPlace:
		g.m.Op(OpAddBits, e, g.m.VectorBytes(), at.args[0], at.args[0], at.args[2])
		g.m.Shift(OpShiftRight, e, g.bytes(s), 16, at.dst, at.args[0])
		g.m.Op(OpXor3, e, g.bytes(s), at.dst, at.dst, at.args[0], at.args[1])
	case at.folded != nil:
		g.m.OpMemory(in.op, e, g.bytes(s), at.dst, at.args[1-at.folded.arg], g.place(s, at.folded.load))
	default:
		g.m.Op(in.op, e, g.bytes(s), at.dst, at.args...)
	}
}

// before returns the register that holds a sum before the step.
func (s step) before(sum V) V {
	if s.begin != nil {
		return *s.begin
	}
	return sum
}

// access writes a load or a store.
func (g *gen) access(s step, at allocated) {
	stream, e := at.in.stream, s.body.Elem
	switch {
	case s.strides != nil && s.access <= 0:
		g.m.Gather(at.dst, e, g.e, s.ptrs[stream], s.strides[stream], s.access)
	case at.in.op == OpLoad:
		g.m.Load(at.dst, e, s.body.elem(g.e, stream), g.place(s, at.event), s.access)
	default:
		if s.ptrs[stream] != noRegister {
			g.m.Store(at.args[0], e, s.body.elem(g.e, stream), g.place(s, at.event), s.access)
		}
		if v, ok := s.spread[stream]; ok {
			g.m.Spread(v, at.args[0], e, s.wide)
		}
	}
}
