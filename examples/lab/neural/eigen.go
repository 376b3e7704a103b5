package neural

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// How many vectors lanczos makes at most, and after how many it looks whether they are enough.
const (
	maxKrylov   = 60
	checkKrylov = 6
)

// lanczos returns the largest eigenvalues of a symmetric operator on n numbers, in descending
// order, and their eigenvectors v, of length 1: as many as wanted, or fewer if the operator has
// the others on a subspace that it never reaches. It ends when A·v - value·v is within a share of
// the largest value, which then is far closer. Each new vector is made orthogonal to all others
// twice, so that none comes again (C. Lanczos 1950; B. Parlett, The symmetric eigenvalue
// problem, 1980).
func lanczos(n, want int, share float64, apply func(dst, x []float64)) (values []float64, vectors [][]float64) {
	q := randomDirection(n, krylovStream)
	scale(q, 1/length(q))
	var basis [][]float64
	var diagonal, beside []float64
	for {
		w := make([]float64, n)
		apply(w, q)
		basis = append(basis, q)
		diagonal = append(diagonal, dot(w, q))
		for range 2 {
			for _, b := range basis {
				addTo(w, -dot(w, b), b)
			}
		}
		rest := length(w)
		beside = append(beside, rest)
		k := len(basis)
		last := k == min(n, maxKrylov) || !(rest > 1e-12*math.Abs(diagonal[0]))
		if last || k%checkKrylov == 0 {
			ritz, small := tridiagonal(diagonal, beside)
			found := min(want, k)
			enough := k >= want
			for i := range found {
				enough = enough && math.Abs(rest*small[i][k-1]) <= share*math.Abs(ritz[0])
			}
			if last || enough {
				return ritz[:found], combine(basis, small[:found])
			}
		}
		scale(w, 1/rest)
		q = w
	}
}

// combine returns the linear combinations of some vectors.
func combine(basis [][]float64, coefficients [][]float64) [][]float64 {
	sums := make([][]float64, len(coefficients))
	for i, c := range coefficients {
		sums[i] = make([]float64, len(basis[0]))
		for j, b := range basis {
			addTo(sums[i], c[j], b)
		}
	}
	return sums
}

// tridiagonal returns the eigenvalues of a symmetric tridiagonal matrix in descending order, and
// the eigenvectors.
func tridiagonal(diagonal, beside []float64) (values []float64, vectors [][]float64) {
	k := len(diagonal)
	a, v := make([][]float64, k), make([][]float64, k)
	for i := range a {
		a[i], v[i] = make([]float64, k), make([]float64, k)
		a[i][i], v[i][i] = diagonal[i], 1
	}
	for i := range k - 1 {
		a[i][i+1], a[i+1][i] = beside[i], beside[i]
	}
	jacobi(a, v)
	for i := range k { // largest first
		top := i
		for j := i + 1; j < k; j++ {
			if a[j][j] > a[top][top] {
				top = j
			}
		}
		a[i][i], a[top][top] = a[top][top], a[i][i]
		v[i], v[top] = v[top], v[i]
		values = append(values, a[i][i])
	}
	return values, v
}

// jacobi turns a symmetric matrix into a diagonal one by rotations (C. G. J. Jacobi 1846), and
// the rows of v along.
func jacobi(a, v [][]float64) {
	const sweeps = 30
	for range sweeps {
		off, all := 0.0, 0.0
		for i := range a {
			for j, x := range a[i] {
				all += float64(x * x)
				if i != j {
					off += float64(x * x)
				}
			}
		}
		if !(off > 1e-30*all) {
			return
		}
		for p := range a {
			for q := p + 1; q < len(a); q++ {
				if a[p][q] == 0 {
					continue
				}
				theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
				t := 1 / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
				if theta < 0 {
					t = -t
				}
				c := 1 / math.Sqrt(float64(t*t)+1)
				s := t * c
				for i := range a {
					a[i][p], a[i][q] = turn(a[i][p], a[i][q], c, s)
				}
				turnRows(a[p], a[q], c, s)
				turnRows(v[p], v[q], c, s)
			}
		}
	}
}

func turn(x, y, c, s float64) (float64, float64) {
	return float64(c*x) - float64(s*y), float64(s*x) + float64(c*y)
}

func turnRows(x, y []float64, c, s float64) {
	for i := range x {
		x[i], y[i] = turn(x[i], y[i], c, s)
	}
}

// randomDirection returns numbers of the normal distribution.
func randomDirection(n int, stream uint64) []float64 {
	narrow := make([]float32, n)
	kernels.Normal(narrow, 0, 1, kernels.Philox{Stream: stream})
	wide := make([]float64, n)
	for i, x := range narrow {
		wide[i] = float64(x)
	}
	return wide
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v * y[i])
	}
	return sum
}

func length(x []float64) float64 { return math.Sqrt(dot(x, x)) }

func scale(x []float64, by float64) {
	for i := range x {
		x[i] *= by
	}
}

// addTo adds a multiple of x to y.
func addTo(y []float64, a float64, x []float64) {
	for i, v := range x {
		y[i] += float64(a * v)
	}
}
