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
	"level1": FuzzLevel1,
	"reduce": FuzzReduce,
	"rows":   FuzzRows,
	"update": FuzzUpdate,
}

func FuzzLevel1(f *testing.F) { fuzzFamily(f) }
func FuzzReduce(f *testing.F) { fuzzFamily(f) }
func FuzzRows(f *testing.F)   { fuzzFamily(f) }
func FuzzUpdate(f *testing.F) { fuzzFamily(f) }

// fuzzFamily is the target of the family that its name ends with.
func fuzzFamily(f *testing.F) {
	family := strings.ToLower(strings.TrimPrefix(f.Name(), "Fuzz"))
	ops32, ops64 := opsOf[float32](family), opsOf[float64](family)
	if len(ops32) == 0 || len(ops32) != len(ops64) {
		f.Fatalf("family %q has %d kernels for float32, %d for float64", family, len(ops32), len(ops64))
	}
	// Every kernel gets a run as a seed, with different things in every one.
	for k := range ops32 {
		for _, double := range []bool{false, true} {
			f.Add(byte(k), double, uint16(61*k+37), byte(0), byte(2+k), byte(k%3), uint32(0x1b<<k), byte(k), plain(double))
			f.Add(byte(k), double, uint16(300), byte(7), byte(5), byte(1), uint32(0x31<<k), byte(0), special(double))
		}
	}
	m := new(memory)
	f.Cleanup(m.close)
	f.Fuzz(func(t *testing.T, kernel byte, double bool, n uint16, edge, rows, pad byte, place uint32, alias byte, bits []byte) {
		c := input{n, edge, rows, pad, place, alias, bits}
		if double {
			run(t, m, ops64[int(kernel)%len(ops64)], c)
		} else {
			run(t, m, ops32[int(kernel)%len(ops32)], c)
		}
	})
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

// plain returns the bits of ordinary numbers of both signs.
func plain(double bool) []byte {
	var b []byte
	for i := range 23 {
		b = appendBits(b, double, math.Ldexp(float64(1+7*i), i%5-9)*float64(1-i%3))
	}
	return b
}

// special returns the bits of numbers of which each asks for care.
func special(double bool) []byte {
	var b []byte
	for _, x := range []float64{1, math.Copysign(0, -1), 0x1p-126, 0x1p-149, math.Inf(1), -3, 0x1p-95,
		0x1p-96, 0x1p127, math.NaN(), 0x1p-1022, 0x1p-1074, 0x1p-959, 0x1p-960, 0x1p1023, 0, math.Inf(-1)} {
		b = appendBits(b, double, x)
	}
	return b
}
