package amd64

import (
	"github.com/mmcloughlin/avo/operand"

	"github.com/seed63264101/steepest/gen/vec"
)

// TileRows implements vec.Machine. Enough sums to hide the latency of two multiply-adds
// a cycle, and several multiply-adds for each load.
func (m *Machine) TileRows(vectors int, _ bool) int {
	rows := []int{10, 6}
	if m.evex {
		rows = []int{10, 10, 8, 6}
	}
	if vectors > len(rows) {
		return 0
	}
	return rows[vectors-1]
}

// ByLane implements vec.Machine.
func (m *Machine) ByLane() bool { return false }

// MultiplyAdd implements vec.Machine.
func (m *Machine) MultiplyAdd(e vec.Elem, bytes int, dst, a, b vec.V) {
	bytes = max(bytes, 16)
	packed(e, m.VFMADD231PS, m.VFMADD231PD)(sized(b, bytes), sized(a, bytes), sized(dst, bytes))
}

// MultiplyAddLane implements vec.Machine.
func (m *Machine) MultiplyAddLane(vec.Elem, vec.V, vec.V, vec.V, int) {
	panic("amd64: no multiplication by a lane")
}

// LoadPieces implements vec.Machine. Insertion from memory needs no shuffle.
func (m *Machine) LoadPieces(dst vec.V, places []vec.Address) {
	m.VMOVUPS(mem(places[0]), sized(dst, 16))
	for i, a := range places[1:] {
		m.VINSERTF128(operand.U8(uint8(i+1)), mem(a), sized(dst, 32), sized(dst, 32))
	}
}

// TransposePieces implements vec.Machine.
func (m *Machine) TransposePieces(e vec.Elem, rows, others []vec.V) []vec.V {
	if e == vec.F64 {
		m.VUNPCKLPD(m.v(rows[1]), m.v(rows[0]), m.v(others[0]))
		m.VUNPCKHPD(m.v(rows[1]), m.v(rows[0]), m.v(others[1]))
		return others
	}
	for i := 0; i < 4; i += 2 {
		m.VUNPCKLPS(m.v(rows[i+1]), m.v(rows[i]), m.v(others[i]))
		m.VUNPCKHPS(m.v(rows[i+1]), m.v(rows[i]), m.v(others[i+1]))
	}
	for i := range 2 {
		m.VUNPCKLPD(m.v(others[i+2]), m.v(others[i]), m.v(rows[2*i]))
		m.VUNPCKHPD(m.v(others[i+2]), m.v(others[i]), m.v(rows[2*i+1]))
	}
	return rows
}
