package vec

// Loads that are part of the operation that uses them. amd64 adds, subtracts and
// multiplies with an operand in memory, which saves an instruction and a register.

// fold is a load that the operation which uses it does itself.
type fold struct {
	arg  int   // which of the operation's arguments is in memory
	load event // the load
}

// folds finds the loads that operations may do themselves. It returns them by the
// index of the operation's event, and the indices of the loads' own events, for which
// there is nothing left to write. Only loads of a single element, or of all that a
// register holds, can be folded.
func (g *gen) folds(s step, events []event) (byOp map[int]fold, folded map[int]bool) {
	whole := s.access >= 0 && s.strides == nil && g.bytes(s) >= 16
	if !whole && s.access != 1 || s.body.Elem != g.e || !g.m.MemoryOperands() {
		return nil, nil
	}
	byOp, folded = map[int]fold{}, map[int]bool{}
	uses, loads := map[place]int{}, map[place]int{}
	for i, ev := range events {
		for _, a := range ev.in.args {
			uses[place{ev.copy, a}]++
		}
		if _, ok := s.loaded[ev.in.stream]; ev.in.op == OpLoad && !ok && s.body.elem(g.e, ev.in.stream) == g.e {
			loads[place{ev.copy, ev.in.dst}] = i
		}
	}
	// A load must not move behind a store, which may write to the same memory.
	lastStore := -1
	for i, ev := range events {
		if ev.in.op == OpStore {
			lastStore = i
		}
		for _, j := range s.mayFold(ev.in.op) {
			p := place{ev.copy, ev.in.args[j]}
			if l, ok := loads[p]; ok && l > lastStore && uses[p] == 1 {
				byOp[i], folded[l] = fold{j, events[l]}, true
				break
			}
		}
	}
	return byOp, folded
}

// mayFold returns the indices of an operation's arguments that may be in memory, the
// preferred one first.
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
