package vec

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// gen generates one function.
type gen struct {
	k *Kernel
	e Elem
	m Machine

	generals int            // general registers handed out
	free     []V            // vector registers not in use
	resident map[Uniform]V  // uniforms that have a register
	labels   map[string]int // how often a name was used
	aside    []func()       // what is rare, and stands behind the function's end

	// exactTails makes mapLoop go down in powers of two where it could mask. To
	// the core, a masked store reaches as far as a whole one: a load behind it,
	// from the next row of a matrix or from the same vector for the next rows,
	// waits until it is done.
	exactTails bool
}

// Generate writes the kernel's function for one element type to the machine.
func Generate(k *Kernel, e Elem, m Machine) error {
	if err := k.Check(); err != nil {
		return err
	}
	g := &gen{k: k, e: e, m: m, resident: map[Uniform]V{}, labels: map[string]int{}}
	for v := m.Vectors() - 1; v >= 0; v-- {
		g.free = append(g.free, V(v))
	}
	k.Loop.generate(g)
	for _, emit := range g.aside {
		emit()
	}
	return nil
}

// registers are those in use at some point.
type registers struct {
	generals int
	free     []V
	resident map[Uniform]V
}

// begins notes the registers in use, for code that has others to itself.
func (g *gen) begins() registers {
	return registers{g.generals, slices.Clone(g.free), maps.Clone(g.resident)}
}

// restore gives back the registers handed out since.
func (g *gen) restore(r registers) {
	g.generals, g.free, g.resident = r.generals, slices.Clone(r.free), maps.Clone(r.resident)
}

// lanes returns the number of elements of type e in a vector register.
func (g *gen) lanes(e Elem) int { return g.m.VectorBytes() / int(e) }

// general hands out a general register.
func (g *gen) general() G {
	if g.generals == g.m.Generals() {
		panic(fmt.Sprintf("vec: kernel %s needs more than %d general registers", g.k.Name, g.generals))
	}
	g.generals++
	return G(g.generals - 1)
}

// vector hands out a vector register for good.
func (g *gen) vector() V {
	if len(g.free) == 0 {
		panic(fmt.Sprintf("vec: kernel %s needs more than %d vector registers", g.k.Name, g.m.Vectors()))
	}
	v := g.free[len(g.free)-1]
	g.free = g.free[:len(g.free)-1]
	return v
}

// label returns a label of the function that no other call returned.
func (g *gen) label(name string) string {
	g.labels[name]++
	if n := g.labels[name]; n > 1 {
		return fmt.Sprintf("%s%d", name, n)
	}
	return name
}

// shift returns the binary logarithm of an element size.
func shift(e Elem) int { return bits.TrailingZeros(uint(e)) }

// sub computes dst -= src and destroys src.
func (g *gen) sub(dst, src G) {
	g.m.Neg(src)
	g.m.Add(dst, src)
}

// makeResident gives registers to the uniforms of the bodies, for the whole
// function, and loads them. Where there are too few registers, the uniforms with
// the fewest uses stay in memory and are broadcast at each use. Held values must
// have their registers before.
func (g *gen) makeResident(bodies ...*Body) {
	uses := map[Uniform]int{}
	var order []Uniform
	for _, b := range bodies {
		for _, u := range b.uni {
			if u.Held == "" && !slices.Contains(order, u) {
				order = append(order, u)
			}
		}
		for _, in := range b.code {
			for _, a := range in.args {
				if i, ok := b.uniVal[a]; ok {
					uses[b.uni[i]]++
				}
			}
		}
	}
	keep := slices.Clone(order)
	held := maps.Clone(g.resident)
	fits := func() bool {
		clear(g.resident)
		maps.Copy(g.resident, held)
		for _, u := range keep {
			g.resident[u] = -1
		}
		for _, b := range bodies {
			if len(keep)+g.need(b) > len(g.free) {
				return false
			}
		}
		return true
	}
	for !fits() {
		if len(keep) == 0 {
			panic(fmt.Sprintf("vec: kernel %s: body needs more than %d vector registers", g.k.Name, len(g.free)))
		}
		least := 0
		for i, u := range keep {
			if uses[u] < uses[keep[least]] {
				least = i
			}
		}
		keep = slices.Delete(keep, least, least+1)
	}
	in := bodies[0].Elem
	for _, u := range keep {
		g.resident[u] = g.vector()
		g.m.Broadcast(g.resident[u], in, u)
	}
}

// hold gives a register to a held value of the bodies.
func (g *gen) hold(name string) V {
	v := g.vector()
	g.resident[Uniform{Held: name}] = v
	return v
}

// step is one emission of a body, in a number of copies that work on successive
// vectors.
type step struct {
	body    *Body
	first   int // number of the first copy
	copies  int
	access  Access
	ptrs    []G       // by stream; copy c works on vector c behind the pointer
	strides []G       // by stream, in bytes; then loads of vectors move the pointers on
	element int       // with strides and single elements: the first copy's, up to the third
	thrice  []G       // three times the strides, where the fourth element is wanted
	loaded  map[int]V // streams that are in registers already
	sums    [][]V     // where OpAccum accumulates, by sum and then by copy
	combine Op
	assign  bool // OpAccum sets the sums to the terms, whatever they held
}

// event is an instruction of one copy.
type event struct {
	copy int
	in   *instr
}

type place struct {
	copy int
	val  Val
}

// events lists the instructions of a step, copy after copy or interleaved.
func (s step) events(interleave bool) []event {
	var ev []event
	if interleave {
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

// emit writes the step down. Copies are interleaved where the machine asks for
// it and the registers allow.
func (g *gen) emit(s step) {
	interleave := g.m.Interleave() && s.copies > 1 && g.pressure(s, true) <= len(g.free)
	g.walk(s, s.events(interleave), slices.Clone(g.free), true)
}

// need returns the number of registers that a body takes at most: where its loads are
// instructions of their own.
func (g *gen) need(b *Body) int { return g.pressure(step{body: b, copies: 1, access: Partial}, false) }

// pressure returns the number of registers that the step takes.
func (g *gen) pressure(s step, interleave bool) int {
	pool := make([]V, 256)
	return len(pool) - g.walk(s, s.events(interleave), pool, false)
}

// walk allocates registers from the pool along the events and, if write is set,
// writes the instructions. It returns the least number of registers that were
// free.
func (g *gen) walk(s step, events []event, pool []V, write bool) int {
	last := map[place]int{}
	terms := map[place]V{} // that are computed in the register of their sum
	for i, ev := range events {
		for _, a := range ev.in.args {
			last[place{ev.copy, a}] = i
		}
		if s.assign && ev.in.op == OpAccum {
			terms[place{ev.copy, ev.in.args[0]}] = s.sums[ev.in.stream][ev.copy]
		}
	}
	folds, gone := g.folds(s, events)
	least := len(pool)
	take := func() V {
		v := pool[len(pool)-1]
		pool = pool[:len(pool)-1]
		least = min(least, len(pool))
		return v
	}
	regs := map[place]V{}
	for i, ev := range events {
		in := ev.in
		if write && in.note != "" && ev.copy == 0 {
			g.m.Comment(in.note)
		}
		if gone[i] {
			continue
		}
		// Arguments: registers, or uniforms broadcast into a passing one.
		args := make([]V, len(in.args))
		var passing []V
		f, folded := folds[i]
		for j, a := range in.args {
			if folded && j == f.arg {
				continue
			}
			if u, ok := s.body.uniVal[a]; ok {
				v, ok := g.resident[s.body.uni[u]]
				if !ok {
					v = take()
					passing = append(passing, v)
					if write {
						g.m.Broadcast(v, s.body.Elem, s.body.uni[u])
					}
				}
				args[j] = v
				continue
			}
			args[j] = regs[place{ev.copy, a}]
		}
		pool = append(pool, passing...)
		for _, a := range in.args {
			p := place{ev.copy, a}
			if v, ok := regs[p]; ok && last[p] == i {
				if _, kept := terms[p]; !kept && !s.isLoaded(v) {
					pool = append(pool, v)
				}
				delete(regs, p)
			}
		}
		var dst V
		if in.dst >= 0 {
			if v, ok := s.loaded[in.stream]; ok && in.op == OpLoad {
				regs[place{ev.copy, in.dst}] = v
				continue
			}
			if v, ok := terms[place{ev.copy, in.dst}]; ok {
				dst = v
			} else {
				dst = take()
			}
			regs[place{ev.copy, in.dst}] = dst
			if _, used := last[place{ev.copy, in.dst}]; !used {
				pool = append(pool, dst)
			}
		}
		switch {
		case !write || s.assign && in.op == OpAccum:
		case folded:
			if in.op == OpAccum {
				sum := s.sums[in.stream][ev.copy]
				g.m.OpMemory(s.combine, s.body.Elem, g.bytes(s), sum, sum, g.place(s, f.load))
				break
			}
			g.m.OpMemory(in.op, s.body.Elem, g.bytes(s), dst, args[1-f.arg], g.place(s, f.load))
		default:
			g.write(s, ev, dst, args)
		}
	}
	return least
}

// fold is a load that is part of the operation that uses it.
type fold struct {
	arg  int // of the operation
	load event
}

// folds returns the loads that operations may do themselves, of single elements or of
// all that a register holds, by the number of the operation's event, and the events that
// are gone for it.
func (g *gen) folds(s step, events []event) (byOp map[int]fold, gone map[int]bool) {
	whole := s.access >= 0 && s.strides == nil && g.bytes(s) >= 16
	if !whole && s.access != 1 || s.body.Elem != g.e || !g.m.MemoryOperands() {
		return nil, nil
	}
	byOp, gone = map[int]fold{}, map[int]bool{}
	uses, loads := map[place]int{}, map[place]int{}
	for i, ev := range events {
		for _, a := range ev.in.args {
			uses[place{ev.copy, a}]++
		}
		if _, ok := s.loaded[ev.in.stream]; ev.in.op == OpLoad && !ok {
			loads[place{ev.copy, ev.in.dst}] = i
		}
	}
	stored := -1 // what was loaded before stays so
	for i, ev := range events {
		if ev.in.op == OpStore {
			stored = i
		}
		for _, j := range s.mayFold(ev.in.op) {
			p := place{ev.copy, ev.in.args[j]}
			if l, ok := loads[p]; ok && l > stored && uses[p] == 1 {
				byOp[i], gone[l] = fold{j, events[l]}, true
				break
			}
		}
	}
	return byOp, gone
}

// mayFold returns the arguments of an operation that may be in memory.
func (s step) mayFold(op Op) []int {
	switch {
	case op == OpAdd, op == OpMul:
		return []int{1, 0}
	case op == OpSub:
		return []int{1}
	case op == OpAbs && s.access != 1, op == OpAccum && s.combine == OpAdd && !s.assign:
		return []int{0}
	}
	return nil
}

func (s step) isLoaded(v V) bool {
	for _, l := range s.loaded {
		if l == v {
			return true
		}
	}
	return false
}

// single returns the place of one of four elements behind a stream's pointer.
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

// place returns the place of what an event loads or stores.
func (g *gen) place(s step, ev event) Address {
	if s.strides != nil {
		return s.single(ev.in.stream, s.element+ev.copy, int(g.e))
	}
	return Address{Base: s.ptrs[ev.in.stream], Disp: (s.first + ev.copy) * g.lanes(s.body.Elem) * int(g.e)}
}

// bytes returns how much of the registers a step works on.
func (g *gen) bytes(s step) int {
	if s.access > 0 {
		return int(s.access) * int(s.body.Elem)
	}
	return g.m.VectorBytes()
}

func (g *gen) write(s step, ev event, dst V, args []V) {
	in, e, bytes := ev.in, s.body.Elem, g.bytes(s)
	switch in.op {
	case OpLoad, OpStore:
		if s.strides != nil && s.access <= 0 {
			g.m.Gather(dst, e, g.e, s.ptrs[in.stream], s.strides[in.stream], s.access)
			return
		}
		if in.op == OpLoad {
			g.m.Load(dst, e, g.e, g.place(s, ev), s.access)
		} else {
			g.m.Store(args[0], e, g.place(s, ev), s.access)
		}
	case OpAccum:
		// The sum comes second: the maximum keeps it where the term is NaN.
		acc := s.sums[in.stream][ev.copy]
		g.m.Op(s.combine, e, bytes, acc, args[0], acc)
	default:
		g.m.Op(in.op, e, bytes, dst, args...)
	}
}
