package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// linearCall is a call of LinearGradient.
type linearCall[T kernels.Float] struct {
	grad, x, w, targets []T
	stride              int
	bias, scale         T
	loss                kernels.LinearLoss
}

func (c *linearCall[T]) run() (value float64, gradBias T) {
	return kernels.LinearGradient(c.grad, c.x, c.stride, c.w, c.bias, c.targets, c.loss, c.scale)
}

func (c *linearCall[T]) String() string {
	return fmt.Sprintf("%d rows of %d, stride %d, loss %d", len(c.targets), len(c.w), c.stride, c.loss)
}

// linearLosses are all losses.
var linearLosses = []kernels.LinearLoss{kernels.LeastSquares, kernels.Logistic}

// newLinear draws a batch. Targets are in [0, 1], and predictions of the size of 1.
func newLinear[T kernels.Float](r *rand.Rand, draw func() T, rows, features, pad int, loss kernels.LinearLoss) *linearCall[T] {
	vector := func(n int, next func() T) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = next()
		}
		return x
	}
	c := &linearCall[T]{stride: features + pad, loss: loss, bias: T(r.NormFloat64()), scale: T(1 / float64(max(1, rows)))}
	c.grad = vector(features, draw)
	c.x = vector(max(0, (rows-1)*c.stride+features), draw)
	c.w = vector(features, func() T { return T(r.NormFloat64() / math.Sqrt(float64(features))) })
	c.targets = vector(rows, func() T { return T(r.Float64()) })
	return c
}

// linearShapes are numbers of rows and of features: pieces and parts of one, rows in groups
// and alone, in blocks for both caches.
var linearShapes = [][2]int{{0, 5}, {1, 1}, {3, 0}, {300, 0}, {2, 7}, {5, 64}, {9, 100}, {17, 513}, {255, 3}, {256, 33}, {257, 31},
	{511, 5}, {513, 130}, {700, 257}, {21, 1025}, {70, 1500}, {30, 2100}, {3, 70000}}

// twoPasses computes what LinearGradient promises: predictions of the whole batch, slopes,
// and then the sums of the rows, piece by piece.
func (c *linearCall[T]) twoPasses() (value float64, gradBias T) {
	rows := len(c.targets)
	z, slopes, losses := make([]T, rows), make([]T, rows), make([]T, rows)
	kernels.Gemv(1, c.x, c.stride, c.w, 0, z)
	for r := range z {
		z[r] += c.bias
	}
	if c.loss == kernels.Logistic {
		kernels.BinaryCrossEntropy(slopes, losses, z, c.targets, 1, c.scale)
	} else {
		kernels.SquaredError(slopes, losses, z, c.targets, c.scale)
	}
	var total float64
	for from := 0; from < rows; from += 256 {
		to := min(rows, from+256)
		piece := make([]T, len(c.w))
		if from == 0 {
			copy(piece, c.grad)
		}
		kernels.GemvT(1, c.x[from*c.stride:], c.stride, slopes[from:to], 1, piece)
		if from > 0 {
			kernels.Add(piece, c.grad, piece)
		}
		copy(c.grad, piece)
		value += float64(float64(c.scale) * float64(kernels.Sum(losses[from:to])))
		total += float64(kernels.Sum(slopes[from:to]))
	}
	return value, T(total)
}

// TestLinearGradient compares LinearGradient with passes over the whole batch, to the bit,
// on every level: those are the same on all of them.
func TestLinearGradient(t *testing.T) {
	onEveryLevel(t, linearGradient[float32], linearGradient[float64])
}

func linearGradient[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	for i, s := range linearShapes {
		for _, loss := range linearLosses {
			for values := range kerneltest.NumCases {
				c := newLinear(r, kerneltest.Draw[T](values, r), s[0], s[1], i%3, loss)
				c.scale *= T(1 + i%2)
				want := *c
				want.grad = slices.Clone(c.grad)
				value, bias := c.run()
				wantValue, wantBias := want.twoPasses()
				if !kerneltest.Same(value, wantValue) || !kerneltest.Same(bias, wantBias) {
					t.Fatalf("%v: loss %v and slope %v, want %v and %v", c, value, bias, wantValue, wantBias)
				}
				for j := range c.grad {
					same(t, c.grad[j], want.grad[j], "%v: grad[%d]", c, j)
				}
			}
		}
	}
}

// exactly computes the loss and the gradient in float64, from the formula, and how large
// the sums of magnitudes are that the errors are held to.
func (c *linearCall[T]) exactly() (value, gradBias float64, grad []float64, magnitude float64) {
	grad = make([]float64, len(c.w))
	for j, g := range c.grad {
		grad[j] = float64(g)
		magnitude = max(magnitude, math.Abs(grad[j]))
	}
	for r, target := range c.targets {
		z, t := float64(c.bias), float64(target)
		size := math.Abs(z) + 1
		for j, w := range c.w {
			term := float64(w) * float64(c.x[r*c.stride+j])
			z += term
			size += math.Abs(term)
		}
		loss, slope := (z-t)*(z-t), 2*(z-t)
		if c.loss == kernels.Logistic {
			loss, slope = math.Log1p(math.Exp(-math.Abs(z)))+max(z, 0)-t*z, 1/(1+math.Exp(-z))-t
		}
		value += float64(c.scale) * loss
		gradBias += float64(c.scale) * slope
		for j := range grad {
			x := float64(c.x[r*c.stride+j])
			grad[j] += float64(c.scale) * slope * x
			magnitude += 4 * float64(c.scale) * size * size * (1 + math.Abs(x)) / float64(len(grad))
		}
	}
	return value, gradBias, grad, magnitude
}

// TestLinearAccuracy holds LinearGradient against the formula: losses beside each other,
// sums of a few hundred terms.
func TestLinearAccuracy(t *testing.T) {
	t.Run("type=f32", linearAccuracy[float32])
	t.Run("type=f64", linearAccuracy[float64])
}

func linearAccuracy[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	for _, s := range [][2]int{{1, 1}, {20, 3}, {256, 40}, {700, 9}, {90, 300}} {
		for _, loss := range linearLosses {
			c := newLinear(r, func() T { return T(r.NormFloat64()) }, s[0], s[1], 2, loss)
			value, bias, grad, magnitude := c.exactly()
			gotValue, gotBias := c.run()
			bound := 100 * unit[T]() * magnitude
			near := func(got, want float64, what string) {
				t.Helper()
				if !(math.Abs(got-want) <= bound) {
					t.Errorf("%v: %s %v, want %v within %v", c, what, got, want, bound)
				}
			}
			near(gotValue, value, "loss")
			near(float64(gotBias), bias, "slope by the bias")
			for j := range grad {
				near(float64(c.grad[j]), grad[j], fmt.Sprint("slope by weight ", j))
			}
		}
	}
}

// TestLinearCentralDifferences: the gradient is that of the loss which the same function
// returns.
func TestLinearCentralDifferences(t *testing.T) {
	const step = 1e-5
	r := rand.New(rand.NewPCG(65, 66))
	for _, loss := range linearLosses {
		c := newLinear(r, r.NormFloat64, 40, 6, 1, loss)
		clear(c.grad)
		_, bias := c.run()
		grad := slices.Clone(c.grad)
		difference := func(p *float64) float64 {
			old := *p
			*p = old + step
			above, _ := c.run()
			*p = old - step
			below, _ := c.run()
			*p = old
			return (above - below) / (2 * step)
		}
		for j := range c.w {
			if d := difference(&c.w[j]); !(math.Abs(d-grad[j]) <= 1e-8) {
				t.Errorf("%v: by weight %d %v, the difference is %v", c, j, grad[j], d)
			}
		}
		if d := difference(&c.bias); !(math.Abs(d-bias) <= 1e-8) {
			t.Errorf("%v: by the bias %v, the difference is %v", c, bias, d)
		}
	}
}

// TestLogisticFarOut has predictions whose exponentials are infinite or nothing: the loss of
// a right one is what is left of it, and that of a wrong one the prediction.
func TestLogisticFarOut(t *testing.T) {
	onEveryLevel(t, logisticFarOut[float32], logisticFarOut[float64])
}

func logisticFarOut[T kernels.Float](t *testing.T) {
	for _, c := range []struct{ z, target, loss, slope float64 }{
		{1000, 1, 0, 0}, {1000, 0, 1000, 1}, {-1000, 0, 0, 0}, {-1000, 1, 1000, -1}, {0, 1, math.Ln2, -0.5},
		{20, 1, math.Log1p(math.Exp(-20)), -1 / (1 + math.Exp(20))}, {-20, 0, math.Log1p(math.Exp(-20)), 1 / (1 + math.Exp(20))},
	} {
		value, slope := kernels.LinearGradient(nil, nil, 0, nil, T(c.z), []T{T(c.target)}, kernels.Logistic, 1)
		if math.Abs(value-c.loss) > 4*unit[T]()*c.loss || math.Abs(float64(slope)-c.slope) > 4*unit[T]()*math.Abs(c.slope) {
			t.Errorf("z = %v, target %v: loss %v and slope %v, want %v and %v", c.z, c.target, value, slope, c.loss, c.slope)
		}
	}
}

// TestLinearMisuse passes what does not fit together.
func TestLinearMisuse(t *testing.T) { onEveryLevel(t, linearMisuse[float32], linearMisuse[float64]) }

func linearMisuse[T kernels.Float](t *testing.T) {
	const rows, features, stride = 5, 7, 9
	grad, w, targets, x := make([]T, 90), make([]T, 90), make([]T, 90), make([]T, 900) // capacity is no length
	all := [][]T{grad, w, targets, x}
	call := func(g, n, lenX, stride int, loss kernels.LinearLoss) func() {
		return func() { kernels.LinearGradient(grad[:g], x[:lenX], stride, w[:n], 1, targets[:rows], loss, 1) }
	}
	const length = (rows-1)*stride + features
	for _, c := range []struct {
		numbers []int
		call    func()
	}{
		{[]int{6, 7}, call(6, 7, length, stride, 0)},
		{[]int{8, 7}, call(8, 7, length, stride, 0)},
		{[]int{5, 7, stride, length - 1}, call(7, 7, length-1, stride, 1)},
		{[]int{6, 7}, call(7, 7, length, 6, 1)},
		{[]int{math.MaxInt / 2}, call(7, 7, length, math.MaxInt/2, 0)},
		{[]int{2}, call(7, 7, length, stride, 2)},
		{[]int{-1}, call(7, 7, length, stride, -1)},
	} {
		expectPanic(t, "LinearGradient", c.numbers, all, c.call)
	}
	if p := panicOf(call(features, features, length, stride, kernels.Logistic)); p != "" {
		t.Errorf("of fitting arguments: panics with %q", p)
	}
}
