package functions

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sync"
)

//go:embed testdata/functions.bin.gz
var packed []byte

// Names returns the functions whose values are correctly rounded, as package kernels
// names them.
func Names() []string {
	names := make([]string, len(tables()))
	for i, t := range tables() {
		names[i] = t.name
	}
	return names
}

// Cases returns inputs of a function and their correctly rounded values, all as bits: some
// of every exponent; the neighbourhood of every edge, where results overflow,
// become subnormal, zero, one or NaN; and all that are hard to round. NaN is 0x7fc00000.
func Cases(name string) (inputs, wanted []uint32) {
	t := find(name)
	return slices.Concat(t.shared, t.inputs), slices.Concat(t.sharedWanted, t.wanted)
}

// A table is what is stored of one function.
type table struct {
	name                 string
	shared, sharedWanted []uint32 // the inputs that all functions have
	inputs, wanted       []uint32 // its own, sorted
	hashes               []uint64 // of blocks
}

func find(name string) *table {
	for _, t := range tables() {
		if t.name == name {
			return t
		}
	}
	panic(fmt.Sprintf("functions: no table of %q, only of %v", name, Names()))
}

var tables = sync.OnceValue(func() []*table {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("functions: " + err.Error())
	}
	data, err := io.ReadAll(z)
	if err != nil {
		panic("functions: " + err.Error())
	}
	r := reader(data)
	all := make([]*table, r.uint32s(1)[0])
	shared := r.uint32s(int(r.uint32s(1)[0]))
	for i := range all {
		t := &table{name: string(bytes.TrimRight(r.next(8), "\x00")), shared: shared}
		n := int(r.uint32s(1)[0])
		t.inputs, t.wanted = r.uint32s(n), r.uint32s(n)
		t.sharedWanted = r.uint32s(len(shared))
		t.hashes = make([]uint64, Blocks)
		for j := range t.hashes {
			t.hashes[j] = binary.LittleEndian.Uint64(r.next(8))
		}
		all[i] = t
	}
	if len(r) > 0 {
		panic(fmt.Sprintf("functions: %d bytes behind the table", len(r)))
	}
	return all
})
