package bench

import (
	"flag"
	"fmt"
	"os"
	"slices"
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
func BenchmarkDot(b *testing.B)                     { benchmark(b, "Dot") }
func BenchmarkSum(b *testing.B)                     { benchmark(b, "Sum") }
func BenchmarkAsum(b *testing.B)                    { benchmark(b, "Asum") }
func BenchmarkSumSquares(b *testing.B)              { benchmark(b, "SumSquares") }
func BenchmarkSumSquaresScaled(b *testing.B)        { benchmark(b, "SumSquaresScaled") }
func BenchmarkAmax(b *testing.B)                    { benchmark(b, "Amax") }
func BenchmarkNrm2(b *testing.B)                    { benchmark(b, "Nrm2") }
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
