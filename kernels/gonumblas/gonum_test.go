package gonumblas_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

// onBoth runs a computation on gonum's own backend and on ours, on each level, and
// compares the results.
func onBoth(t *testing.T, tolerance float64, compute func(t *testing.T) []float64) {
	t.Helper()
	use := func(ourselves bool) {
		if ourselves {
			blas32.Use(ours)
			blas64.Use(ours)
		} else {
			blas32.Use(theirs)
			blas64.Use(theirs)
		}
	}
	before32, before64 := blas32.Implementation(), blas64.Implementation()
	t.Cleanup(func() { blas32.Use(before32); blas64.Use(before64) })

	use(false)
	want := compute(t)
	use(true)
	first := []float64(nil)
	onEveryLevel(t, func(t *testing.T) {
		got := compute(t)
		for i, w := range want {
			if !(math.Abs(got[i]-w) <= tolerance*max(1, math.Abs(w))) {
				t.Errorf("result %d is %v, on gonum's backend %v", i, got[i], w)
			}
		}
		if first == nil {
			first = got
		} else if i := differ(first, got); i >= 0 {
			t.Errorf("result %d is %v, on another level %v", i, got[i], first[i])
		}
	})
}

func randomDense(seed uint64, r, c int) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 9))
	a := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			a.Set(i, j, rng.NormFloat64())
		}
	}
	return a
}

// TestLeastSquares recovers planted weights, by QR decomposition.
func TestLeastSquares(t *testing.T) {
	a, planted := randomDense(1, 300, 40), mat.NewVecDense(40, nil)
	for i := range 40 {
		planted.SetVec(i, float64(i)-19.5)
	}
	onBoth(t, 1e-11, func(t *testing.T) []float64 {
		var b, x mat.VecDense
		b.MulVec(a, planted)
		if err := x.SolveVec(a, &b); err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			if got, want := x.AtVec(i), planted.AtVec(i); !(math.Abs(got-want) <= 1e-11) {
				t.Errorf("weight %d is %v, want %v", i, got, want)
			}
		}
		return x.RawVector().Data
	})
}

// TestSymmetricEigenvalues has the second difference, whose eigenvalues are known.
func TestSymmetricEigenvalues(t *testing.T) {
	const n = 60
	a := mat.NewSymDense(n, nil)
	for i := range n {
		a.SetSym(i, i, 2)
		if i > 0 {
			a.SetSym(i-1, i, -1)
		}
	}
	// A rotation of the axes leaves the eigenvalues, but no zeros to skip.
	var q mat.QR
	q.Factorize(randomDense(2, n, n))
	var basis mat.Dense
	q.QTo(&basis)
	var product mat.Dense
	product.Product(basis.T(), a, &basis)
	for i := range n {
		for j := range i + 1 {
			a.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	onBoth(t, 1e-11, func(t *testing.T) []float64 {
		var eigen mat.EigenSym
		if !eigen.Factorize(a, true) {
			t.Fatal("no convergence")
		}
		values := eigen.Values(nil)
		for i, got := range values {
			want := 2 - 2*math.Cos(float64(i+1)*math.Pi/(n+1))
			if !(math.Abs(got-want) <= 1e-12) {
				t.Errorf("eigenvalue %d is %v, want %v", i, got, want)
			}
		}
		var vectors, left, right mat.Dense
		eigen.VectorsTo(&vectors)
		left.Mul(a, &vectors)
		right.Mul(&vectors, mat.NewDiagDense(n, values))
		left.Sub(&left, &right)
		if off := mat.Norm(&left, 2); !(off <= 1e-12) {
			t.Errorf("A V - V D is %v", off)
		}
		return values
	})
}

// TestGeneralEigenvalues has the matrix of a shift, whose eigenvalues are the roots
// of 1, in other axes.
func TestGeneralEigenvalues(t *testing.T) {
	const n = 24
	shift := mat.NewDense(n, n, nil)
	for i := range n {
		shift.Set(i, (i+1)%n, 1)
	}
	basis := randomDense(3, n, n)
	for i := range n {
		basis.Set(i, i, basis.At(i, i)+10) // far from singular
	}
	onBoth(t, 1e-10, func(t *testing.T) []float64 {
		var inverse, a mat.Dense
		if err := inverse.Inverse(basis); err != nil {
			t.Fatal(err)
		}
		a.Product(basis, shift, &inverse)
		var eigen mat.Eigen
		if !eigen.Factorize(&a, mat.EigenRight) {
			t.Fatal("no convergence")
		}
		values := eigen.Values(nil)
		sorted := make([]float64, 2*n) // by their angle, which is unique
		for _, v := range values {
			turn := math.Atan2(imag(v), real(v)) / (2 * math.Pi) * n
			k := (int(math.Round(turn)) + n) % n
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / n)
			if math.Abs(real(v)-cos) > 1e-12*n || math.Abs(imag(v)-sin) > 1e-12*n {
				t.Errorf("eigenvalue %v, want %v", v, complex(cos, sin))
			}
			sorted[2*k], sorted[2*k+1] = real(v), imag(v)
		}
		return sorted
	})
}

// TestRosenbrock minimises a curved valley. The backends take different paths,
// since their sums round differently, to the same minimum.
func TestRosenbrock(t *testing.T) {
	for name, c := range map[string]struct {
		method    optimize.Method
		dim       int
		tolerance float64
	}{
		"BFGS":       {&optimize.BFGS{}, 10, 1e-8},
		"CG":         {&optimize.CG{}, 10, 1e-6},
		"NelderMead": {&optimize.NelderMead{}, 2, 1e-6},
	} {
		t.Run(name, func(t *testing.T) {
			f := functions.ExtendedRosenbrock{}
			start := make([]float64, c.dim)
			for i := range start {
				start[i] = []float64{-1.2, 1}[i%2]
			}
			onBoth(t, c.tolerance, func(t *testing.T) []float64 {
				settings := &optimize.Settings{
					GradientThreshold: 1e-10,
					Converger:         &optimize.FunctionConverge{Absolute: 1e-18, Iterations: 100},
				}
				result, err := optimize.Minimize(optimize.Problem{Func: f.Func, Grad: f.Grad}, start, settings, c.method)
				if err != nil {
					t.Fatal(err)
				}
				for i, x := range result.X {
					if !(math.Abs(x-1) <= c.tolerance) {
						t.Errorf("x[%d] = %v, want 1; %v after %v", i, x, result.Status, result.Stats)
					}
				}
				return result.X
			})
		})
	}
}
