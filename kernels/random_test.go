package kernels_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// draws is how many numbers the statistics are of.
func draws() int {
	if testing.Short() {
		return 100_000
	}
	return 1_000_000
}

// distribution is what the numbers of a function should look like.
type distribution[T kernels.Float] struct {
	draw                      func(dst []T, at kernels.Philox)
	mean, variance            float64
	third, fourth             float64 // moments of the deviation over its std
	below                     func(x float64) float64
	sixth, eighth             float64 // these give the variances of the third and fourth
	continuous, hasAllMoments bool
}

func distributions[T kernels.Float]() map[string]distribution[T] {
	const edge = 1.5 // of the truncated normal distribution, in std
	inside := 2*phi(edge) - 1
	density := math.Exp(-edge*edge/2) / math.Sqrt(2*math.Pi)
	return map[string]distribution[T]{
		"Uniform": {
			draw: func(dst []T, at kernels.Philox) { kernels.Uniform(dst, -1, 3, at) },
			mean: 1, variance: 16.0 / 12, third: 0, fourth: 9.0 / 5, sixth: 27.0 / 7, eighth: 9,
			below: func(x float64) float64 { return (x + 1) / 4 }, continuous: true, hasAllMoments: true,
		},
		"Normal": {
			draw: func(dst []T, at kernels.Philox) { kernels.Normal(dst, 2, 0.5, at) },
			mean: 2, variance: 0.25, third: 0, fourth: 3, sixth: 15, eighth: 105,
			below: func(x float64) float64 { return phi((x - 2) / 0.5) }, continuous: true, hasAllMoments: true,
		},
		"TruncatedNormal": {
			draw: func(dst []T, at kernels.Philox) { kernels.TruncatedNormal(dst, 1, 2, 1-2*edge, 1+2*edge, at) },
			mean: 1, variance: 4 * (1 - 2*edge*density/inside),
			below: func(x float64) float64 { return (phi((x-1)/2) - phi(-edge)) / inside }, continuous: true,
		},
		"Bernoulli": {
			draw: func(dst []T, at kernels.Philox) { kernels.Bernoulli(dst, 0.3, at) },
			mean: 0.3, variance: 0.21,
		},
		"Dropout": {
			draw: func(dst []T, at kernels.Philox) {
				for i := range dst {
					dst[i] = 1
				}
				kernels.Dropout(dst, dst, 0.2, at)
			},
			mean: 1, variance: 0.25,
		},
	}
}

// TestRandomStatistics: moments within five standard deviations, and the greatest distance
// of the distribution functions (Kolmogorov and Smirnov) below what one sample in 10^5 has.
func TestRandomStatistics(t *testing.T) {
	t.Run("type=f32", randomStatistics[float32])
	t.Run("type=f64", randomStatistics[float64])
}

func randomStatistics[T kernels.Float](t *testing.T) {
	x := make([]T, draws())
	n := float64(len(x))
	for name, d := range distributions[T]() {
		d.draw(x, kernels.Philox{Seed: 11, Stream: 12, Index: 13})
		std := math.Sqrt(d.variance)
		var moments [5]float64
		for _, v := range x {
			z := (float64(v) - d.mean) / std
			for k, power := 1, z; k <= 4; k, power = k+1, power*z {
				moments[k] += power / n
			}
		}
		expected := [5]float64{1: 0, 2: 1, 3: d.third, 4: d.fourth}
		variances := [5]float64{1: 1, 2: 2, 3: d.sixth - d.third*d.third, 4: d.eighth - d.fourth*d.fourth}
		for k := 1; k <= 4 && (k <= 2 || d.hasAllMoments); k++ {
			if off := math.Abs(moments[k]-expected[k]) / math.Sqrt(variances[k]/n); off > 5 {
				t.Errorf("%s: moment %d is %v, want %v: off by %.1f standard deviations", name, k, moments[k], expected[k], off)
			}
		}
		if !d.continuous {
			continue
		}
		slices.Sort(x)
		most := 0.0
		for i, v := range x {
			p := d.below(float64(v))
			most = max(most, p-float64(i)/n, float64(i+1)/n-p)
		}
		if most *= math.Sqrt(n); most > 2.5 {
			t.Errorf("%s: the distribution functions differ by %.2f/sqrt(n)", name, most)
		}
	}
}

// TestRandomIndependence: numbers of other streams and seeds, of indices nearby, and of the
// other half of a stream or seed, are not correlated.
func TestRandomIndependence(t *testing.T) {
	t.Run("type=f32", randomIndependence[float32])
	t.Run("type=f64", randomIndependence[float64])
}

func randomIndependence[T kernels.Float](t *testing.T) {
	n := draws() / 10
	at := kernels.Philox{Seed: 5, Stream: 6, Index: 7}
	draw := func(at kernels.Philox) []T {
		x := make([]T, n)
		kernels.Normal(x, 0, 1, at)
		return x
	}
	x := draw(at)
	for _, other := range []kernels.Philox{
		{Seed: 6, Stream: 6, Index: 7}, {Seed: 5 + 1<<32, Stream: 6, Index: 7},
		{Seed: 5, Stream: 7, Index: 7}, {Seed: 5, Stream: 6 + 1<<32, Index: 7},
		{Seed: 5, Stream: 6, Index: 8}, {Seed: 5, Stream: 6, Index: 23}, {Seed: 5, Stream: 6, Index: 71},
		{Seed: 5, Stream: 6, Index: 7 + 1<<36}, {Seed: 5, Stream: 6, Index: 7 + 1<<40},
	} {
		sum := 0.0
		for i, v := range draw(other) {
			sum += float64(v) * float64(x[i])
		}
		if off := math.Abs(sum) / math.Sqrt(float64(n)); off > 5 {
			t.Errorf("the numbers at %+v and %+v are correlated: %.1f standard deviations", at, other, off)
		}
	}
}

// TestUniformBounds: rounding to T never gives the upper bound, nor less than the lower one.
func TestUniformBounds(t *testing.T) {
	onEveryLevel(t, uniformBounds[float32], uniformBounds[float64])
}

func uniformBounds[T kernels.Float](t *testing.T) {
	x := make([]T, 1000)
	next := nextAfter(T(1), 2)
	for _, b := range [][2]T{{1, next}, {1, nextAfter(next, 2)}, {-1, nextAfter(T(-1), 0)}, {-next, 1},
		{0, least[T]()}, {-least[T](), 0}, {-greatest[T]() / 2, greatest[T]() / 2}, {-1 << 20, -1<<20 + 1}} {
		kernels.Uniform(x, b[0], b[1], kernels.Philox{Seed: 1})
		for _, v := range x {
			if !(v >= b[0] && v < b[1]) {
				t.Fatalf("%v is not from %v to below %v", v, b[0], b[1])
			}
		}
	}
}

// TestTruncatedNormalBounds: results are never outside, wherever the bounds are.
func TestTruncatedNormalBounds(t *testing.T) {
	onEveryLevel(t, truncatedNormalBounds[float32], truncatedNormalBounds[float64])
}

func truncatedNormalBounds[T kernels.Float](t *testing.T) {
	x := make([]T, 500)
	inf := T(math.Inf(1))
	edges := []T{-inf, -greatest[T](), -1e10, -40, -12, -9, -8, -2, -1, -0.5, -1e-10, 0, 1e-10, 1, 3, 8, 9, 10, 11, 40, greatest[T](), inf}
	for i, lo := range edges {
		for _, hi := range append(edges[i:], nextAfter(lo, inf)) {
			for _, mean := range []T{0, 1, -1e10} {
				kernels.TruncatedNormal(x, mean, 1, lo, hi, kernels.Philox{Seed: 3, Index: 1})
				for _, v := range x {
					if !(v >= lo && v <= hi) {
						t.Fatalf("mean %v: %v is not from %v to %v", mean, v, lo, hi)
					}
				}
			}
		}
	}
	for _, far := range [][3]T{{11, 40, 11}, {-40, -11, -11}} {
		kernels.TruncatedNormal(x, 0, 1, far[0], far[1], kernels.Philox{})
		for _, v := range x {
			same(t, v, far[2], "a deviate from %v to %v", far[0], far[1])
		}
	}
}

// TestDropoutGradient: the elements that stay are those for which Bernoulli draws 1, what
// is dropped is +0 whatever it was, and with p = 0 all stay.
func TestDropoutGradient(t *testing.T) {
	onEveryLevel(t, dropoutGradient[float32], dropoutGradient[float64])
}

func dropoutGradient[T kernels.Float](t *testing.T) {
	const n, p = 333, 0.4
	at := kernels.Philox{Seed: 9, Stream: 8, Index: 5}
	kept, x, dx := make([]T, n), make([]T, n), make([]T, n)
	kernels.Bernoulli(kept, 1-p, at)
	inf := T(math.Inf(1))
	scale := float64(1 - p)
	for i := range x {
		x[i], dx[i] = []T{inf, -1, T(math.NaN()), -inf}[i%4], T(i)
	}
	kernels.Dropout(x, x, p, at)
	kernels.Dropout(dx, dx, p, at)
	for i := range x {
		if kept[i] == 0 {
			same(t, x[i], 0, "dropped element %d", i)
			same(t, dx[i], 0, "the gradient of dropped element %d", i)
			continue
		}
		same(t, x[i], []T{inf, -T(1 / scale), T(math.NaN()), -inf}[i%4], "element %d", i)
		same(t, dx[i], mul(T(i), T(1/scale)), "the gradient of element %d", i)
	}
	kernels.Dropout(x, dx, 0, at)
	if !slices.Equal(x, dx) {
		t.Error("with p = 0 something changed")
	}
}
