package bench

import (
	"runtime"

	"gonum.org/v1/gonum/blas"
	reference "gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// Products with symmetric and triangular matrices, and solutions with the latter, of n rows
// and columns. Each is measured on every level, beside gonum's own, the same level's Gemm of
// three such matrices, and the limit probe: as many multiply-adds as the result needs, which
// is half of Gemm's where one matrix is a triangle.

// triangleOp is what is measured: a function with some of its options, which stand in its
// name as the letters that BLAS has for them.
type triangleOp struct {
	name, routine string
	side          kernels.Side
	uplo          kernels.Uplo
	trans         kernels.Transpose
	half          bool // of Gemm's multiply-adds
}

var triangleOps = []triangleOp{
	{name: "Symm/LL", routine: "Symm", uplo: kernels.Lower},
	{name: "Syrk/LN", routine: "Syrk", uplo: kernels.Lower, half: true},
	{name: "Trmm/LLN", routine: "Trmm", uplo: kernels.Lower, half: true},
	{name: "Trsm/LLN", routine: "Trsm", uplo: kernels.Lower, half: true},
	{name: "Trsm/RLT", routine: "Trsm", side: kernels.Right, uplo: kernels.Lower, trans: kernels.Trans, half: true},
}

var triangleSizes = []int{64, 128, 256, 512, 1024}

// plainTriangle is up to how many rows the plain-Go level is measured.
const plainTriangle = 256

// triangleSpecs lists the cases.
func triangleSpecs(c Caches) []Spec {
	f32, f64 := newPools[float32](), newPools[float64]()
	single := func(p *kerneltest.TriangleCall[float32]) { callTriangle32(reference.Implementation{}, p) }
	double := func(p *kerneltest.TriangleCall[float64]) { callTriangle64(reference.Implementation{}, p) }
	var all []Spec
	for _, o := range triangleOps {
		for _, n := range triangleSizes {
			all = append(all, bothTypes(c, o.name, n, 3*n*n,
				func(m *Arena) *Case { return buildTriangle(m, o, n, f32, single) },
				func(m *Arena) *Case { return buildTriangle(m, o, n, f64, double) })...)
		}
	}
	return all
}

// buildTriangle makes a case. Solving, and multiplying in place, again and again, leads
// nowhere: the triangular matrix is its own inverse.
func buildTriangle[T kernels.Float](m *Arena, o triangleOp, n int, pool *pools[T], theirs func(p *kerneltest.TriangleCall[T])) *Case {
	m.reset(4 * room(n*n*sizeOf[T]()))
	options := kerneltest.TriangleCall[T]{Name: o.routine, Side: o.side, Uplo: o.uplo, Trans: o.trans, Alpha: 1}
	p := options.Sized(n, n, func(_, length int) []T { return slice[T](m, length) }, func() int { return 0 })
	fill(p.A.X, pool.signed)
	if p.Result() == &p.B {
		ownInverse(p.A.X, n)
	}
	fill(p.B.X, pool.signed[1:])
	result := p.Result().X[:n*n]
	terms := n * n * n
	if o.half {
		terms /= 2
	}
	x := &Case{Bytes: p.Elements() * sizeOf[T](), Flops: 2 * terms, Probe: multiplyAddProbe, ProbeWork: 2 * terms}
	// gonum spreads large products over goroutines, and these over all processors.
	gonum := repeatOn(result, func() { theirs(p) })
	x.Contenders = append(x.Contenders, Contender{Op: o.name, Role: Gonum, Wall: n > 64, Run: func(reps int) float64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		return gonum(reps)
	}})
	second, product := p.B.X, slice[T](m, n*n)
	if o.routine == "Syrk" {
		second = p.A.X
	}
	for _, l := range kernels.Levels() {
		if l == kernels.Generic && n > plainTriangle {
			continue
		}
		level := func() { setLevel(l) }
		x.Contenders = append(x.Contenders,
			Contender{Op: o.name, Role: Kernel, Level: l, Prepare: level, Run: repeatOn(result, p.Public)},
			Contender{Op: o.name, Role: WholeGemm, Level: l, Prepare: level, Run: repeatOn(result, func() {
				kernels.Gemm(kernels.NoTrans, kernels.NoTrans, n, n, n, 1, p.A.X, n, second, n, 0, product, n)
			})})
		if probe := multiplyAdds[T](l, terms); probe != nil {
			x.Contenders = append(x.Contenders, Contender{Op: o.name, Role: Limit, Level: l, Run: probe})
		}
	}
	return x
}

// ownInverse makes a lower triangular matrix, which stands in the place of any numbers, that
// is its own inverse and has no zeros, which gonum passes over: L⁻¹ S L, where L has ones on
// its diagonal and S is diagonal, with 1 and -1 in turn.
func ownInverse[T kernels.Float](a []T, n int) {
	mirror := make([]T, n*n)
	for i := range n {
		row, sign := a[i*n:][:n], T(1-2*(i%2))
		for j := range i {
			row[j] /= T(n)
			mirror[i*n+j] = sign * row[j]
		}
		mirror[i*n+i] = sign
	}
	kernels.Trsm(kernels.Left, kernels.Lower, kernels.NoTrans, kernels.Unit, n, n, 1, a, n, mirror, n)
	copy(a, mirror)
}

// blasOptions returns a call's options as gonum has them.
func blasOptions[T kernels.Float](p *kerneltest.TriangleCall[T]) (blas.Side, blas.Uplo, blas.Transpose) {
	side, uplo, trans := blas.Left, blas.Upper, blas.NoTrans
	if p.Side == kernels.Right {
		side = blas.Right
	}
	if p.Uplo == kernels.Lower {
		uplo = blas.Lower
	}
	if p.Trans {
		trans = blas.Trans
	}
	return side, uplo, trans
}
