package arm64

import (
	"github.com/seed63264101/steepest/gen/arm64/enc"
	"github.com/seed63264101/steepest/gen/vec"
)

// TileRows implements vec.Machine. By lane, 24 sums, three vectors of a row and up to
// four of a column fill the registers.
func (m *Machine) TileRows(vectors int, byLane bool) int {
	switch {
	case vectors > 3:
		return 0
	case byLane:
		return 8
	}
	return 4
}

// ByLane implements vec.Machine: four rows come with one load, and cost nothing to spread.
func (m *Machine) ByLane() bool { return true }

// arrangement returns the lanes of a whole register.
func arrangement(e vec.Elem) enc.Arr {
	if e == vec.F32 {
		return enc.S4
	}
	return enc.D2
}

// MultiplyAdd implements vec.Machine.
func (m *Machine) MultiplyAdd(e vec.Elem, _ int, dst, a, b vec.V) {
	m.word(enc.FMLA(arrangement(e), enc.V(dst), enc.V(a), enc.V(b)))
}

// MultiplyAddLane implements vec.Machine.
func (m *Machine) MultiplyAddLane(e vec.Elem, dst, b, a vec.V, lane int) {
	m.word(enc.FMLAElement(arrangement(e), enc.V(dst), enc.V(b), enc.V(a), lane))
}

// pieceBytes is the size of a register, and of what LoadPieces loads from a place.
const pieceBytes = 16

// LoadPieces implements vec.Machine.
func (m *Machine) LoadPieces(dst vec.V, places []vec.Address) {
	m.load(dst, pieceBytes, places[0])
}

// TransposePieces implements vec.Machine.
func (m *Machine) TransposePieces(e vec.Elem, rows, others []vec.V) []vec.V {
	if e == vec.F64 {
		m.permute("VZIP1", "D2", others[0], rows[0], rows[1])
		m.permute("VZIP2", "D2", others[1], rows[0], rows[1])
		return others
	}
	for i := 0; i < 4; i += 2 {
		m.permute("VTRN1", "S4", others[i], rows[i], rows[i+1])
		m.permute("VTRN2", "S4", others[i+1], rows[i], rows[i+1])
	}
	for i := range 2 {
		m.permute("VZIP1", "D2", rows[i], others[i], others[i+2])
		m.permute("VZIP2", "D2", rows[i+2], others[i], others[i+2])
	}
	return rows
}

// permute writes an instruction that rearranges the lanes of two registers.
func (m *Machine) permute(op, lanes string, dst, a, b vec.V) {
	m.p("%s V%d.%s, V%d.%s, V%d.%s", op, b, lanes, a, lanes, dst, lanes)
}
