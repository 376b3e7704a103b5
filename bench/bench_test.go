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

func BenchmarkAxpy(b *testing.B)                    { benchmark(b, "Axpy") }
func BenchmarkAxpby(b *testing.B)                   { benchmark(b, "Axpby") }
func BenchmarkScal(b *testing.B)                    { benchmark(b, "Scal") }
func BenchmarkAdd(b *testing.B)                     { benchmark(b, "Add") }
func BenchmarkMul(b *testing.B)                     { benchmark(b, "Mul") }
func BenchmarkSwap(b *testing.B)                    { benchmark(b, "Swap") }
func BenchmarkRot(b *testing.B)                     { benchmark(b, "Rot") }
func BenchmarkRotm(b *testing.B)                    { benchmark(b, "Rotm") }
func BenchmarkDot(b *testing.B)                     { benchmark(b, "Dot") }
func BenchmarkDsdot(b *testing.B)                   { benchmark(b, "Dsdot") }
func BenchmarkSum(b *testing.B)                     { benchmark(b, "Sum") }
func BenchmarkAsum(b *testing.B)                    { benchmark(b, "Asum") }
func BenchmarkSumSquares(b *testing.B)              { benchmark(b, "SumSquares") }
func BenchmarkSumSquaresScaled(b *testing.B)        { benchmark(b, "SumSquaresScaled") }
func BenchmarkAmax(b *testing.B)                    { benchmark(b, "Amax") }
func BenchmarkAmaxNumber(b *testing.B)              { benchmark(b, "AmaxNumber") }
func BenchmarkIndexAbs(b *testing.B)                { benchmark(b, "IndexAbs") }
func BenchmarkNrm2(b *testing.B)                    { benchmark(b, "Nrm2") }
func BenchmarkCopyInc(b *testing.B)                 { benchmark(b, "CopyInc") }
func BenchmarkAxpyInc(b *testing.B)                 { benchmark(b, "AxpyInc") }
func BenchmarkScalInc(b *testing.B)                 { benchmark(b, "ScalInc") }
func BenchmarkSwapInc(b *testing.B)                 { benchmark(b, "SwapInc") }
func BenchmarkRotInc(b *testing.B)                  { benchmark(b, "RotInc") }
func BenchmarkRotmInc(b *testing.B)                 { benchmark(b, "RotmInc") }
func BenchmarkDotInc(b *testing.B)                  { benchmark(b, "DotInc") }
func BenchmarkDsdotInc(b *testing.B)                { benchmark(b, "DsdotInc") }
func BenchmarkAsumInc(b *testing.B)                 { benchmark(b, "AsumInc") }
func BenchmarkSumSquaresInc(b *testing.B)           { benchmark(b, "SumSquaresInc") }
func BenchmarkSumSquaresScaledInc(b *testing.B)     { benchmark(b, "SumSquaresScaledInc") }
func BenchmarkAmaxInc(b *testing.B)                 { benchmark(b, "AmaxInc") }
func BenchmarkAmaxNumberInc(b *testing.B)           { benchmark(b, "AmaxNumberInc") }
func BenchmarkGemv(b *testing.B)                    { benchmark(b, "Gemv") }
func BenchmarkGemvT(b *testing.B)                   { benchmark(b, "GemvT") }
func BenchmarkGemvInc(b *testing.B)                 { benchmark(b, "GemvInc") }
func BenchmarkGemvTInc(b *testing.B)                { benchmark(b, "GemvTInc") }
func BenchmarkGerInc(b *testing.B)                  { benchmark(b, "GerInc") }
func BenchmarkGer(b *testing.B)                     { benchmark(b, "Ger") }
func BenchmarkSumRows(b *testing.B)                 { benchmark(b, "SumRows") }
func BenchmarkSumRowsAdd(b *testing.B)              { benchmark(b, "SumRowsAdd") }
func BenchmarkMeanRows(b *testing.B)                { benchmark(b, "MeanRows") }
func BenchmarkMeanRowsAdd(b *testing.B)             { benchmark(b, "MeanRowsAdd") }
func BenchmarkSumSlices(b *testing.B)               { benchmark(b, "SumSlices") }
func BenchmarkSumSlicesAdd(b *testing.B)            { benchmark(b, "SumSlicesAdd") }
func BenchmarkMeanSlices(b *testing.B)              { benchmark(b, "MeanSlices") }
func BenchmarkMeanSlicesAdd(b *testing.B)           { benchmark(b, "MeanSlicesAdd") }
func BenchmarkSGD(b *testing.B)                     { benchmark(b, "SGD") }
func BenchmarkMomentum(b *testing.B)                { benchmark(b, "Momentum") }
func BenchmarkNesterov(b *testing.B)                { benchmark(b, "Nesterov") }
func BenchmarkAdam(b *testing.B)                    { benchmark(b, "Adam") }
func BenchmarkLerp(b *testing.B)                    { benchmark(b, "Lerp") }
func BenchmarkClamp(b *testing.B)                   { benchmark(b, "Clamp") }
func BenchmarkAMSGrad(b *testing.B)                 { benchmark(b, "AMSGrad") }
func BenchmarkAdamax(b *testing.B)                  { benchmark(b, "Adamax") }
func BenchmarkNAdam(b *testing.B)                   { benchmark(b, "NAdam") }
func BenchmarkAdamWarmup(b *testing.B)              { benchmark(b, "AdamWarmup") }
func BenchmarkAdagrad(b *testing.B)                 { benchmark(b, "Adagrad") }
func BenchmarkRMSprop(b *testing.B)                 { benchmark(b, "RMSprop") }
func BenchmarkRMSpropMomentum(b *testing.B)         { benchmark(b, "RMSpropMomentum") }
func BenchmarkRMSpropCentered(b *testing.B)         { benchmark(b, "RMSpropCentered") }
func BenchmarkRMSpropCenteredMomentum(b *testing.B) { benchmark(b, "RMSpropCenteredMomentum") }
func BenchmarkAdadelta(b *testing.B)                { benchmark(b, "Adadelta") }
func BenchmarkLion(b *testing.B)                    { benchmark(b, "Lion") }
func BenchmarkLAMBDirection(b *testing.B)           { benchmark(b, "LAMBDirection") }
func BenchmarkScheduleFree(b *testing.B)            { benchmark(b, "ScheduleFree") }

// BenchmarkStep measures whole steps: plain ones, and below their names the
// others.
func BenchmarkStep(b *testing.B) {
	benchmark(b, "Step")
	for _, kind := range []string{"workers=2", "tensors=1000"} {
		b.Run(kind, func(b *testing.B) { benchmark(b, "Step/"+kind) })
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
