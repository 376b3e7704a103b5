package vec

import "slices"

// What RowReduce and RowMap share: the walk through the rows of matrices of one size,
// each with a stride of its own, beside vectors that all rows share and vectors that have
// one element for each row. The latter are read into held values of the body, by name. The
// rows of a matrix that indices follow are those that they name: see indexed.go.

// rowwiseVectors is up to how many vectors of columns have code of their own, which does
// nothing for a row but its work.
const rowwiseVectors = 4

// rowwise walks through the rows.
type rowwise struct {
	*gen
	streams  []Param // of a body: the matrices, and then the vectors that all rows share
	matrices int     // how many of the streams are matrices
	coefs    []Param // the vectors that have one element for each row, and are read

	rows    []G          // by matrix: the row
	index   []string     // by matrix: the indices of its rows, or ""
	strides []G          // by matrix, in bytes; nil where they are taken from the arguments
	bases   map[string]G // of vectors that have one element for each row, and of what indices need, as far as there are registers
	ahead   int          // bytes of a row that are fetched ahead where indices name it; 0: as many as there are
	left    G            // rows to come
	off     G            // the bytes in front of the row's element in such a vector
	t       G            // holds nothing between two uses
}

// newRowwise goes to the first row, or to the end if there is none.
func newRowwise(g *gen, end string) *rowwise {
	w := &rowwise{gen: g, left: g.general(), off: g.general(), t: g.general()}
	kinds := map[Kind]Kind{Matrix: In, InOutMatrix: InOut, OutMatrix: Out}
	var shared []Param
	for _, p := range g.k.Params {
		kind, isMatrix := kinds[p.Kind]
		switch {
		case isMatrix:
			w.streams = append(w.streams, Param{Name: p.Name, Kind: kind})
		case p.Kind.IsStream():
			shared = append(shared, p)
		case p.Kind == InRows:
			w.coefs = append(w.coefs, p)
		}
	}
	w.matrices = len(w.streams)
	w.rows = g.generalsFor(w.streams)
	for i, p := range w.streams {
		w.index = append(w.index, g.k.indexOf(p.Name))
		if w.index[i] == "" {
			g.m.ArgBase(w.rows[i], p.Name)
		}
	}
	w.streams = append(w.streams, shared...)
	g.m.ArgInt(w.left, g.k.OfKind(RowCount).Name)
	g.m.Set(w.off, 0)
	g.m.JumpIf(w.left, LE, 0, end)
	return w
}

// columns sets n to the number of columns.
func (w *rowwise) columns(n G) { w.m.ArgInt(n, w.k.OfKind(ColumnCount).Name) }

// holdCoefs gives registers to the row's elements of the vectors that have one for each.
func (w *rowwise) holdCoefs() {
	for _, p := range w.coefs {
		w.hold(p.Name)
	}
}

// stride sets s to a matrix's stride in bytes.
func (w *rowwise) stride(s G, matrix int) {
	w.m.ArgInt(s, w.k.stepOf(w.streams[matrix].Name, 0).Name)
	w.m.ShiftLeft(s, shift(w.e))
}

// strideOf returns a register with a matrix's stride in bytes: its own or, where it has none,
// t.
func (w *rowwise) strideOf(matrix int, t G) G {
	if w.strides != nil {
		return w.strides[matrix]
	}
	w.stride(t, matrix)
	return t
}

// near hands out registers for the loops over short rows, and returns those of the
// streams.
func (w *rowwise) near() []G {
	shared := w.generalsFor(w.streams[w.matrices:])
	for i, p := range w.streams[w.matrices:] {
		w.m.ArgBase(shared[i], p.Name)
	}
	w.strides = w.generalsFor(w.streams[:w.matrices])
	for i, s := range w.strides {
		w.stride(s, i)
	}
	w.base()
	return slices.Concat(w.rows, shared)
}

// base hands out registers for the vectors that have one element for each row, and for
// indices and the matrices that they belong to, as far as there are any.
func (w *rowwise) base() {
	w.bases = map[string]G{}
	for _, p := range w.k.Params {
		if (p.Kind == OutRows || p.Kind == InRows || p.Kind == Index || w.k.indexOf(p.Name) != "") && w.generals < w.m.Generals() {
			w.bases[p.Name] = w.general()
			w.m.ArgBase(w.bases[p.Name], p.Name)
		}
	}
}

// far sets pointers to the row and to the vectors that all rows share.
func (w *rowwise) far(ptrs []G) {
	for i, p := range ptrs {
		if i < w.matrices {
			w.m.Move(p, w.rows[i])
		} else {
			w.m.ArgBase(p, w.streams[i].Name)
		}
	}
}

// element returns the place of the row's element of a vector that has one for each row.
func (w *rowwise) element(vector string) Address {
	return Address{Base: w.baseOf(vector, w.t), Index: w.off, Times: 1}
}

// baseOf returns a register with a slice's first element: its own or, where it has none, t.
func (w *rowwise) baseOf(slice string, t G) G {
	if base, ok := w.bases[slice]; ok {
		return base
	}
	w.m.ArgBase(t, slice)
	return t
}

// each emits the loop over the rows.
func (w *rowwise) each(handle func()) {
	w.rowLoop(w.left, func() {
		for i, index := range w.index {
			if index != "" {
				w.find(i)
			}
		}
		for _, p := range w.coefs {
			if v, ok := w.resident[Uniform{Held: p.Name}]; ok {
				w.m.BroadcastAt(v, w.e, w.element(p.Name))
			}
		}
		handle()
		for i, row := range w.rows {
			if w.index[i] == "" {
				w.m.Add(row, w.strideOf(i, w.t))
			}
		}
		w.m.AddImm(w.off, w.e.Size())
	})
}

// pieces is a row of few columns: a number of whole vectors, or of one piece of a power of
// two of lanes, and behind them maybe another such piece which ends where the row ends,
// and so overlaps the one before it. Where an element may be handled twice, that takes
// neither masks nor branches.
type pieces struct {
	lanes, whole int
	overlap      bool
}

// unprepared is the preparation of a version that needs none.
func unprepared(pieces) {}

// bytes returns how many bytes a row has at most.
func (p pieces) bytes(e Elem) int {
	return p.lanes * e.Size() * (p.whole + btoi(p.overlap))
}

// access returns the access to a piece.
func (p pieces) access() Access { return Access(p.lanes) }

// inPieces emits a version of the code for rows of any number of columns from least, a
// power of two of lanes, to rowwiseVectors vectors. n holds that number, for which prepare may
// emit something; handle finds in it the bytes in front of the last piece. Behind the code it
// is unchanged.
func (w *rowwise) inPieces(n G, least int, prepare, handle func(p pieces)) {
	m, lanes := w.m, w.lanes(w.e)
	version := func(p pieces, most int) {
		more := w.label("more")
		m.JumpIf(n, GT, most, more)
		prepare(p)
		if p.overlap {
			m.AddImm(n, -p.lanes)
			m.ShiftLeft(n, shift(w.e))
		}
		start := w.begins()
		handle(p)
		w.restore(start)
		m.Return()
		m.Label(more)
	}
	for l := least; l < lanes; l *= 2 {
		version(pieces{l, 1, false}, l)
		if l > 1 {
			version(pieces{l, 1, true}, 2*l-1)
		}
	}
	for v := 1; v <= rowwiseVectors; v++ {
		version(pieces{lanes, v, false}, v*lanes)
		if v < rowwiseVectors {
			version(pieces{lanes, v, true}, (v+1)*lanes-1)
		}
	}
}
