package gonumblas_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

var (
	ours   gonumblas.Implementation
	theirs gonum.Implementation
)

// onEveryLevel runs a subtest on each level that this machine has.
func onEveryLevel(t *testing.T, f func(t *testing.T)) {
	restoreLevel(t)
	for _, level := range kernels.Levels() {
		setLevel(t, level)
		t.Run(level.String(), f)
	}
}

func restoreLevel(t testing.TB) {
	level := kernels.ActiveLevel()
	t.Cleanup(func() { setLevel(t, level) })
}

func setLevel(t testing.TB, level kernels.Level) {
	t.Helper()
	if err := kernels.SetLevel(level); err != nil {
		t.Fatal(err)
	}
}

// routines are those that package gonumblas has, without the letter for the type.
// dsdot and sdsdot are for float32 alone.
var routines = []string{
	"axpy", "dot", "scal", "copy", "swap", "nrm2", "asum", "iamax",
	"rotg", "rotmg", "rot", "rotm", "gemv", "ger", "dsdot", "sdsdot",
}

func routinesOf[T kernels.Float]() []string {
	if is32[T]() {
		return routines
	}
	return routines[:len(routines)-2]
}

// backend is an implementation's routines of one type, which the tests for both
// types share.
type backend[T kernels.Float] struct {
	axpy  func(n int, alpha T, x []T, incX int, y []T, incY int)
	dot   func(n int, x []T, incX int, y []T, incY int) T
	scal  func(n int, alpha T, x []T, incX int)
	copy  func(n int, x []T, incX int, y []T, incY int)
	swap  func(n int, x []T, incX int, y []T, incY int)
	nrm2  func(n int, x []T, incX int) T
	asum  func(n int, x []T, incX int) T
	iamax func(n int, x []T, incX int) int
	rotg  func(a, b T) (c, s, r, z T)
	rotmg func(d1, d2, x1, y1 T) (flag blas.Flag, h [4]T, rd1, rd2, rx1 T)
	rot   func(n int, x []T, incX int, y []T, incY int, c, s T)
	rotm  func(n int, x []T, incX int, y []T, incY int, flag blas.Flag, h [4]T)
	gemv  func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	ger   func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)

	dsdot  func(n int, x []T, incX int, y []T, incY int) float64
	sdsdot func(n int, alpha T, x []T, incX int, y []T, incY int) T
}

func single(b blas.Float32) backend[float32] {
	return backend[float32]{
		b.Saxpy, b.Sdot, b.Sscal, b.Scopy, b.Sswap, b.Snrm2, b.Sasum, b.Isamax, b.Srotg,
		func(d1, d2, x1, y1 float32) (flag blas.Flag, h [4]float32, rd1, rd2, rx1 float32) {
			p, rd1, rd2, rx1 := b.Srotmg(d1, d2, x1, y1)
			return p.Flag, p.H, rd1, rd2, rx1
		},
		b.Srot,
		func(n int, x []float32, incX int, y []float32, incY int, flag blas.Flag, h [4]float32) {
			b.Srotm(n, x, incX, y, incY, blas.SrotmParams{Flag: flag, H: h})
		},
		b.Sgemv, b.Sger, b.Dsdot, b.Sdsdot,
	}
}

func double(b blas.Float64) backend[float64] {
	return backend[float64]{
		b.Daxpy, b.Ddot, b.Dscal, b.Dcopy, b.Dswap, b.Dnrm2, b.Dasum, b.Idamax, b.Drotg,
		func(d1, d2, x1, y1 float64) (flag blas.Flag, h [4]float64, rd1, rd2, rx1 float64) {
			p, rd1, rd2, rx1 := b.Drotmg(d1, d2, x1, y1)
			return p.Flag, p.H, rd1, rd2, rx1
		},
		b.Drot,
		func(n int, x []float64, incX int, y []float64, incY int, flag blas.Flag, h [4]float64) {
			b.Drotm(n, x, incX, y, incY, blas.DrotmParams{Flag: flag, H: h})
		},
		b.Dgemv, b.Dger, nil, nil,
	}
}

// backendOf returns the routines of one of the two types.
func backendOf[T kernels.Float](s blas.Float32, d blas.Float64) backend[T] {
	if b, ok := any(single(s)).(backend[T]); ok {
		return b
	}
	return any(double(d)).(backend[T])
}

// call is a call of any routine: its arguments and, afterwards, its results.
type call[T kernels.Float] struct {
	routine string
	tA      blas.Transpose
	m, n    int
	coef    [4]T // alpha, beta; or c, s; or what rotg and rotmg take
	flag    blas.Flag
	h       [4]T
	x, y, a []T
	incX    int
	incY    int
	lda     int

	results []float64 // exact: no result is wider
	panic   any
}

// withOurs returns a copy of the call, slices included, made with our routines.
func (c call[T]) withOurs() *call[T] { return c.with(backendOf[T](ours, ours)) }

func (c call[T]) with(b backend[T]) *call[T] {
	c.x, c.y, c.a = clone(c.x), clone(c.y), clone(c.a)
	c.do(b)
	return &c
}

// withGonum is with gonum's routines, called around two of their faults (gonum
// 0.17): Ger for amd64 reads outside vectors with a negative stride, and Gemv of a
// transposed matrix clears all of y[n:] if beta is 0.
func (c call[T]) withGonum() *call[T] {
	b := backendOf[T](theirs, theirs)
	switch {
	case c.routine == "ger" && (c.incX < 0 || c.incY < 0):
		check := c
		check.coef[0] = 0 // it checks, and does nothing
		if done := check.with(b); done.panic != nil || c.m == 0 || c.n == 0 {
			return done
		}
		sideBySide := c
		sideBySide.x, sideBySide.incX = gather(c.m, c.x, c.incX), 1
		sideBySide.y, sideBySide.incY = gather(c.n, c.y, c.incY), 1
		done := sideBySide.with(b)
		done.x, done.y = clone(c.x), clone(c.y)
		return done
	case c.routine == "gemv" && c.m > 0 && c.n > 0:
		_, ny := c.lengths()
		end := min(len(c.y), (ny-1)*max(c.incY, -c.incY)+1)
		tail := c.y[end:]
		c.y = c.y[:end]
		done := c.with(b)
		done.y = append(done.y, tail...)
		return done
	}
	return c.with(b)
}

// gather returns the elements of a strided vector in the order of BLAS.
func gather[T kernels.Float](n int, x []T, inc int) []T {
	at := 0
	if inc < 0 {
		at = (1 - n) * inc
	}
	v := make([]T, n)
	for i := range v {
		v[i] = x[at]
		at += inc
	}
	return v
}

// clone keeps nil and gives no spare capacity.
func clone[T any](s []T) []T {
	if s == nil {
		return nil
	}
	d := make([]T, len(s))
	copy(d, s)
	return d
}

func (c *call[T]) do(b backend[T]) {
	defer func() { c.panic = recover() }()
	ret := func(v ...T) {
		for _, r := range v {
			c.results = append(c.results, float64(r))
		}
	}
	switch n, x, incX, y, incY := c.n, c.x, c.incX, c.y, c.incY; c.routine {
	case "axpy":
		b.axpy(n, c.coef[0], x, incX, y, incY)
	case "dot":
		ret(b.dot(n, x, incX, y, incY))
	case "scal":
		b.scal(n, c.coef[0], x, incX)
	case "copy":
		b.copy(n, x, incX, y, incY)
	case "swap":
		b.swap(n, x, incX, y, incY)
	case "nrm2":
		ret(b.nrm2(n, x, incX))
	case "asum":
		ret(b.asum(n, x, incX))
	case "iamax":
		ret(T(b.iamax(n, x, incX)))
	case "rotg":
		c, s, r, z := b.rotg(c.coef[0], c.coef[1])
		ret(c, s, r, z)
	case "rotmg":
		flag, h, d1, d2, x1 := b.rotmg(c.coef[0], c.coef[1], c.coef[2], c.coef[3])
		ret(T(flag), h[0], h[1], h[2], h[3], d1, d2, x1)
	case "rot":
		b.rot(n, x, incX, y, incY, c.coef[0], c.coef[1])
	case "rotm":
		b.rotm(n, x, incX, y, incY, c.flag, c.h)
	case "gemv":
		b.gemv(c.tA, c.m, n, c.coef[0], c.a, c.lda, x, incX, c.coef[1], y, incY)
	case "ger":
		b.ger(c.m, n, c.coef[0], x, incX, y, incY, c.a, c.lda)
	case "dsdot":
		c.results = append(c.results, b.dsdot(n, x, incX, y, incY))
	case "sdsdot":
		ret(b.sdsdot(n, c.coef[0], x, incX, y, incY))
	default:
		panic("no routine " + c.routine)
	}
}

// lengths returns how many elements x and y have.
func (c *call[T]) lengths() (nx, ny int) {
	switch {
	case c.routine == "gemv" && c.tA == blas.NoTrans:
		return c.n, c.m
	case c.routine == "gemv", c.routine == "ger":
		return c.m, c.n
	}
	return c.n, c.n
}

func is32[T kernels.Float]() bool { _, ok := any(T(0)).(float32); return ok }

// bits returns a number's bits, the same for each NaN.
func bits[T kernels.Float](x T) uint64 {
	if x != x {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(float64(x))
}

// differ returns the first index at which slices do not have the same bits, or -1.
func differ[T kernels.Float](a, b []T) int {
	for i := range a {
		if i >= len(b) || bits(a[i]) != bits(b[i]) {
			return i
		}
	}
	if len(b) > len(a) {
		return len(a)
	}
	return -1
}
