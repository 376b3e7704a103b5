package main

import (
	"bytes"
	"slices"
	"testing"
)

// section returns a section of a module.
func section(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }

// moduleOf returns a module of sections.
func moduleOf(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), slices.Concat(sections...)...)
}

// TestJoinSegments checks what is joined, byte by byte, and what is left as it is.
func TestJoinSegments(t *testing.T) {
	code, custom := section(10, 7, 8), section(0, 9)
	data := func(count byte, segments ...[]byte) []byte {
		return section(dataSection, append([]byte{count}, slices.Concat(segments...)...)...)
	}
	at := func(address ...byte) []byte { return append(append([]byte{0, i32Const}, address...), end) }
	a := append(at(16), 2, 'a', 'b')
	b := append(at(26), 1, 'c')
	far := append(at(0xc0, 0xff, 0), 1, 'd') // 0x3fc0, of which bit 13 would be a sign
	for _, c := range []struct {
		name       string
		given, got []byte // nil: stays
	}{
		{"joined", moduleOf(code, data(2, a, b), custom),
			moduleOf(code, data(1, append(at(16), 11, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 0, 'c')), custom)},
		{"side by side", moduleOf(data(2, a, append(at(18), 1, 'c'))), moduleOf(data(1, append(at(16), 3, 'a', 'b', 'c')))},
		{"out of order", moduleOf(data(3, far, b, a)),
			moduleOf(data(2, append(at(16), 11, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 0, 'c'), far))},
		{"no data", moduleOf(code), nil},
		{"too far", moduleOf(data(2, a, far)), nil},
		{"one over the other", moduleOf(data(2, a, append(at(17), 1, 'c'))), nil},
		{"counted", moduleOf(section(dataCountSection, 2), data(2, a, b)), nil},
		{"passive", moduleOf(data(2, a, []byte{1, 1, 'c'})), nil},
		{"at a variable", moduleOf(data(2, a, []byte{0, 0x23, 3, end, 1, 'c'})), nil},
		{"at a sum", moduleOf(data(2, a, []byte{0, i32Const, 26, 0x6a, 1, 'c'})), nil},
		{"a negative address", moduleOf(data(2, a, append(at(0xff, 0xff, 0xff, 0xff, 0x7f), 1, 'c'))), nil},
		{"more than it says", moduleOf(data(1, a, b)), nil},
		{"less than it says", moduleOf(data(3, a, b)), nil},
		{"cut off", moduleOf(data(2, a, b))[:20], nil},
		{"an endless number", moduleOf(append([]byte{dataSection}, bytes.Repeat([]byte{0xff}, 11)...)), nil},
		{"no module", []byte("asm"), nil},
	} {
		want := c.got
		if want == nil {
			want = c.given
		}
		before := bytes.Clone(c.given)
		if got := joinSegments(c.given); !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
		if !bytes.Equal(c.given, before) {
			t.Errorf("%s: what was given is %q, was %q", c.name, c.given, before)
		}
	}
}
