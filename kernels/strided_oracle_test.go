package kernels_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// pairwise is a function of two vectors, and what it makes of a pair of elements.
// The conversions around the products keep the compiler from fusing them with
// what follows.
type pairwise[T kernels.Float] struct {
	name  string
	call  func(n int, x []T, incX int, y []T, incY int)
	dense func(x, y []T) // the form without strides, if there is one
	want  func(x, y T) (T, T)
}

func pairwiseFunctions[T kernels.Float]() []pairwise[T] {
	const alpha, c, s, h11, h12, h21, h22 = -1.3, 0.6, 0.7, 1.1, -2.3, 0.9, 3.7
	return []pairwise[T]{
		{
			"Copy",
			func(n int, x []T, incX int, y []T, incY int) { kernels.CopyInc(n, x, incX, y, incY) },
			nil,
			func(x, _ T) (T, T) { return x, x },
		},
		{
			"Swap",
			func(n int, x []T, incX int, y []T, incY int) { kernels.SwapInc(n, x, incX, y, incY) },
			func(x, y []T) { kernels.Swap(x, y) },
			func(x, y T) (T, T) { return y, x },
		},
		{
			"Axpy",
			func(n int, x []T, incX int, y []T, incY int) { kernels.AxpyInc(n, alpha, x, incX, y, incY) },
			func(x, y []T) { kernels.Axpy(alpha, x, y) },
			func(x, y T) (T, T) { return x, y + T(T(alpha)*x) },
		},
		{
			"Scal",
			func(n int, x []T, incX int, _ []T, _ int) { kernels.ScalInc(n, alpha, x, incX) },
			func(x, _ []T) { kernels.Scal(alpha, x) },
			func(x, y T) (T, T) { return T(T(alpha) * x), y },
		},
		{
			"Rot",
			func(n int, x []T, incX int, y []T, incY int) { kernels.RotInc(n, x, incX, y, incY, c, s) },
			func(x, y []T) { kernels.Rot(x, y, c, s) },
			func(x, y T) (T, T) { return T(T(c)*x) + T(T(s)*y), T(T(c)*y) - T(T(s)*x) },
		},
		{
			"Rotm",
			func(n int, x []T, incX int, y []T, incY int) {
				kernels.RotmInc(n, x, incX, y, incY, h11, h12, h21, h22)
			},
			func(x, y []T) { kernels.Rotm(x, y, h11, h12, h21, h22) },
			func(x, y T) (T, T) { return T(T(h11)*x) + T(T(h12)*y), T(T(h21)*x) + T(T(h22)*y) },
		},
	}
}

// TestStrided compares element by element, and demands that what lies between the
// elements and behind the last stays as it was.
func TestStrided(t *testing.T) { onEveryLevel(t, strided[float32], strided[float64]) }

func strided[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	draws := []func() T{kerneltest.Draw[T](kerneltest.Normal, r), kerneltest.Draw[T](kerneltest.Special, r)}
	lengths := []int{100, 257, 1000}
	for n := range 40 {
		lengths = append(lengths, n)
	}
	for _, f := range pairwiseFunctions[T]() {
		for _, n := range lengths {
			for s, inc := range strides {
				draw := draws[(n+s)%2]
				x, y := scattered(n, inc[0], draw), scattered(n, inc[1], draw)
				wantX, wantY := slices.Clone(x), slices.Clone(y)
				for i := range n {
					px, py := placeOf(i, n, inc[0]), placeOf(i, n, inc[1])
					wantX[px], wantY[py] = f.want(x[px], y[py])
				}
				f.call(n, x, inc[0], y, inc[1])
				for i := range x {
					if !kerneltest.Same(x[i], wantX[i]) {
						t.Fatalf("%sInc of %d elements, strides %v: x[%d] = %v, want %v", f.name, n, inc, i, x[i], wantX[i])
					}
				}
				for i := range y {
					if !kerneltest.Same(y[i], wantY[i]) {
						t.Fatalf("%sInc of %d elements, strides %v: y[%d] = %v, want %v", f.name, n, inc, i, y[i], wantY[i])
					}
				}
			}
		}
	}
}

// TestDense is TestStrided for the forms without strides.
func TestDense(t *testing.T) { onEveryLevel(t, dense[float32], dense[float64]) }

func dense[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	draws := []func() T{kerneltest.Draw[T](kerneltest.Normal, r), kerneltest.Draw[T](kerneltest.Special, r)}
	for _, f := range pairwiseFunctions[T]() {
		if f.dense == nil {
			continue
		}
		for k := range 160 {
			n := k
			if k >= 150 {
				n = 1000 + 7*k
			}
			// Vectors that begin between two aligned addresses.
			x, y := make([]T, n+5)[k%5:][:n], make([]T, n+5)[k%5:][:n]
			wantX, wantY := make([]T, n), make([]T, n)
			for i := range n {
				x[i], y[i] = draws[n%2](), draws[n%2]()
				wantX[i], wantY[i] = f.want(x[i], y[i])
			}
			f.dense(x, y)
			for i := range n {
				if !kerneltest.Same(x[i], wantX[i]) || !kerneltest.Same(y[i], wantY[i]) {
					t.Fatalf("%s of %d elements: element %d = %v, %v, want %v, %v", f.name, n, i, x[i], y[i], wantX[i], wantY[i])
				}
			}
		}
	}
}

// TestColumns works on two columns of one matrix, which is what strides are for:
// the vectors lie between each other without sharing an element.
func TestColumns(t *testing.T) { onEveryLevel(t, columns[float32], columns[float64]) }

func columns[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	draw := kerneltest.Draw[T](kerneltest.Normal, r)
	for _, f := range pairwiseFunctions[T]() {
		for n := range 40 {
			for _, backwards := range []bool{false, true} {
				const width, first, second = 3, 2, 1
				a := make([]T, (n+1)*width)
				for i := range a {
					a[i] = draw()
				}
				want := slices.Clone(a)
				inc := width
				for i := range n {
					px := i*width + first
					py := i*width + second
					if backwards { // the second column from its end
						py = (n-1-i)*width + second
					}
					want[px], want[py] = f.want(a[px], a[py])
				}
				if backwards {
					inc = -width
				}
				// The slices end with the last element.
				end := max(0, n-1)*width + 1
				f.call(n, a[first:][:end], width, a[second:][:end], inc)
				for i := range a {
					if !kerneltest.Same(a[i], want[i]) {
						t.Fatalf("%sInc of columns of %d rows, stride %d: a[%d] = %v, want %v", f.name, n, inc, i, a[i], want[i])
					}
				}
			}
		}
	}
}
