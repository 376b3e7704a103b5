package fuzz

import (
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// targets are the families and their targets.
var targets = map[string]func(*testing.F){
	"level1":     FuzzLevel1,
	"activation": FuzzActivation,
	"format":     FuzzFormat,
	"function":   FuzzFunction,
	"indexed":    FuzzIndexed,
	"level2":     FuzzLevel2,
	"loss":       FuzzLoss,
	"product":    FuzzProduct,
	"random":     FuzzRandom,
	"reduce":     FuzzReduce,
	"rows":       FuzzRows,
	"rowwise":    FuzzRowwise,
	"strided":    FuzzStrided,
	"update":     FuzzUpdate,
}

func FuzzActivation(f *testing.F) { fuzzFamily(f) }
func FuzzFormat(f *testing.F)     { fuzzFamily(f) }
func FuzzFunction(f *testing.F)   { fuzzFamily(f) }
func FuzzIndexed(f *testing.F)    { fuzzFamily(f) }
func FuzzLevel1(f *testing.F)     { fuzzFamily(f) }
func FuzzLevel2(f *testing.F)     { fuzzFamily(f) }
func FuzzLoss(f *testing.F)       { fuzzFamily(f) }
func FuzzProduct(f *testing.F)    { fuzzFamily(f) }
func FuzzRandom(f *testing.F)     { fuzzFamily(f) }
func FuzzReduce(f *testing.F)     { fuzzFamily(f) }
func FuzzRows(f *testing.F)       { fuzzFamily(f) }
func FuzzRowwise(f *testing.F)    { fuzzFamily(f) }
func FuzzStrided(f *testing.F)    { fuzzFamily(f) }
func FuzzUpdate(f *testing.F)     { fuzzFamily(f) }

// fuzzFamily is the target of the family that its name ends with.
func fuzzFamily(f *testing.F) {
	family := strings.ToLower(strings.TrimPrefix(f.Name(), "Fuzz"))
	ops32, ops64 := opsOf[float32](family), opsOf[float64](family)
	want64 := len(ops32)
	if family == "format" { // which float64 has none of
		want64 = 0
	}
	if len(ops32) == 0 || len(ops64) != want64 {
		f.Fatalf("family %q has %d kernels for float32, %d for float64", family, len(ops32), len(ops64))
	}
	for k, op := range ops32 {
		seed(f, byte(k), len(op.Alias))
		switch family {
		case "reduce":
			seedTails(f, byte(k))
		case "strided":
			seedTails(f, byte(k))
			seedStrides(f, byte(k))
		case "level2", "rowwise":
			seedTails(f, byte(k))
			seedGroups(f, byte(k))
		case "indexed":
			seedTails(f, byte(k))
			seedAhead(f, byte(k))
		case "product":
			seedTiles(f, byte(k))
		case "rows":
			seedFar(f, byte(k))
		}
	}
	m := new(memory)
	f.Cleanup(m.close)
	f.Fuzz(func(t *testing.T, kernel byte, double bool, n uint16, edge, rows, pad byte, place uint32, alias byte, bits []byte) {
		c := input{n, edge, rows, pad, place, alias, bits}
		if double && len(ops64) > 0 {
			run(t, m, ops64[int(kernel)%len(ops64)], c)
		} else {
			run(t, m, ops32[int(kernel)%len(ops32)], c)
		}
	})
}

// seed adds a few inputs for a kernel, whichever it is.
func seed(f *testing.F, k byte, aliases int) {
	const front, back, heap = 0x555555, 0xaaaaaa, 0x05000000 // where all slices lie
	for _, double := range []bool{false, true} {
		// Against the guard pages; short ones, too, because long ones may be peeled
		// until no tail is left at the back.
		f.Add(k, double, uint16(95), byte(0), k, byte(0), uint32(back), byte(0), plain(double))
		f.Add(k, double, 333+2*uint16(k%8), byte(0), k, byte(0), uint32(back), byte(0), plain(double))
		f.Add(k, double, 299-2*uint16(k%8), byte(0), k+3, byte(1), uint32(front), byte(0), plain(double))
		// Slices that no vector is aligned in, exceptional values, the edge of a block.
		f.Add(k, double, uint16(587), byte(0), k+5, byte(3), uint32(heap), byte(0), plain(double))
		f.Add(k, double, uint16(45), byte(0), k+7, byte(2), uint32(heap), byte(0), special(double))
		f.Add(k, double, 300+uint16(k%3), byte(7), k%4, byte(1), uint32(back), byte(0), plain(double))
		// No number twice: one in the wrong place shows, and so does a lost maximum.
		f.Add(k, double, uint16(190), byte(0), k+1, byte(0), uint32(heap), byte(0), falling(double))
		for i := range aliases {
			f.Add(k, double, uint16(377), byte(0), byte(1), byte(0), uint32(heap), byte(1<<i), plain(double))
		}
	}
}

// seedTails adds inputs with tails of every length for a kernel, behind nothing,
// behind a vector or more, and behind a turn of the main loop. A lost maximum shows
// only where it is the only one: it is in one lane after the other.
func seedTails(f *testing.F, k byte) {
	const back = 0xaaaaaa
	for _, double := range []bool{false, true} {
		for i := range 16 {
			a, b := byte(i%6), byte((i+1)%6) // strides of both signs, or few rows
			for _, n := range []int{1 + i, 17 + 5*i, 65 + 3*i} {
				f.Add(k, double, uint16(n), byte(0), a, b, uint32(back), byte(0), peak(double, max(n/2, n-1-i)))
			}
		}
	}
}

// seedStrides adds inputs with strides of both signs for a kernel.
func seedStrides(f *testing.F, k byte) {
	const front, back = 0x555555, 0xaaaaaa
	for _, double := range []bool{false, true} {
		// Small strides and the larger ones, up to three tails around a few vectors:
		// the steps of the two vectors are never the same.
		for i, incs := range [][2]byte{{0, 4}, {5, 1}, {3, 2}, {4, 3}, {6, 15}, {31, 8}} {
			n := 64*uint16(1+i%2) + uint16(k+byte(5*i))%16
			f.Add(k, double, n, byte(0), incs[0], incs[1], uint32(back), byte(0), falling(double))
			f.Add(k, double, n+1, byte(0), incs[1], incs[0], uint32(front), byte(0), plain(double))
		}
		// No vector and less than one; the strides are not walked.
		f.Add(k, double, uint16(0), byte(0), byte(5), byte(255), uint32(back), byte(0), plain(double))
		f.Add(k, double, uint16(1), byte(0), byte(255), byte(5), uint32(back), byte(0), plain(double))
		f.Add(k, double, uint16(3), byte(0), byte(4), byte(1), uint32(back), byte(0), special(double))
		// Blocks and a rest, backwards.
		f.Add(k, double, uint16(313), byte(15), byte(3), byte(4), uint32(back), byte(0), plain(double))
	}
}

// seedGroups adds inputs with rows for whole groups and for a rest, and the vector
// that has an element for each row with all sorts of strides.
func seedGroups(f *testing.F, k byte) {
	const front, back = 0x555555, 0xaaaaaa
	for _, double := range []bool{false, true} {
		for rows := range byte(9) {
			n := uint16(37*rows) + uint16(rows)
			f.Add(k, double, n, byte(0), rows, rows%4, uint32(back), rows, falling(double))
			f.Add(k, double, n+83, byte(0), rows, byte(0), uint32(front), 7-rows%8, falling(double))
		}
		// Rows far apart: of a few vectors, and of what no register holds.
		for rows := range byte(4) {
			f.Add(k, double, 30+uint16(rows), byte(0), rows, byte(128), uint32(back), rows, falling(double))
			f.Add(k, double, 563+9*uint16(rows), byte(0), rows, byte(128), uint32(back), rows, falling(double))
			f.Add(k, double, 387+9*uint16(rows), byte(0), rows, byte(129), uint32(front), rows, plain(double))
		}
		// Rows around a multiple of a strip, and of blocks with a rest.
		f.Add(k, double, uint16(301), byte(6), byte(5), byte(3), uint32(back), byte(0), plain(double))
		f.Add(k, double, uint16(299), byte(7), byte(4), byte(0), uint32(back), byte(4), falling(double))
		f.Add(k, double, uint16(317), byte(15), byte(4), byte(1), uint32(back), byte(0), falling(double))
	}
}

// seedAhead adds inputs with rows of all sorts of lengths, of which some are fetched ahead.
func seedAhead(f *testing.F, k byte) {
	const front, back = 0x555555, 0xaaaaaa
	for _, double := range []bool{false, true} {
		for i := range 40 {
			f.Add(k, double, uint16(1+i), byte(0), byte(14+i%10), byte(i%3), uint32(back), byte(0), falling(double))
			f.Add(k, double, uint16(41+7*i), byte(0), byte(14+i%10), byte(i%3), uint32(front), byte(0), falling(double))
		}
	}
}

// seedTiles adds inputs with all numbers of rows that a tile may have, and columns in
// and behind panels.
func seedTiles(f *testing.F, k byte) {
	const front, back = 0x555555, 0xaaaaaa
	for _, double := range []bool{false, true} {
		for i := range 40 {
			f.Add(k, double, uint16(i), byte(0), byte(i%12), byte(i%3), uint32(back), byte(i), falling(double))
			f.Add(k, double, uint16(59+7*i), byte(0), byte(i%12), byte(i%3), uint32(front), byte(i/4), plain(double))
		}
	}
}

// seedFar adds inputs with rows that neither the first-level cache nor the second-level
// cache may hold, in groups of all sizes, and with a last block of few columns.
func seedFar(f *testing.F, k byte) {
	const front, back = 0x555555, 0xaaaaaa
	for _, double := range []bool{false, true} {
		for i, rows := range []byte{1, 2, 4, 10, 11, 12, 13, 14, 16} {
			f.Add(k, double, 303+29*uint16(i), byte(7), rows, byte(i), uint32(back), byte(0), falling(double))
			f.Add(k, double, 308+17*uint16(i), byte(23), rows, byte(i), uint32(back), byte(0), plain(double))
		}
		f.Add(k, double, uint16(299), byte(15), byte(11), byte(0), uint32(front), byte(0), falling(double))
	}
}

func opsOf[T kernels.Float](family string) []kerneltest.Op[T] {
	var all []kerneltest.Op[T]
	for _, op := range kerneltest.Ops[T]() {
		if op.Family == family {
			all = append(all, op)
		}
	}
	return all
}

// TestEveryFamily fails when a family of kernels has no target.
func TestEveryFamily(t *testing.T) {
	for _, op := range kerneltest.Ops[float32]() {
		if targets[op.Family] == nil {
			t.Errorf("%s belongs to the family %q, which has no fuzz target", op.Name, op.Family)
		}
	}
}

// TestExpectedLevel fails a run that was to test another level: without assembly
// the targets skip everything.
func TestExpectedLevel(t *testing.T) {
	if err := kerneltest.CheckExpected(); err != nil {
		t.Fatal(err)
	}
}

// plain returns the bits of ordinary numbers. None is 0 and few are negative: as
// coefficients they let every product and every root show.
func plain(double bool) []byte {
	var b []byte
	for i := range 23 {
		x := math.Ldexp(float64(1+7*i), i%5-9)
		if i%6 == 5 {
			x = -x
		}
		b = appendBits(b, double, x)
	}
	return b
}

// falling returns the bits of numbers of which each is less than the one before.
func falling(double bool) []byte {
	var b []byte
	for i := range 251 {
		b = appendBits(b, double, 1/float64(1+i))
	}
	return b
}

// peak returns the bits of numbers of which one, at a place, is the largest.
func peak(double bool, place int) []byte {
	var b []byte
	for i := range 251 {
		b = appendBits(b, double, 1/float64(1+(i-place+251)%251))
	}
	return b
}

// special returns the bits of numbers of which each asks for care.
func special(double bool) []byte {
	var b []byte
	for _, x := range []float64{1, math.Copysign(0, -1), 0x1p-126, 0x1p-149, math.Inf(1), -3, 0x1p-95,
		0x1p-96, 0x1p-102, 0x1p-103, 0x1p127, math.NaN(), 0x1p-1022, 0x1p-1074, 0x1p-959, 0x1p-960, 0x1p-968, 0x1p-969,
		0x1p-51, -0x1p-102, 0x1p1023, 0, math.Inf(-1)} {
		b = appendBits(b, double, x)
	}
	return b
}
