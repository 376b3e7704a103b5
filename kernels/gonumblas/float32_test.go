package gonumblas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/testblas"
)

// Gonum tests its float32 routines by generating them from the float64 ones. Ours
// need a test: gonum's cases for float64, with the tolerance of float32.

func TestFloat32(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		for _, c := range testblas.DoubleOneVectorCases {
			t.Run(c.Name, func(t *testing.T) { oneVector(t, c) })
		}
		for _, c := range testblas.DoubleTwoVectorCases {
			t.Run(c.Name, func(t *testing.T) { twoVectors(t, c) })
		}
	})
}

func oneVector(t *testing.T, c testblas.DoubleOneVectorCase) {
	x := narrow(c.X)
	if c.Panic {
		mustPanic(t, "Snrm2", func() { ours.Snrm2(c.N, x, c.Incx) })
		mustPanic(t, "Sasum", func() { ours.Sasum(c.N, x, c.Incx) })
		mustPanic(t, "Isamax", func() { ours.Isamax(c.N, x, c.Incx) })
		mustPanic(t, "Sscal", func() { ours.Sscal(c.N, 2, x, c.Incx) })
		return
	}
	close32(t, "Snrm2", []float32{ours.Snrm2(c.N, x, c.Incx)}, []float64{c.Dnrm2})
	close32(t, "Sasum", []float32{ours.Sasum(c.N, x, c.Incx)}, []float64{c.Dasum})
	if got := ours.Isamax(c.N, x, c.Incx); got != c.Idamax && !hasNaN(c.X) {
		t.Errorf("Isamax = %d, want %d", got, c.Idamax)
	}
	for _, k := range c.DscalCases {
		x := narrow(c.X)
		ours.Sscal(c.N, float32(k.Alpha), x, c.Incx)
		close32(t, fmt.Sprint("Sscal by ", k.Alpha), x, k.Ans)
	}
}

func twoVectors(t *testing.T, c testblas.DoubleTwoVectorCase) {
	run := func(name string, f func(x, y []float32), wantX, wantY []float64) {
		t.Helper()
		x, y := narrow(c.X), narrow(c.Y)
		if c.Panic {
			mustPanic(t, name, func() { f(x, y) })
			return
		}
		f(x, y)
		close32(t, name+": x", x, wantX)
		close32(t, name+": y", y, wantY)
	}
	dot := []float64{c.DdotAns}
	run("Sdot", func(x, y []float32) {
		close32(t, "Sdot", []float32{ours.Sdot(c.N, x, c.Incx, y, c.Incy)}, dot)
	}, c.X, c.Y)
	run("Dsdot", func(x, y []float32) {
		close32(t, "Dsdot", []float32{float32(ours.Dsdot(c.N, x, c.Incx, y, c.Incy))}, dot)
	}, c.X, c.Y)
	run("Sdsdot", func(x, y []float32) {
		want := c.DdotAns + 100
		if c.N == 0 {
			want = 0 // not 100: so is gonum's
		}
		close32(t, "Sdsdot", []float32{ours.Sdsdot(c.N, 100, x, c.Incx, y, c.Incy)}, []float64{want})
	}, c.X, c.Y)
	run("Scopy", func(x, y []float32) { ours.Scopy(c.N, x, c.Incx, y, c.Incy) }, c.DcopyAns.X, c.DcopyAns.Y)
	run("Sswap", func(x, y []float32) { ours.Sswap(c.N, x, c.Incx, y, c.Incy) }, c.DswapAns.X, c.DswapAns.Y)
	for _, k := range c.DaxpyCases {
		run("Saxpy", func(x, y []float32) { ours.Saxpy(c.N, float32(k.Alpha), x, c.Incx, y, c.Incy) }, c.X, k.Ans)
	}
	for _, k := range c.DrotCases {
		run("Srot", func(x, y []float32) {
			ours.Srot(c.N, x, c.Incx, y, c.Incy, float32(k.C), float32(k.S))
		}, k.XAns, k.YAns)
	}
	for _, k := range c.DrotmCases {
		p := blas.SrotmParams{Flag: k.P.Flag, H: [4]float32(narrow(k.P.H[:]))}
		run("Srotm "+k.Name, func(x, y []float32) { ours.Srotm(c.N, x, c.Incx, y, c.Incy, p) }, k.XAns, k.YAns)
	}
}

// TestFloat32Rotg has gonum's cases, and such as only float32 overflows in.
func TestFloat32Rotg(t *testing.T) {
	for _, c := range testblas.DrotgTests {
		gc, gs, gr, gz := ours.Srotg(float32(c.A), float32(c.B))
		close32(t, c.Name, []float32{gc, gs, gr, gz}, []float64{c.C, c.S, c.R, c.Z})
	}
	for _, scale := range []float32{0x1p-149, 0x1p-140, 0x1p-126, 0x1p-70, 1, 0x1p70, 0x1p124} {
		for _, signs := range [][2]float32{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
			// r takes the sign of the larger number, here b; 3, 4 and 5 times a power of
			// 2 are exact even where they are subnormal.
			c, s, r, z := ours.Srotg(3*scale*signs[0], 4*scale*signs[1])
			wantC := float64(0.6 * signs[0] * signs[1])
			close32(t, fmt.Sprintf("Srotg of %v", scale), []float32{c, s, r / scale, z}, []float64{wantC, 0.8, float64(5 * signs[1]), 1 / wantC})
		}
	}
}

// TestRotmg checks what the rotation is for: it makes the second component zero
// and keeps the weighted norm. The factors are such that all flags and both
// directions of rescaling occur. Results for float64 and float32 agree.
func TestRotmg(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	flags := map[blas.Flag]int{}
	for range 2000 {
		number := func(exp int) float64 { return float64(plain[float32](rng, exp)) }
		d1, d2, x1, y1 := math.Abs(number(40)), math.Abs(number(40)), number(4), number(4)
		p, r1, r2, rx := ours.Srotmg(float32(d1), float32(d2), float32(x1), float32(y1))
		flags[p.Flag]++
		at := fmt.Sprintf("Srotmg(%v, %v, %v, %v) = %v, %v, %v, %v", d1, d2, x1, y1, p, r1, r2, rx)
		x, y := []float32{float32(x1)}, []float32{float32(y1)}
		ours.Srotm(1, x, 1, y, 1, p)
		h := [4]float64{float64(p.H[0]), float64(p.H[1]), float64(p.H[2]), float64(p.H[3])}
		switch p.Flag {
		case blas.OffDiagonal:
			h[0], h[3] = 1, 1
		case blas.Diagonal:
			h[1], h[2] = -1, 1
		}
		if size := math.Abs(h[1]*x1) + math.Abs(h[3]*y1); !(math.Abs(float64(y[0])) <= 0x1p-20*size) {
			t.Errorf("%s: the second component is %v", at, y[0])
		}
		before, after := d1*x1*x1+d2*y1*y1, float64(r1)*float64(rx)*float64(rx)
		if !(math.Abs(after/before-1) < 0x1p-18) || math.Abs(float64(x[0]/rx-1)) > 0x1p-20 {
			t.Errorf("%s: norm %v became %v; x is %v", at, before, after, x[0])
		}
		for _, r := range []float32{r1, r2} {
			if !(r > 0x1p-24 && r <= 0x1p24) {
				t.Errorf("%s: factor %v out of range", at, r)
			}
		}
		q, s1, s2, sx := ours.Drotmg(d1, d2, x1, y1)
		if q.Flag != p.Flag {
			continue // a product or factor on the other side of a limit
		}
		close32(t, at, append(p.H[:], r1, r2, rx), append(q.H[:], s1, s2, sx))
	}
	if len(flags) != 3 {
		t.Errorf("flags %v, want three", flags)
	}
	// What makes a rotation impossible or needless, and numbers on which a loop that
	// rescales could go on forever.
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range [][4]float64{
		{-4, 6, 8, -4}, {4, -6, 1, 8}, {4, 0, 8, 5}, {4, 6, 8, 0}, {0, 6, 8, 4}, {4, 6, 0, 4}, {0, -6, 0, 4},
		{inf, 1, 2, 3}, {1, inf, 2, 3}, {1, -inf, 2, 3}, {nan, 1, 2, 3}, {1, nan, 2, 3}, {1, 2, nan, 3}, {1, 2, inf, 3}, {1, 2, 3, inf},
	} {
		p, _, _, _ := ours.Srotmg(float32(c[0]), float32(c[1]), float32(c[2]), float32(c[3]))
		q, _, _, _ := ours.Drotmg(c[0], c[1], c[2], c[3])
		if p.Flag != q.Flag {
			t.Errorf("Rotmg(%v): flag %v for float32, %v for float64", c, p.Flag, q.Flag)
		}
		if math.IsInf(c[0]+c[1]+c[2]+c[3], 0) || hasNaN(c[:]) {
			continue
		}
		if want, _, _, _ := theirs.Drotmg(c[0], c[1], c[2], c[3]); q != want {
			t.Errorf("Drotmg(%v) = %v, gonum %v", c, q, want)
		}
	}
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func hasNaN(x []float64) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

// close32 compares with what is right in float64, elements of all sizes up to a
// hundred.
func close32(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		g, w := float64(got[i]), want[i]
		ok = ok && (g == w || g != g && w != w || math.Abs(g-w) <= 4e-6*max(1, math.Abs(w)))
	}
	if !ok {
		t.Errorf("%s: %v, want %v", name, got, want)
	}
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", name)
		}
	}()
	f()
}
