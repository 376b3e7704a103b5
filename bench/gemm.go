package bench

import (
	"fmt"
	"runtime"

	"gonum.org/v1/gonum/blas"
	reference "gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// Matrix products: squares, and the shapes of small networks' training. Each is measured
// on every level, through gonum's interface on the active one, beside gonum's own, a plain
// loop and the limit probe: as many multiply-adds, and nothing else.

// gemmShape is a product of an m times k and a k times n matrix.
type gemmShape struct{ m, n, k int }

// gemmShapes are the shapes to measure: squares and the layers of a network of 784 inputs,
// 256 hidden units and 10 classes, forwards and backwards.
var gemmShapes = []gemmShape{
	{2, 2, 2}, {4, 4, 4}, {8, 8, 8}, {16, 16, 16}, {32, 32, 32}, {64, 64, 64}, {128, 128, 128}, {256, 256, 256},
	{512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
	{64, 64, 784}, {128, 256, 784}, {784, 256, 128}, {64, 10, 256}, {1, 256, 784},
}

// multiplyAddBytes are the results of a turn of the limit probe.
const multiplyAddBytes = 1536

// multiplyAddProbe is the limit probe's name.
const multiplyAddProbe = "MultiplyAdds"

// plainTerms is up to how many products of elements the plain loop is measured.
const plainTerms = 256 * 256 * 256

// gemmSpecs lists the cases of products.
func gemmSpecs(c Caches) []Spec {
	f32, f64 := newPools[float32](), newPools[float64]()
	var all []Spec
	for _, trans := range []string{"NN", "TN", "NT"} {
		for _, s := range gemmShapes {
			op := fmt.Sprintf("Gemm/%s/%dx%dx%d", trans, s.m, s.n, s.k)
			all = append(all, bothTypes(c, op, s.m*s.n*s.k, s.m*s.n+s.m*s.k+s.k*s.n, func(m *Arena) *Case {
				return buildGemm(m, op, trans, s, f32, func(lib blasLibrary, tA, tB blas.Transpose, a []float32, lda int, b []float32, ldb int, c []float32) {
					lib.Sgemm(tA, tB, s.m, s.n, s.k, 1, a, lda, b, ldb, 0, c, s.n)
				})
			}, func(m *Arena) *Case {
				return buildGemm(m, op, trans, s, f64, func(lib blasLibrary, tA, tB blas.Transpose, a []float64, lda int, b []float64, ldb int, c []float64) {
					lib.Dgemm(tA, tB, s.m, s.n, s.k, 1, a, lda, b, ldb, 0, c, s.n)
				})
			})...)
		}
	}
	return all
}

// buildGemm makes the case of a product.
func buildGemm[T kernels.Float](m *Arena, op, trans string, s gemmShape, pool *pools[T],
	call func(lib blasLibrary, tA, tB blas.Transpose, a []T, lda int, b []T, ldb int, c []T)) *Case {
	m.reset(room(s.m*s.k*sizeOf[T]()) + room(s.k*s.n*sizeOf[T]()) + room(s.m*s.n*sizeOf[T]()))
	a, b, c := slice[T](m, s.m*s.k), slice[T](m, s.k*s.n), slice[T](m, s.m*s.n)
	fill(a, pool.signed)
	fill(b, pool.signed[1:])
	tA, lda, tB, ldb := blas.NoTrans, s.k, blas.NoTrans, s.n
	if trans[0] == 'T' {
		tA, lda = blas.Trans, s.m
	}
	if trans[1] == 'T' {
		tB, ldb = blas.Trans, s.k
	}
	flops := 2 * s.m * s.n * s.k
	x := &Case{Bytes: (s.m*s.k + s.k*s.n + 2*s.m*s.n) * sizeOf[T](), Flops: flops, Probe: multiplyAddProbe, ProbeWork: flops}
	if s.m*s.n*s.k <= plainTerms {
		x.Contenders = append(x.Contenders, Contender{Op: op, Role: Naive, Run: repeatOn(c, func() { plainGemm(trans, s, a, b, c) })})
	}
	// gonum spreads large products over goroutines, and these over all processors.
	alone := func(run func(int) float64) func(int) float64 {
		return func(reps int) float64 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			return run(reps)
		}
	}
	x.Contenders = append(x.Contenders, Contender{Op: op, Role: Gonum, Wall: s.m*s.n > 64*64,
		Run: alone(repeatOn(c, func() { call(reference.Implementation{}, tA, tB, a, lda, b, ldb, c) }))})
	for _, l := range kernels.Levels() {
		if l == kernels.Generic && s.m*s.n*s.k > plainTerms {
			continue
		}
		x.Contenders = append(x.Contenders, Contender{Op: op, Role: Kernel, Level: l, Prepare: func() { setLevel(l) },
			Run: repeatOn(c, func() {
				kernels.Gemm(tA == blas.Trans, tB == blas.Trans, s.m, s.n, s.k, 1, a, lda, b, ldb, 0, c, s.n)
			})})
		if probe := multiplyAdds[T](l, s.m*s.n*s.k); probe != nil {
			x.Contenders = append(x.Contenders, Contender{Op: op, Role: Limit, Level: l, Run: probe})
		}
	}
	return x
}

// multiplyAdds returns what does so many multiply-adds and nothing else, nil where a level
// has no probe: calls of many turns.
func multiplyAdds[T kernels.Float](l kernels.Level, terms int) func(reps int) float64 {
	turn := multiplyAddBytes / sizeOf[T]()
	if kerneltest.Probe(multiplyAddProbe, l, &kerneltest.Args[T]{Int: []int{turn}}) == nil {
		return nil
	}
	return func(reps int) float64 {
		total := float64(reps) * float64(terms)
		kerneltest.Probe(multiplyAddProbe, l, &kerneltest.Args[T]{Int: []int{max(1, int(total/float64(turn)+0.5))}})(1)
		return total
	}
}

// plainGemm is the loop a Go programmer would write.
func plainGemm[T kernels.Float](trans string, s gemmShape, a, b, c []T) {
	clear(c)
	for i := range s.m {
		row := c[i*s.n:][:s.n]
		for l := range s.k {
			x := a[i*s.k+l]
			if trans[0] == 'T' {
				x = a[l*s.m+i]
			}
			if trans[1] == 'T' {
				for j := range row {
					row[j] += x * b[j*s.k+l]
				}
				continue
			}
			for j, y := range b[l*s.n:][:s.n] {
				row[j] += x * y
			}
		}
	}
}
