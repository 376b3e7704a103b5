package vec

import "slices"

// allocated is an event and the registers that it got.
type allocated struct {
	event
	dst        V           // where the result goes, if there is one
	args       []V         // by argument; that of a folded load has none
	broadcasts []broadcast // to be written in front of the operation
	folded     *fold       // the load that the operation does itself, or nil
	omit       bool        // there is nothing to write but the note
}

// broadcast fills a register with a uniform that is in memory.
type broadcast struct {
	to V
	u  Uniform
}

// allocation gives registers to the values of a step, from the first event to the
// last. A value keeps its register until its last use.
type allocation struct {
	*gen
	step
	pool  []V           // free registers; the last one is given away next
	least int           // the smallest number of them so far
	regs  map[place]V   // the registers of the values that are still wanted
	last  map[place]int // the index of the last event that uses a value
	terms map[place]V   // values that are computed in the register of their sum

	// Uniforms in memory that the copies of an interleaved operation share, and their
	// registers.
	shared map[Val]V
}

// allocate gives registers from the pool to the events of a step. It returns the
// events with their registers, and the least number of registers that were free
// at any time.
func (g *gen) allocate(s step, events []event, pool []V) (code []allocated, least int) {
	a := &allocation{gen: g, step: s, pool: pool, least: len(pool),
		regs: map[place]V{}, last: map[place]int{}, terms: map[place]V{}, shared: map[Val]V{}}
	for i, ev := range events {
		for _, arg := range ev.in.args {
			a.last[place{ev.copy, arg}] = i
		}
		if s.assign && ev.in.op == OpAccum && len(ev.in.args) == 1 {
			a.terms[place{ev.copy, ev.in.args[0]}] = s.sums[ev.in.stream][ev.copy]
		}
	}
	folds, folded := g.folds(s, events)
	for i, ev := range events {
		at := allocated{event: ev}
		if f, ok := folds[i]; ok {
			at.folded = &f
		}
		if folded[i] {
			at.omit = true
		} else {
			a.arguments(&at, events[i+1:])
			if a.needsOwn(ev, i) {
				a.result(&at)
				a.release(ev, i)
			} else {
				a.release(ev, i)
				a.result(&at)
			}
		}
		code = append(code, at)
	}
	return code, a.least
}

// take takes a register out of the pool.
func (a *allocation) take() V {
	v := a.pool[len(a.pool)-1]
	a.pool = a.pool[:len(a.pool)-1]
	a.least = min(a.least, len(a.pool))
	return v
}

// needsOwn reports whether the i-th event's result must not go to the registers of its
// factors, which it could have: there it would take more instructions.
func (a *allocation) needsOwn(ev event, i int) bool {
	if ev.in.op != OpMulAdd || !a.m.AddsInPlace() {
		return false
	}
	p := place{ev.copy, ev.in.args[2]}
	_, register := a.regs[p]
	return !register || a.last[p] != i
}

// arguments finds the registers of an event's arguments. A uniform that is not
// resident is broadcast into a register that is free again behind the event, or behind
// those of the other copies, or of other parts that follow.
func (a *allocation) arguments(at *allocated, rest []event) {
	at.args = make([]V, len(at.in.args))
	for j, arg := range at.in.args {
		if at.folded != nil && j == at.folded.arg {
			continue
		}
		i, uniform := a.body.uniVal[arg]
		if !uniform {
			at.args[j] = a.regs[place{at.copy, arg}]
			continue
		}
		u := a.body.uni[i]
		v, resident := a.resident[u]
		if !resident {
			v, resident = a.shared[arg]
		}
		if !resident {
			v = a.take()
			at.broadcasts = append(at.broadcasts, broadcast{v, u})
			a.shared[arg] = v
		}
		at.args[j] = v
	}
	if a.interleave && at.copy < a.copies-1 {
		return
	}
	for _, arg := range at.in.args { // in their order: the text must not depend on a map's
		if a.body.parts > 0 && len(rest) > 0 && slices.Contains(rest[0].in.args, arg) {
			continue
		}
		if v, ok := a.shared[arg]; ok {
			a.pool = append(a.pool, v)
			delete(a.shared, arg)
		}
	}
}

// release puts the registers of the arguments that the i-th event uses last back into
// the pool, so that its result may get one of them. The registers of sums and of
// vectors that were loaded before the step are not the step's to give away.
func (a *allocation) release(ev event, i int) {
	for _, arg := range ev.in.args {
		p := place{ev.copy, arg}
		v, ok := a.regs[p]
		if !ok || a.last[p] != i {
			continue
		}
		if _, sum := a.terms[p]; !sum && !a.isLoaded(v) {
			a.pool = append(a.pool, v)
		}
		delete(a.regs, p)
	}
}

// result finds a register for an event's result.
func (a *allocation) result(at *allocated) {
	in := at.in
	if a.assign && in.op == OpAccum && len(in.args) == 1 {
		at.omit = true // its term is in the sum's register already
		return
	}
	if in.dst < 0 {
		return
	}
	p := place{at.copy, in.dst}
	if v, ok := a.loaded[in.stream]; ok && in.op == OpLoad {
		a.regs[p], at.omit = v, true
		return
	}
	if v, ok := a.terms[p]; ok {
		at.dst = v
	} else {
		at.dst = a.take()
	}
	a.regs[p] = at.dst
	if _, used := a.last[p]; !used {
		a.pool = append(a.pool, at.dst)
	}
}
