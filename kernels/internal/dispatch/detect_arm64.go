//go:build !purego

package dispatch

import (
	"runtime"

	"github.com/klauspost/cpuid/v2"
)

// halfWidth would tell that the core computes vectors in two halves.
const halfWidth = false

// detect returns the assembly levels that this machine runs. Go's arm64 port
// demands Advanced SIMD, so a system on which cpuid cannot ask has it too.
func detect() []Level {
	if cpuid.CPU.Supports(cpuid.ASIMD) || runtime.GOOS != "linux" {
		return []Level{NEON}
	}
	return nil
}
