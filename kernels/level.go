package kernels

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels/internal/dispatch"
)

// Level names an implementation of every kernel: an instruction set, or the
// plain Go loops.
type Level uint8

// The levels, in rising order of preference on one architecture.
const (
	Generic Level = Level(dispatch.Generic) // plain Go, on every machine
	NEON    Level = Level(dispatch.NEON)    // arm64 Advanced SIMD
	AVX2    Level = Level(dispatch.AVX2)    // amd64 with AVX2, FMA3 and BMI1
	AVX512  Level = Level(dispatch.AVX512)  // amd64 with AVX-512 F, BW, DQ and VL
)

// EnvLevel is the environment variable that pins the level.
const EnvLevel = dispatch.EnvLevel

// String returns the level's name as STEEPEST_LEVEL and the benchmarks spell it.
func (l Level) String() string { return dispatch.Level(l).String() }

// ParseLevel returns the level of that name.
func ParseLevel(name string) (Level, error) {
	for l, s := range dispatch.Names {
		if s == name {
			return Level(l), nil
		}
	}
	return Generic, fmt.Errorf("kernels: unknown level %q, want one of %q", name, dispatch.Names)
}

// ActiveLevel returns the level whose kernels the functions of this package run. On cores
// that compute AVX-512's vectors in two halves, as Zen 4 does, that level runs AVX2's where
// these are faster there.
func ActiveLevel() Level { return Level(dispatch.ActiveLevel()) }

// Levels returns the levels that this build and this machine can run, in rising
// order of preference. The first is Generic.
func Levels() []Level {
	var all []Level
	for _, l := range dispatch.Levels() {
		all = append(all, Level(l))
	}
	return all
}

// SetLevel makes l the active level. It is meant for tests, benchmarks and
// comparisons: no kernel may run meanwhile. A level that the machine lacks is an
// error and changes nothing.
func SetLevel(l Level) error { return dispatch.SetLevel(dispatch.Level(l)) }
