//go:build !purego

package dispatch

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/seed63264101/steepest/kernels/generic"
)

func init() { generic.SlowFMA = !cpuid.CPU.Supports(cpuid.FMA3) }

// detect returns the assembly levels that this machine runs. cpuid also asks
// whether the operating system saves the wide registers.
func detect() []Level {
	var have []Level
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI1) {
		have = append(have, AVX2)
	}
	// Every core with these has AVX2, FMA3, BMI1 and BMI2.
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI1, cpuid.BMI2, cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
		have = append(have, AVX512)
	}
	return have
}

// halfWidth tells that the core computes 64 bytes in two halves, as Zen 4 does.
var halfWidth = cpuid.CPU.Supports(cpuid.FP256)
