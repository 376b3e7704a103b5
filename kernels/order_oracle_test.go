package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// inOrder adds n terms in the order of the contract, with accumulators of type A
// and so many elements to a block.
func inOrder[A kernels.Float](n, block int, term func(i int) A) float64 {
	var total float64
	for start := 0; start < n; start += block {
		lanes := make([]A, lanesOf[A]())
		for i := start; i < min(start+block, n); i++ {
			lanes[i%len(lanes)] += term(i)
		}
		for half := len(lanes) / 2; half > 0; half /= 2 {
			for j := range half {
				lanes[j] += lanes[j+half]
			}
		}
		total += float64(lanes[0])
	}
	return total
}

// orderLengths returns lengths that fill no lane, some, all and several times,
// and end in front of, at and behind the edges of blocks.
func orderLengths[T kernels.Float]() []int {
	var all []int
	for n := range 150 {
		all = append(all, n)
	}
	b := blockOf[T]()
	all = append(all, 1000, b-65, b-1, b, b+1, b+33)
	if !testing.Short() {
		all = append(all, 2*b-1, 2*b, 2*b+1, 3*b+77)
	}
	return all
}

// TestOrderOfSums compares the reductions bit for bit with the contract's order.
// Few other orders would round to the same bits at every length.
func TestOrderOfSums(t *testing.T) {
	onEveryLevel(t, orderOfSums[float32], orderOfSums[float64])
}

func orderOfSums[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	raw := kerneltest.Draw[T](kerneltest.Raw, r)
	for _, n := range orderLengths[T]() {
		x, y := make([]T, n), make([]T, n)
		for i := range x {
			// Magnitudes differ, so that every change of the order rounds differently.
			x[i] = T(math.Ldexp(r.NormFloat64(), r.IntN(9)))
			y[i] = T(math.Ldexp(r.NormFloat64(), r.IntN(9)))
		}
		checkOrder(t, x, y)
		if n <= 70 {
			// Extremes too, but not in long vectors, where all sums are NaN.
			for i := range x {
				x[i], y[i] = raw(), raw()
			}
			checkOrder(t, x, y)
		}
	}
}

func checkOrder[T kernels.Float](t *testing.T, x, y []T) {
	t.Helper()
	n, block := len(x), blockOf[T]()
	same(t, "Dot", n, kernels.Dot(x, y), T(inOrder(n, block, func(i int) T { return T(x[i] * y[i]) })))
	same(t, "Dsdot", n, kernels.Dsdot(x, y),
		inOrder(n, block, func(i int) float64 { return float64(float64(x[i]) * float64(y[i])) }))
	same(t, "Sum", n, kernels.Sum(x), T(inOrder(n, block, func(i int) T { return x[i] })))
	same(t, "Asum", n, kernels.Asum(x), T(inOrder(n, block, func(i int) T { return T(math.Abs(float64(x[i]))) })))
	same(t, "SumSquares", n, kernels.SumSquares(x),
		inOrder(n, block, func(i int) float64 { return float64(float64(x[i]) * float64(x[i])) }))
}

// strides are pairs of strides of both signs.
var strides = [][2]int{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}, {2, 3}, {-2, 3}, {5, -3}, {-3, -2}, {1, 7}, {-7, 1}}

// placeOf returns where in its slice a strided vector of n elements has element i:
// with a negative stride, BLAS begins at the far end.
func placeOf(i, n, inc int) int {
	if inc < 0 {
		return (i - (n - 1)) * inc
	}
	return i * inc
}

// scattered returns a slice for a strided vector of n elements, with a few
// elements behind the last, all of them drawn.
func scattered[T kernels.Float](n, inc int, draw func() T) []T {
	x := make([]T, max(0, n-1)*max(inc, -inc)+1+n%3)
	for i := range x {
		x[i] = draw()
	}
	return x
}

// TestOrderOfStridedSums is TestOrderOfSums for strided vectors.
func TestOrderOfStridedSums(t *testing.T) {
	onEveryLevel(t, orderOfStridedSums[float32], orderOfStridedSums[float64])
}

func orderOfStridedSums[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	wide := func() T { return T(math.Ldexp(r.NormFloat64(), r.IntN(9))) }
	raw := kerneltest.Draw[T](kerneltest.Raw, r)
	for k, n := range orderLengths[T]() {
		for s, inc := range strides {
			if n > 150 && s != k%len(strides) && s != (k+5)%len(strides) {
				continue // long vectors take two of the pairs
			}
			checkStridedOrder(t, n, scattered(n, inc[0], wide), inc[0], scattered(n, inc[1], wide), inc[1])
			if n <= 70 {
				checkStridedOrder(t, n, scattered(n, inc[0], raw), inc[0], scattered(n, inc[1], raw), inc[1])
			}
		}
	}
}

func checkStridedOrder[T kernels.Float](t *testing.T, n int, x []T, incX int, y []T, incY int) {
	t.Helper()
	block := blockOf[T]()
	vx := func(i int) T { return x[placeOf(i, n, incX)] }
	vy := func(i int) T { return y[placeOf(i, n, incY)] }
	same(t, "DotInc", n, kernels.DotInc(n, x, incX, y, incY),
		T(inOrder(n, block, func(i int) T { return T(vx(i) * vy(i)) })))
	same(t, "DsdotInc", n, kernels.DsdotInc(n, x, incX, y, incY),
		inOrder(n, block, func(i int) float64 { return float64(float64(vx(i)) * float64(vy(i))) }))
	same(t, "AsumInc", n, kernels.AsumInc(n, x, incX),
		T(inOrder(n, block, func(i int) T { return T(math.Abs(float64(vx(i)))) })))
	squares := inOrder(n, block, func(i int) float64 { return float64(float64(vx(i)) * float64(vx(i))) })
	if squares > 0x1p-800 && squares <= math.MaxFloat64 { // no other way of adding is needed
		same(t, "Nrm2Inc", n, kernels.Nrm2Inc(n, x, incX), T(math.Sqrt(squares)))
	}
}

func same[T kernels.Float](t *testing.T, kernel string, n int, got, want T) {
	t.Helper()
	if !kerneltest.Same(got, want) {
		t.Fatalf("%s of %d elements = %v (%x), in the contract's order %v (%x)",
			kernel, n, got, float64(got), want, float64(want))
	}
}
