package kernels_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// depthBlock is the contract's number of terms that a product adds before alpha.
const depthBlock = 256

// gemm describes the public product as if it were a kernel.
func gemm[T kernels.Float]() kerneltest.Op[T] {
	for _, op := range kerneltest.Ops[T]() {
		if op.Name == "GemmBlock" {
			return kerneltest.Op[T]{Name: "Gemm", Family: op.Family, Params: op.Params}
		}
	}
	panic("there is no GemmBlock")
}

// productOracles returns the oracles of matrix products and of what they are made of.
func productOracles[T kernels.Float]() map[string]oracle[T] {
	// One block: a sum of k terms for each element, whatever k is.
	block := func(c *call[T]) {
		eachElement(c, func(y T, k int, factors func(l int) (T, T)) T {
			return add(c.started(y), mul(c.k("alpha"), fused(0, k, factors)))
		})
	}
	product := func(c *call[T]) {
		eachElement(c, func(y T, k int, factors func(l int) (T, T)) T {
			v := c.started(y)
			if c.k("alpha") == 0 {
				return v
			}
			for l := 0; l < k; l += depthBlock {
				v = add(v, mul(c.k("alpha"), fused(l, min(k, l+depthBlock), factors)))
			}
			return v
		})
	}
	moved := func(place func(c *call[T], i, j int) int) func(c *call[T]) {
		return func(c *call[T]) {
			src, dst := c.v("src"), c.vector("dst")
			for i := range c.n("m") {
				for j := range c.n("n") {
					dst.become(place(c, i, j), src[i*c.n("srcRow")+j])
				}
			}
		}
	}
	return map[string]oracle[T]{
		"GemmBlock": {block, nil},
		"Gemm":      {product, callGemm[T]},
		"Transpose": {moved(func(c *call[T], i, j int) int { return j*c.n("dstRow") + i }), nil},
		"CopyRows":  {moved(func(c *call[T], i, j int) int { return i*c.n("dstRow") + j }), nil},
	}
}

// eachElement expects f of every element of a product: f sees what it was, and the
// factors of each of its terms.
func eachElement[T kernels.Float](c *call[T], f func(y T, k int, factors func(l int) (T, T)) T) {
	a, row, column := c.v("a"), c.n("aRow"), c.n("aColumn")
	b, y := c.v("b"), c.vector("c")
	for i := range c.n("m") {
		for j := range c.n("n") {
			at := i*c.n("cRow") + j
			y.become(at, f(y.at(at), c.n("k"), func(l int) (T, T) { return a[i*row+l*column], b[l*c.n("bRow")+j] }))
		}
	}
}

// fused adds terms l to end in their order, each product and addition rounded as one.
func fused[T kernels.Float](l, end int, factors func(l int) (T, T)) T {
	sum := T(0)
	for ; l < end; l++ {
		x, y := factors(l)
		sum = fma(x, y, sum)
	}
	return sum
}

// started returns what a product adds to: where beta is 0, the old element does not
// count.
func (c *call[T]) started(y T) T {
	switch beta := c.k("beta"); beta {
	case 0:
		return 0
	case 1:
		return y
	default:
		return mul(beta, y)
	}
}

// callGemm calls the public product: its left factor plain or transposed as it lies, or
// as a copy where it has gaps in both directions, and its right factor either way.
func callGemm[T kernels.Float](c *call[T]) {
	m, n, k := c.n("m"), c.n("n"), c.n("k")
	a, lda, transA := c.v("a"), c.n("aRow"), kernels.NoTrans
	switch {
	case c.n("aColumn") == 1 && lda >= k:
	case c.n("aRow") == 1:
		lda, transA = c.n("aColumn"), kernels.Trans
	default:
		a, lda = gathered(m, k, a, lda, c.n("aColumn")), k
	}
	b, ldb, transB := c.v("b"), max(1, c.n("bRow")), kernels.NoTrans
	if (m+n+k)%2 == 1 {
		b, ldb, transB = gathered(n, k, b, 1, ldb), k, kernels.Trans
	}
	kernels.Gemm(transA, transB, m, n, k, c.k("alpha"), a, lda, b, ldb, c.k("beta"), c.v("c"), max(1, c.n("cRow")))
}

// gathered returns a matrix without gaps.
func gathered[T kernels.Float](rows, columns int, x []T, row, column int) []T {
	all := make([]T, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			all = append(all, x[i*row+j*column])
		}
	}
	return all
}

// TestProductError holds products against exact arithmetic: the error is within the
// bound of the documentation, and where sums go as wrong as they can, close to it.
func TestProductError(t *testing.T) {
	restoreLevel(t)
	t.Run("type=f32", productError[float32])
	t.Run("type=f64", productError[float64])
}

func productError[T kernels.Float](t *testing.T) {
	const m, n = 2, 5
	r := rand.New(rand.NewPCG(71, 72))
	u := unit[T]()
	for _, c := range []struct {
		name    string
		x       func(l int) float64 // the left factor
		closest float64             // of the bound, over all lengths
	}{
		{"normal", func(int) float64 { return r.NormFloat64() }, 0},
		{"wide", func(int) float64 { return math.Ldexp(r.NormFloat64(), r.IntN(60)-30) }, 0},
		{"cancelling", func(l int) float64 {
			v := math.Sin(float64(l/20*10+l%10+1)) * 1e6
			if l%20 >= 10 {
				v = -v
			}
			return v
		}, 0},
		// One large number, to which every small one of its block is lost.
		{"swamped", func(l int) float64 {
			if l == 0 {
				return 1
			}
			return 0.99 * u
		}, 0.95},
		// And to which the other blocks' sums are lost.
		{"swamped blocks", func(l int) float64 {
			switch {
			case l == 0:
				return 1
			case l < depthBlock:
				return 0.99 * u
			}
			return 0.99 * u / depthBlock
		}, 0.95},
	} {
		closest := 0.0
		for _, k := range []int{1, 2, 3, 50, 255, 256, 257, 511, 512, 513, 1300, 2100} {
			a, b, y := make([]T, m*k), make([]T, k*n), make([]T, m*n)
			for i := range a {
				a[i] = T(c.x(i % k))
			}
			for i := range b {
				b[i] = T(1 - float64(i%7)*u)
			}
			alpha, beta := T(1), T(0)
			if k%2 == 0 {
				alpha, beta = T(0.7), T(-1.3)
			}
			for i := range y {
				y[i] = T(r.NormFloat64())
			}
			want := make([]exactly, m*n)
			for at := range want {
				i, j := at/n, at%n
				want[at] = exactProduct(alpha, beta, y[at], k, func(l int) (float64, float64) {
					return float64(a[i*k+l]), float64(b[l*n+j])
				})
			}
			for _, level := range kernels.Levels() {
				activate(t, level)
				got := append([]T(nil), y...)
				kernels.Gemm(kernels.NoTrans, kernels.NoTrans, m, n, k, alpha, a, k, b, n, beta, got, n)
				for at, e := range want {
					expect(t, e, float64(got[at]), "%s factors, k=%d, level %v: element %d", c.name, k, level, at)
					closest = max(closest, e.share(float64(got[at])))
				}
			}
		}
		if closest < c.closest {
			t.Errorf("%s factors come to %.2f of the bound, want %.2f", c.name, closest, c.closest)
		}
	}
}

// exactProduct is an element of a product. A term passes through one rounding for each
// term of its block from itself on, one with alpha, and one for each addition of a block
// from its own on; the first of these is exact without beta*y. What was there passes
// through one with beta and the additions.
func exactProduct[T kernels.Float](alpha, beta, y T, k int, factors func(l int) (float64, float64)) exactly {
	const prec = 1000 // for exponents of -160 to 160, which is more than these tests have
	f := func(x T) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(float64(x)) }
	e := addExactly(k, factors)
	old := f(beta)
	old.Mul(old, f(y))
	value, abs := f(alpha), f(alpha)
	value.Add(value.Mul(value, e.value), old)
	abs.Mul(abs.Abs(abs), e.abs)
	u := unit[T]()
	blocks := float64(k) / depthBlock
	h := (min(float64(k), depthBlock) + blocks + 2) * u
	left, _ := old.Abs(old).Float64()
	return exactly{value: value, abs: abs, rel: h / (1 - h), under: left * (blocks + 2) * u / (1 - h)}
}

// share returns how much of the bound an error takes.
func (x exactly) share(got float64) float64 {
	diff := new(big.Float).SetPrec(x.value.Prec() + 64).SetFloat64(got)
	off, _ := diff.Sub(diff, x.value).Float64()
	abs, _ := x.abs.Float64()
	return math.Abs(off) / (x.rel*abs + x.under)
}
