package vec

import "fmt"

// ColumnReduce is the skeleton of sums over the rows of matrices, a number for each column:
// for each row r in turn, and for each of the kernel's InOut vectors, sum[j] = sum[j] + its
// term. Terms may read matrices, vectors that all rows share, and vectors that have one
// element for each row. It goes through the columns in blocks of rowsBlock bytes, as Rows
// does, so that the sums stay in the first-level cache.
type ColumnReduce struct {
	// Terms returns a row's terms, in the order of the sums.
	Terms func(b *Body, row Row) []Val
}

// Row is one of the rows that a body handles side by side.
type Row int

// Load returns the current elements of the row in a matrix.
func (r Row) Load(b *Body, matrix string) Val { return b.Load(r.of(matrix)) }

// Coef returns the row's element of a vector that has one for each row.
func (r Row) Coef(b *Body, vector string) Val { return b.Held(r.of(vector)) }

// of returns the name of the row's stream or held value.
func (r Row) of(param string) string { return fmt.Sprint(param, int(r)) }

func (ColumnReduce) result(string) string { return "" }

// columnReduce is the code of a ColumnReduce kernel.
type columnReduce struct {
	ColumnReduce
	*gen
	sums, shared    []Param // streams
	matrices, coefs []Param
	done            G // rows that are behind
	off             G // the first byte of the block of columns
	t               G // holds nothing between two uses
}

func (s ColumnReduce) generate(g *gen) {
	m := g.m
	c := &columnReduce{ColumnReduce: s, gen: g}
	for _, p := range g.k.Params {
		switch p.Kind {
		case InOut:
			c.sums = append(c.sums, p)
		case In:
			c.shared = append(c.shared, p)
		case Matrix:
			c.matrices = append(c.matrices, p)
		case InRows:
			c.coefs = append(c.coefs, p)
		}
	}
	m.Begin(g.k, g.e, 0)
	g.exactTails = true
	c.done, c.off, c.t = g.general(), g.general(), g.general()
	block, end := g.label("columns"), g.label("end")
	m.Set(c.off, 0)
	m.Label(block)
	g.columnsLeft(c.t, c.off, c.sums[0].Name)
	m.JumpIf(c.t, LE, 0, end)
	m.Comment("A block of columns, from row 0.")
	m.Set(c.done, 0)
	start := g.begins()
	most := matrixGroup / len(c.matrices)
	for rows := most; rows > 0; rows /= 2 {
		group, rest := g.label("rows"), g.label("rest")
		m.Label(group)
		c.group(rows, rest)
		if rows == most {
			m.Jump(group)
		}
		m.Label(rest)
		g.restore(start)
	}
	m.AddImm(c.off, rowsBlock)
	m.Jump(block)
	m.Label(end)
	m.Return()
}

// group handles so many rows, or goes to rest if there are not as many left.
func (c *columnReduce) group(rows int, rest string) {
	m := c.m
	body := c.body(rows)
	ptrs := c.generalsFor(body.streams)
	m.ArgInt(ptrs[0], c.k.OfKind(RowCount).Name)
	m.Move(c.t, c.done)
	c.sub(ptrs[0], c.t)
	m.JumpIf(ptrs[0], LT, rows, rest)
	c.holdCoefs(rows, ptrs[0])
	c.makeResident(body)

	vectors := append(append([]Param(nil), c.sums...), c.shared...)
	for i, p := range vectors {
		m.ArgBase(ptrs[i], p.Name)
		m.Add(ptrs[i], c.off)
	}
	for i, p := range c.matrices {
		at := ptrs[len(vectors)+i*rows:][:rows]
		stride := func(r G) {
			m.ArgInt(r, c.k.stepOf(p.Name, 0).Name)
			m.ShiftLeft(r, shift(c.e))
		}
		stride(at[0])
		m.Mul(at[0], c.done)
		m.ArgBase(c.t, p.Name)
		m.Add(at[0], c.t)
		m.Add(at[0], c.off)
		stride(c.t)
		for r := range rows - 1 {
			m.Move(at[r+1], at[r])
			m.Add(at[r+1], c.t)
		}
	}
	c.columns(c.t, c.off, c.sums[0].Name, rowsBlock)
	c.mapLoop(body, ptrs, c.t, false)
	m.AddImm(c.done, rows)
}

// holdCoefs gives registers to the next rows' elements of the vectors that have one for
// each row; p is destroyed.
func (c *columnReduce) holdCoefs(rows int, p G) {
	for _, vector := range c.coefs {
		c.m.Move(c.t, c.done)
		c.m.ShiftLeft(c.t, shift(c.e))
		c.m.ArgBase(p, vector.Name)
		c.m.Add(p, c.t)
		for r := range rows {
			c.m.BroadcastAt(c.hold(Row(r).of(vector.Name)), c.e, Address{Base: p, Disp: r * c.e.Size()})
		}
	}
}

// body adds the terms of so many rows, one after the other.
func (c *columnReduce) body(rows int) *Body {
	streams := append(append([]Param(nil), c.sums...), c.shared...)
	for _, p := range c.matrices {
		for r := range rows {
			streams = append(streams, Param{Name: Row(r).of(p.Name), Kind: In})
		}
	}
	b := newBody(c.k, c.e, c.m, streams)
	totals := make([]Val, len(c.sums))
	for r := range rows {
		for i, term := range c.Terms(b, Row(r)) {
			if r == 0 {
				totals[i] = b.Load(c.sums[i].Name)
			}
			totals[i] = b.Add(totals[i], term)
		}
	}
	for i, p := range c.sums {
		b.Store(p.Name, totals[i])
	}
	b.storesLast()
	return b
}
