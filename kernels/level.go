package kernels

import "fmt"

// Level names an implementation of every kernel: an instruction set, or the
// plain Go loops.
type Level uint8

// The levels, in rising order of preference on one architecture.
const (
	Generic Level = iota // plain Go, on every machine
	NEON                 // arm64 Advanced SIMD
	AVX2                 // amd64 with AVX2, FMA3 and BMI1
	AVX512               // amd64 with AVX-512 F, BW, DQ and VL
	numLevels
)

var levelNames = [numLevels]string{"generic", "neon", "avx2", "avx512"}

// String returns the level's name as STEEPEST_LEVEL and the benchmarks spell it.
func (l Level) String() string {
	if l < numLevels {
		return levelNames[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// ParseLevel returns the level of that name.
func ParseLevel(name string) (Level, error) {
	for l, s := range levelNames {
		if s == name {
			return Level(l), nil
		}
	}
	return Generic, fmt.Errorf("kernels: unknown level %q, want one of %q", name, levelNames)
}
