package dispatch

import "fmt"

// A Level is a level of package kernels, which says what its levels are.
type Level uint8

// The levels, in rising order of preference on one architecture.
const (
	Generic Level = iota
	NEON
	AVX2
	AVX512
	NumLevels
)

// Names are the names of the levels.
var Names = [NumLevels]string{"generic", "neon", "avx2", "avx512"}

// String returns the level's name as STEEPEST_LEVEL and the benchmarks spell it.
func (l Level) String() string {
	if l < NumLevels {
		return Names[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}
