package kernels

import (
	"fmt"
	"os"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
)

// Float is the set of element types.
type Float = generic.Float

// BlockBytes is the size of a block of the reductions, see the package's documentation.
// The blocks' sums, added in float64 in the order of the blocks, give the bits of the
// sum over the whole vector.
const BlockBytes = generic.BlockBytes

// EnvLevel is the environment variable that pins the level.
const EnvLevel = "STEEPEST_LEVEL"

// The tables in use. They are values, so that a call loads its entry with one
// instruction, and one for each type, because Go has no generic variables.
var (
	active   Level
	active32 Table[float32]
	active64 Table[float64]
)

func init() {
	if err := SetLevel(choose(os.Getenv(EnvLevel))); err != nil {
		panic(err)
	}
}

// choose returns the level to use: the best that the machine has, or the one
// that name pins. A name that cannot be had gives Generic and never a
// neighbouring level: who pins a level wants that one measured or none.
func choose(name string) Level {
	available := Levels()
	if name == "" {
		return available[len(available)-1]
	}
	for _, l := range available {
		if l.String() == name {
			return l
		}
	}
	return Generic
}

// ActiveLevel returns the level whose kernels the functions of this package run.
func ActiveLevel() Level { return active }

// Levels returns the levels that this build and this machine can run, in rising
// order of preference. The first is Generic.
func Levels() []Level { return append([]Level{Generic}, detect()...) }

// SetLevel makes l the active level. It is meant for tests, benchmarks and
// comparisons: no kernel may run meanwhile. A level that the machine lacks is an
// error and changes nothing.
func SetLevel(l Level) error {
	t32, err := TableOf[float32](l)
	if err != nil {
		return err
	}
	t64, err := TableOf[float64](l)
	if err != nil {
		return err
	}
	active, active32, active64 = l, *t32, *t64
	if halfWidth && l == AVX512 {
		narrow(&active32, &active64)
	}
	return nil
}

// TableOf returns a level's own kernels, for tests and benchmarks that compare
// levels. The active level may have others on some cores: see [ActiveTable]. A level
// that the machine lacks is an error.
func TableOf[T Float](l Level) (*Table[T], error) {
	if !slices.Contains(Levels(), l) {
		return nil, fmt.Errorf("kernels: level %v is not available here, only %v", l, Levels())
	}
	if l == Generic {
		t := genericTable[T]()
		return &t, nil
	}
	t32, t64 := assembly(l)
	return pick[T](t32, t64), nil
}

// pick returns the one of two tables that has T for its elements. The test on
// the size is decided when the function is instantiated.
func pick[T Float](t32 *Table[float32], t64 *Table[float64]) *Table[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*Table[T])(unsafe.Pointer(t32))
	}
	return (*Table[T])(unsafe.Pointer(t64))
}

// table returns the active table for T.
func table[T Float]() *Table[T] { return pick[T](&active32, &active64) }

// noescape returns s and hides from the compiler where it came from. A call
// through a function value would otherwise move every caller's stack buffer to
// the heap; the kernels keep no pointer, so the buffer may stay.
//
// Slicing an array of unreachable length costs one comparison; unsafe.Slice
// multiplies and compares, which for short vectors is a good part of the call.
func noescape[E any](s []E) []E {
	if len(s) == 0 {
		return nil
	}
	p := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	if unsafe.Sizeof(p) == 4 {
		return unsafe.Slice(*(**E)(unsafe.Pointer(&p)), len(s))
	}
	return (*(**[unreachable]E)(unsafe.Pointer(&p)))[:len(s):len(s)]
}

// unreachable is more elements than memory holds, where int has 64 bits.
const unreachable = 1 << (26 + 18*(^uint(0)>>63))

// ActiveTable returns the kernels that the functions of this package run, for callers
// that have checked their arguments already. They are the active level's, but for cores
// that compute AVX-512's vectors in two halves, as Zen 4 does: those run AVX2's where
// these are faster there. SetLevel changes what the table holds. Slices that are passed
// to its entries escape to the heap.
func ActiveTable[T Float]() *Table[T] { return table[T]() }
