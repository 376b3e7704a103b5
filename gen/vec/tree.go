package vec

import "math/bits"

// Tree is the skeleton of sums over a list of slices in the order of a binary tree over their
// numbers: out[j] = finish(((r0[j] + r1[j]) + (r2[j] + r3[j])) + r4[j]) of five. The left part
// has the largest power of two of them that leaves something for the right one.
//
// It goes through the columns in blocks and, in a block, through the slices in groups of
// treeGroup, which are subtrees. Sums wait for their right part, one for each bit that is set
// in the next group's number: the first in the destination, the others in the local memory. As
// in a binary counter, a group's sum takes up as many of these as its number has ones at its
// end, and the last group's takes them all: up to treeCarries while it is computed, and then
// the others. So what waits is read and written as often as the sums of Rows are.
type Tree struct {
	// Finish turns a sum into what is stored; nil stores the sum.
	Finish func(b *Body, sum Val) Val
}

const (
	treeGroup   = 4
	treeCarries = 2
	treeBlock   = 4096 // one page of every slice, and less where more than treeDeep sums
	treeDeep    = 2    // wait in the local memory
	treeAlign   = 64   // where these begin
)

// The local memory of a Tree in slots of 8 bytes, in front of the sums.
const (
	slotBlock   = iota // bytes of a block of columns, and of the room for its sums
	slotSums           // where they begin
	slotLength         // elements of this block
	slotToCome         // slices from this group on
	slotCarries        // the sums that are still to be taken up
	treeSlots
)

func (Tree) result(string) string { return "" }

// treeLoop writes the code of a Tree kernel; it holds the registers.
type treeLoop struct {
	Tree
	*gen
	dst, list string
	out       G              // where a sum goes
	waited    [treeCarries]G // sums that waited, the last one first
	rows      [treeGroup]G   // pointers to slices
	n         G              // a number of elements or bytes
	sums      G              // how many sums wait
	group     G              // the number of a group
	off       G              // the first byte of the block of columns

	// By slices and carries: the bodies of passes whose results go to the destination, and of
	// those whose results wait.
	roots, waits [treeGroup + 1][treeCarries + 1]*Body

	following, merging, done string // labels: the next group, its next merging, the block's end
}

func (s Tree) generate(g *gen) {
	m := g.m
	t := &treeLoop{Tree: s, gen: g, dst: g.k.OfKind(Out).Name, list: g.k.OfKind(List).Name}
	m.Begin(g.k, g.e, 8*treeSlots+treeAlign+treeDeep*treeBlock)
	t.out = g.general()
	for i := range t.waited {
		t.waited[i] = g.general()
	}
	for i := range t.rows {
		t.rows[i] = g.general()
	}
	t.n, t.sums, t.group, t.off = g.general(), g.general(), g.general(), g.general()

	end, block := g.label("end"), g.label("block")
	m.Set(t.off, 0)
	g.columnsLeft(t.n, t.off, t.dst)
	m.JumpIf(t.n, EQ, 0, end)
	t.layout()
	m.Label(block)
	m.Comment("A block of columns, from group 0.")
	t.begin()
	t.groups()
	m.LoadInt(t.n, slotBlock)
	m.Add(t.off, t.n)
	g.columnsLeft(t.n, t.off, t.dst)
	m.JumpIf(t.n, GT, 0, block)
	m.Label(end)
	m.Return()
}

// layout finds a place for the sums that may wait, one for each bit of the last group's number
// but for the first. Where they are many, blocks are smaller.
func (t *treeLoop) layout() {
	m, sums, block := t.m, t.out, t.waited[0]
	count, counted, halve, sized := t.label("count"), t.label("counted"), t.label("halve"), t.label("sized")
	m.Local(t.n)
	m.AddImm(t.n, 8*treeSlots+treeAlign-1)
	m.AndImm(t.n, -treeAlign)
	m.SaveInt(slotSums, t.n)

	m.ArgLen(t.n, t.list)
	m.AddImm(t.n, -1)
	m.ShiftRight(t.n, bits.TrailingZeros(treeGroup))
	m.Set(sums, -1)
	m.Label(count)
	m.JumpIf(t.n, EQ, 0, counted)
	m.AddImm(sums, 1)
	m.ShiftRight(t.n, 1)
	m.Jump(count)
	m.Label(counted)
	m.Set(block, treeBlock)
	m.Label(halve)
	m.JumpIf(sums, LE, treeDeep, sized)
	m.AddImm(sums, 1)
	m.ShiftRight(sums, 1)
	m.ShiftRight(block, 1)
	m.Jump(halve)
	m.Label(sized)
	m.SaveInt(slotBlock, block)
}

// begin begins the block of columns at off.
func (t *treeLoop) begin() {
	m, fits := t.m, t.label("fits")
	m.LoadInt(t.out, slotBlock)
	t.columnsLeft(t.n, t.off, t.dst)
	t.sub(t.n, t.out)
	m.JumpIf(t.n, LE, 0, fits)
	m.Set(t.n, 0)
	m.Label(fits)
	m.LoadInt(t.out, slotBlock)
	m.Add(t.n, t.out)
	m.ShiftRight(t.n, shift(t.e))
	m.SaveInt(slotLength, t.n)
	m.Set(t.group, 0)
	m.Set(t.sums, 0)
}

// groups emits the code for the groups of a block.
func (t *treeLoop) groups() {
	m, carries := t.m, t.out
	t.makeBodies()
	group, count, last, merge := t.label("group"), t.label("count"), t.label("last"), t.label("merge")
	t.following, t.merging, t.done = t.label("following"), t.label("merging"), t.label("done")
	entries := make([]string, treeGroup+1) // by slices
	for slices := 1; slices <= treeGroup; slices++ {
		entries[slices] = t.label("slices")
	}

	m.Label(group)
	m.ArgLen(t.n, t.list)
	m.Move(t.rows[0], t.group)
	m.ShiftLeft(t.rows[0], bits.TrailingZeros(treeGroup))
	t.sub(t.n, t.rows[0])
	m.SaveInt(slotToCome, t.n)
	m.JumpIf(t.n, LE, treeGroup, last)
	m.Set(carries, 0)
	m.JumpUnlessBit(t.group, 1, entries[treeGroup])
	m.Move(t.rows[0], t.group)
	m.Label(count)
	m.AddImm(carries, 1)
	m.ShiftRight(t.rows[0], 1)
	m.JumpUnlessBit(t.rows[0], 1, entries[treeGroup])
	m.Jump(count)

	m.Label(last)
	m.Move(carries, t.sums)
	for slices := 1; slices < treeGroup; slices++ {
		m.JumpIf(t.n, EQ, slices, entries[slices])
	}
	for slices := treeGroup; slices >= 1; slices-- {
		m.Label(entries[slices])
		t.pointers(slices)
		if slices == 1 {
			m.Label(merge)
		}
		t.passes(slices)
	}

	m.Label(t.merging)
	m.LoadInt(carries, slotCarries)
	m.JumpIf(carries, EQ, 0, t.following)
	m.AddImm(t.sums, -1)
	t.placeLocal(t.rows[0], 0)
	m.Jump(merge)
	m.Label(t.following)
	m.AddImm(t.group, 1)
	m.Jump(group)
	m.Label(t.done)
}
