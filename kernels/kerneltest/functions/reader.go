package functions

import "encoding/binary"

// A reader is what is left of the table's bytes.
type reader []byte

func (r *reader) next(n int) []byte {
	b := (*r)[:n]
	*r = (*r)[n:]
	return b
}

func (r *reader) uint32s(n int) []uint32 {
	v := make([]uint32, n)
	for i := range v {
		v[i] = binary.LittleEndian.Uint32(r.next(4))
	}
	return v
}
