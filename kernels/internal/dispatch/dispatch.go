package dispatch

import (
	"fmt"
	"os"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels/generic"
)

// EnvLevel is the environment variable that pins the level.
const EnvLevel = "STEEPEST_LEVEL"

// The tables in use. They are values, so that a call loads its entry with one
// instruction, and one for each type, because Go has no generic variables.
var (
	level    Level
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

// ActiveLevel returns the level of the active tables.
func ActiveLevel() Level { return level }

// Levels returns the levels that this build and this machine can run, in rising
// order of preference. The first is Generic.
func Levels() []Level { return append([]Level{Generic}, detect()...) }

// SetLevel makes l the active level. A level that the machine lacks is an error and
// changes nothing.
func SetLevel(l Level) error {
	t32, err := Of[float32](l)
	if err != nil {
		return err
	}
	t64, err := Of[float64](l)
	if err != nil {
		return err
	}
	level, active32, active64 = l, *t32, *t64
	if halfWidth && l == AVX512 {
		narrow(&active32, &active64)
	}
	return nil
}

// Of returns a level's own kernels. A level that the machine lacks is an error.
func Of[T generic.Float](l Level) (*Table[T], error) {
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

// Active returns the table in use. It is the active level's own, but on cores that compute
// AVX-512's vectors in two halves, as Zen 4 does: there it has AVX2's kernels where these
// are faster. SetLevel changes what it holds. Slices that are passed to its entries escape
// to the heap.
func Active[T generic.Float]() *Table[T] { return pick[T](&active32, &active64) }

// pick returns the one of two tables that has T for its elements. The test on
// the size is decided when the function is instantiated.
func pick[T generic.Float](t32 *Table[float32], t64 *Table[float64]) *Table[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*Table[T])(unsafe.Pointer(t32))
	}
	return (*Table[T])(unsafe.Pointer(t64))
}

// Resident returns how many elements of a strided vector that all rows share the active
// level's kernels keep in registers, 0 in plain Go. So many need not be copied, and the
// products that do not add up along it may take a strip of columns at a time.
func Resident[T generic.Float]() int {
	if level == Generic {
		return 0
	}
	return residentBytes / int(unsafe.Sizeof(T(0)))
}
