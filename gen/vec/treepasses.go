package vec

import "math/bits"

// The passes of a Tree: each adds the slices of a group, or a sum that waits, and sums that
// wait.

// body returns the body that adds slices of a group, and then sums that waited.
func (s Tree) body(g *gen, slices, carries int, finish bool) *Body {
	streams := []Param{{Name: "out", Kind: Out}}
	for i := range slices {
		streams = append(streams, Param{Name: rowName(i), Kind: In})
	}
	waited := []string{"last", "before"}[:carries]
	for _, name := range waited {
		streams = append(streams, Param{Name: name, Kind: In})
	}
	b := newBody(g.k, g.e, g.m, streams)
	var node func(from, to int) Val
	node = func(from, to int) Val {
		if to-from == 1 {
			return b.Load(rowName(from))
		}
		middle := from + 1<<(bits.Len(uint(to-from-1))-1)
		return b.Add(node(from, middle), node(middle, to))
	}
	sum := node(0, slices)
	for _, name := range waited {
		sum = b.Add(b.Load(name), sum)
	}
	if finish && s.Finish != nil {
		sum = s.Finish(b, sum)
	}
	b.Store("out", sum)
	return b
}

// makeBodies makes the bodies of all passes.
func (t *treeLoop) makeBodies() {
	var all []*Body
	for slices := 1; slices <= treeGroup; slices++ {
		for carries := range treeCarries + 1 {
			t.waits[slices][carries] = t.body(t.gen, slices, carries, false)
			t.roots[slices][carries] = t.body(t.gen, slices, carries, true)
			all = append(all, t.roots[slices][carries], t.waits[slices][carries])
		}
	}
	t.makeResident(all...)
}

// pointers sets the first registers to the slices of a group.
func (t *treeLoop) pointers(slices int) {
	m, header, groups := t.m, t.rows[slices-1], t.n
	m.ArgBase(header, t.list)
	m.Move(groups, t.group)
	m.ShiftLeft(groups, 5) // a group has 3*32 bytes of headers
	m.Add(header, groups)
	m.AddTimes(header, groups, 2)
	for i, row := range t.rows[:slices] {
		m.Pointer(row, Address{Base: header, Disp: headerBytes * i})
		m.Add(row, t.off)
	}
}

// place sets r to the place of a sum: of all that wait, followed by the one to come, the last
// but so many. The first is in the destination.
func (t *treeLoop) place(r G, back int) {
	m, first, placed := t.m, t.label("first"), t.label("placed")
	m.Move(r, t.sums)
	m.AddImm(r, -back)
	m.JumpIf(r, EQ, 0, first)
	t.local(r)
	m.Jump(placed)
	m.Label(first)
	t.root(r)
	m.Label(placed)
}

// placeLocal is place for a sum that is not the first.
func (t *treeLoop) placeLocal(r G, back int) {
	t.m.Move(r, t.sums)
	t.m.AddImm(r, -back)
	t.local(r)
}

// local turns the number of a sum in r into its place in the local memory.
func (t *treeLoop) local(r G) {
	m := t.m
	m.AddImm(r, -1)
	m.LoadInt(t.n, slotBlock)
	m.Mul(r, t.n)
	m.LoadInt(t.n, slotSums)
	m.Add(r, t.n)
}

// root sets r to the destination's part of the block.
func (t *treeLoop) root(r G) {
	t.m.ArgBase(r, t.dst)
	t.m.Add(r, t.off)
}

// passes emits the code that adds some slices and the sums that out counts, or treeCarries of
// them.
func (t *treeLoop) passes(slices int) {
	m := t.m
	labels := make([]string, treeCarries)
	for c := range labels {
		labels[c] = t.label("carries")
		m.JumpIf(t.out, EQ, c, labels[c])
	}
	for c := treeCarries; c >= 0; c-- {
		if c < treeCarries {
			m.Label(labels[c])
		} else {
			m.AddImm(t.out, -c)
			m.SaveInt(slotCarries, t.out)
		}
		for i, sum := range t.waited[:max(0, c-1)] {
			t.placeLocal(sum, 1+i)
		}
		ptrs := append([]G{t.out}, t.rows[:slices]...)
		ptrs = append(ptrs, t.waited[:c]...)
		wait := t.label("wait")
		// A last group's sum waits only if it has more to take up, and a slice alone, which
		// may be a sum itself, not before it has taken up something.
		waits := slices == treeGroup || c == treeCarries || slices == 1 && c > 0
		if waits {
			if c == treeCarries {
				m.JumpIf(t.out, NE, 0, wait)
			}
			m.LoadInt(t.n, slotToCome)
			m.JumpIf(t.n, GT, treeGroup, wait)
		}
		t.toRoot(slices, c, ptrs)
		if waits {
			m.Label(wait)
			t.toWait(slices, c, ptrs)
		}
	}
}

// toRoot emits the last pass of a block, whose result goes to the destination. The last sum
// that it takes up is there.
func (t *treeLoop) toRoot(slices, carries int, ptrs []G) {
	t.root(t.out)
	if carries > 0 {
		t.m.Move(t.waited[carries-1], t.out)
	}
	t.m.LoadInt(t.n, slotLength)
	t.mapLoop(t.roots[slices][carries], ptrs, t.n, false)
	t.m.Jump(t.done)
}

// toWait emits a pass whose result waits, in the place of the last sum that it takes up.
func (t *treeLoop) toWait(slices, carries int, ptrs []G) {
	m := t.m
	if slices == treeGroup || slices == 1 {
		t.place(t.out, carries)
	} else { // of the last group, with more to take up
		t.placeLocal(t.out, carries)
	}
	if carries > 0 {
		m.Move(t.waited[carries-1], t.out)
	}
	m.AddImm(t.sums, 1-carries)
	m.LoadInt(t.n, slotLength)
	t.mapLoop(t.waits[slices][carries], ptrs, t.n, false)
	if carries == treeCarries {
		m.Jump(t.merging)
	} else {
		m.Jump(t.following)
	}
}
