package main

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// joinGap is how many zeros between two segments of data are written out.
const joinGap = 1024

// joinSegments returns a WebAssembly module whose segments of data that lie next to each other
// are one. Go's linker begins another where eight zeros stand, and so breaks its tables up into
// a hundred thousand, each with its address: without these the tables' rows are alike, and
// compress to a fraction. Memory has the same bytes. A module that is not as Go writes them
// stays as it is.
func joinSegments(module []byte) []byte {
	if len(module) < 8 {
		return module
	}
	joined := slices.Clone(module[:8])
	for r := (reader{rest: module[8:]}); len(r.rest) > 0; {
		section := r.rest
		id := r.byte()
		body := r.bytes(r.uint())
		switch {
		case r.failed || id == dataCountSection:
			return module
		case id != dataSection:
			joined = append(joined, section[:len(section)-len(r.rest)]...)
			continue
		}
		segments, ok := readSegments(body)
		if ok {
			segments, ok = join(segments)
		}
		if !ok {
			return module
		}
		body = appendSegments(nil, segments)
		joined = binary.AppendUvarint(append(joined, dataSection), uint64(len(body)))
		joined = append(joined, body...)
	}
	return joined
}

// Sections of a module, and the instructions that give a segment's address.
const (
	dataSection      = 11
	dataCountSection = 12 // how many segments instructions may name; Go's name none

	i32Const = 0x41
	end      = 0x0b
)

// A segment is what stands in memory from an address on.
type segment struct {
	at   uint64
	data []byte
}

// readSegments reads a section of data.
func readSegments(section []byte) (segments []segment, ok bool) {
	r := reader{rest: section}
	for range r.uint() {
		kind, op := r.byte(), r.byte()
		at := r.uint() // signed, but addresses are not negative, and then it is the same
		last := r.byte()
		data := r.bytes(r.uint())
		if r.failed || kind != 0 || op != i32Const || at > math.MaxInt32 || last != end {
			return nil, false
		}
		segments = append(segments, segment{at, data})
	}
	return segments, len(r.rest) == 0
}

// join returns the segments in the order of their addresses, joined, unless one lies over
// another.
func join(segments []segment) (joined []segment, ok bool) {
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	next := uint64(0) // address behind the last
	for _, s := range segments {
		n := len(joined)
		switch {
		case s.at < next:
			return nil, false
		case n > 0 && s.at-next <= joinGap:
			last := &joined[n-1].data
			*last = append(append(*last, make([]byte, s.at-next)...), s.data...)
		default: // a copy, to which others are appended
			joined = append(joined, segment{s.at, slices.Clone(s.data)})
		}
		next = s.at + uint64(len(s.data))
	}
	return joined, true
}

// appendSegments appends a section of data.
func appendSegments(b []byte, segments []segment) []byte {
	b = binary.AppendUvarint(b, uint64(len(segments)))
	for _, s := range segments {
		b = append(b, 0, i32Const)
		b = binary.AppendUvarint(b, s.at)
		if last := len(b) - 1; b[last]&0x40 != 0 { // would be a sign
			b[last] |= 0x80
			b = append(b, 0)
		}
		b = binary.AppendUvarint(append(b, end), uint64(len(s.data)))
		b = append(b, s.data...)
	}
	return b
}

// A reader takes a module apart. What is read behind its end is zero.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) uint() uint64 {
	x, n := binary.Uvarint(r.rest)
	r.bytes(uint64(max(n, 0)))
	r.failed = r.failed || n <= 0
	return x
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}
