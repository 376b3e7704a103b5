package vec

// Rows that indices name lie anywhere, and often in memory: no hardware knows the next one.
// They are fetched some rows ahead.

const (
	rowsAhead = 16  // how many rows
	farAhead  = 512 // bytes of a row of many columns; what is behind them the hardware fetches
	lineBytes = 64
)

// find sets the register of a matrix's row to the one that the row's index names.
func (w *rowwise) find(matrix int) {
	m, row, name, index := w.m, w.rows[matrix], w.streams[matrix].Name, w.index[matrix]
	near := w.label("near")
	m.JumpIf(w.left, LE, rowsAhead, near)
	m.Pointer(w.t, w.entry(w.baseOf(index, w.t), rowsAhead))
	m.Mul(w.t, w.strideOf(matrix, row))
	m.Add(w.t, w.baseOf(name, row))
	if w.ahead > 0 {
		w.fetchRow(w.t, 0, w.ahead)
	} else {
		w.columns(row)
		for from := 0; from < farAhead; from += 2 * lineBytes {
			if from > rowwiseVectors*m.VectorBytes() {
				m.JumpIf(row, LE, from/w.e.Size(), near)
			}
			w.fetchRow(w.t, from, from+2*lineBytes)
		}
	}
	m.Label(near)
	m.Pointer(row, w.entry(w.baseOf(index, w.t), 0))
	m.Mul(row, w.strideOf(matrix, w.t))
	m.Add(row, w.baseOf(name, w.t))
}

// entry returns the place of the index of the row that is so many ahead.
func (w *rowwise) entry(base G, ahead int) Address {
	return Address{Base: base, Index: w.off, Times: indexBytes / w.e.Size(), Disp: indexBytes * ahead}
}

// indexBytes is the size of an index.
const indexBytes = 8

// fetchRow fetches a row's bytes of some numbers into the first-level cache.
func (g *gen) fetchRow(row G, from, to int) {
	for disp := from; disp < to; disp += lineBytes {
		g.m.Prefetch(Address{Base: row, Disp: disp})
	}
}
