package engine

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// A Reply is an answer: a value that JSON holds, and arrays of numbers beside it, which the page
// gets without parsing.
type Reply struct {
	Value  any
	Error  string // why there is no value
	arrays []array
}

type array struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // "f64" or "f32"
	Length int    `json:"length"`
	f64    []float64
	f32    []float32
}

// Add64 adds an array, under a name that no other has.
func (r *Reply) Add64(name string, x []float64) {
	r.arrays = append(r.arrays, array{Name: name, Type: "f64", Length: len(x), f64: x})
}

// Add32 is Add64 for float32.
func (r *Reply) Add32(name string, x []float32) {
	r.arrays = append(r.arrays, array{Name: name, Type: "f32", Length: len(x), f32: x})
}

// Array returns an array as float64, or nil.
func (r *Reply) Array(name string) []float64 {
	for _, a := range r.arrays {
		if a.Name == name {
			if a.Type == "f64" {
				return a.f64
			}
			wide := make([]float64, len(a.f32))
			for i, x := range a.f32 {
				wide[i] = float64(x)
			}
			return wide
		}
	}
	return nil
}

// Encode returns the reply as the page reads it, little-endian: the length of a header in 8
// bytes; the header, JSON {"value":..., "error":"...", "arrays":[{"name","type","length"}, ...]},
// with spaces up to a multiple of 8 bytes; and the arrays, each so filled up.
func (r *Reply) Encode() []byte {
	header, err := json.Marshal(struct {
		Value  any     `json:"value,omitempty"`
		Error  string  `json:"error,omitempty"`
		Arrays []array `json:"arrays"`
	}{r.Value, r.Error, r.arrays})
	if err != nil { // a NaN in a value, say
		return (&Reply{Error: fmt.Sprintf("reply: %v", err)}).Encode()
	}
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for _, a := range r.arrays {
		for _, x := range a.f64 {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		for _, x := range a.f32 {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		for len(b)%8 != 0 {
			b = append(b, 0)
		}
	}
	return b
}
