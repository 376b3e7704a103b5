package bench

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestMain shortens the benchmarks unless -benchtime is given: there are
// thousands, and a whole second for each would take an hour.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.benchtime" })
	if !given {
		if err := flag.Set("test.benchtime", "10ms"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// BenchmarkNrm2 measures a function that is made of kernels; theirs are generated.
func BenchmarkNrm2(b *testing.B) { benchmark(b, "Nrm2") }

// BenchmarkStep measures whole steps: plain ones, and below their names the
// others.
func BenchmarkStep(b *testing.B) {
	benchmark(b, "Step")
	for _, kind := range []string{"workers=2", "tensors=1000", "unchecked"} {
		b.Run(kind, func(b *testing.B) { benchmark(b, "Step/"+kind) })
	}
}

// BenchmarkGemm measures matrix products: Gemm/TN/64x64x784.
func BenchmarkGemm(b *testing.B) {
	for _, s := range gemmSpecs(DetectCaches()) {
		if op := s.Ops[0]; s.Type == "f32" { // each has both types
			b.Run(strings.TrimPrefix(op, "Gemm/"), func(b *testing.B) { benchmark(b, op) })
		}
	}
}

// BenchmarkTriangle measures products with symmetric and triangular matrices, and solutions.
func BenchmarkTriangle(b *testing.B) {
	for _, o := range triangleOps {
		b.Run(o.name, func(b *testing.B) { benchmark(b, o.name) })
	}
}

// BenchmarkLinearGradient measures gradients of linear models: LinearGradient/256x512.
func BenchmarkLinearGradient(b *testing.B) {
	for _, s := range linearSpecs(DetectCaches()) {
		if op := s.Ops[0]; s.Type == "f32" { // each has both types
			b.Run(strings.TrimPrefix(op, "LinearGradient/"), func(b *testing.B) { benchmark(b, op) })
		}
	}
}

// BenchmarkCrossEntropy measures losses of classifiers: CrossEntropy/512x10.
func BenchmarkCrossEntropy(b *testing.B) {
	for _, s := range entropySpecs(DetectCaches()) {
		if op := s.Ops[0]; s.Type == "f32" { // each has both types
			b.Run(strings.TrimPrefix(op, "CrossEntropy/"), func(b *testing.B) { benchmark(b, op) })
		}
	}
}

// BenchmarkNormalize measures moments and normalisation: LayerNorm/256x1024.
func BenchmarkNormalize(b *testing.B) {
	for _, s := range normSpecs(DetectCaches()) {
		if op := s.Ops[0]; s.Type == "f32" { // each has both types
			b.Run(op, func(b *testing.B) { benchmark(b, op) })
		}
	}
}

// BenchmarkBLAS measures the routines that gonum's blas32 and blas64 call, beside
// gonum's own.
func BenchmarkBLAS(b *testing.B) {
	for _, op := range blasOps() {
		b.Run(strings.TrimPrefix(op, "BLAS/"), func(b *testing.B) { benchmark(b, op) })
	}
}

// One arena serves all benchmarks, as one serves a report.
var (
	arena Arena
	sink  float64
)

// benchmark runs all contenders of a kernel's cases.
func benchmark(b *testing.B, op string) {
	defer setLevel(kernels.ActiveLevel())
	caches := DetectCaches()
	for _, s := range Specs(caches, caches.MemorySet(4)) {
		if !slices.Equal(s.Ops, []string{op}) {
			continue
		}
		b.Run(fmt.Sprintf("type=%s/n=%d", s.Type, s.N), func(b *testing.B) {
			c := s.Build(&arena)
			for i := range c.Contenders {
				contender := &c.Contenders[i]
				b.Run("level="+contender.Label(), func(b *testing.B) {
					if contender.Prepare != nil {
						contender.Prepare()
					}
					if s.Step { // the first touches its moments' pages
						sink += contender.Run(1)
					}
					b.SetBytes(int64(c.Bytes))
					b.ResetTimer()
					sink += contender.Run(b.N)
				})
			}
		})
	}
}
