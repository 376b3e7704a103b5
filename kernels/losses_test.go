package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A lossFunction is a loss of elements, with some options.
type lossFunction[T kernels.Float] func(grad, losses, x, y []T, scale T) float64

func lossFunctions[T kernels.Float]() map[string]lossFunction[T] {
	return map[string]lossFunction[T]{
		"SquaredError": kernels.SquaredError[T],
		"Huber":        func(grad, losses, x, y []T, scale T) float64 { return kernels.Huber(grad, losses, x, y, 0.75, scale) },
		"Hinge":        kernels.Hinge[T],
		"BinaryCrossEntropy": func(grad, losses, x, y []T, scale T) float64 {
			return kernels.BinaryCrossEntropy(grad, losses, x, y, 1.5, scale)
		},
	}
}

// drawLosses returns what all of them take: targets are classes.
func drawLosses[T kernels.Float](n int, seed uint64) (x, y []T) {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y = make([]T, n), make([]T, n)
	for i := range x {
		x[i], y[i] = T(2*r.NormFloat64()), T(2*r.IntN(2)-1)
	}
	return x, y
}

// TestLossSums: the result is scale times the sum of the losses, in chunks, whichever
// results are asked for and whether a result takes the place of an argument.
func TestLossSums(t *testing.T) {
	onEveryLevel(t, lossSums[float32], lossSums[float64])
}

func lossSums[T kernels.Float](t *testing.T) {
	for name, f := range lossFunctions[T]() {
		for _, n := range []int{0, 1, 7, 63, 64, 65, 511, 512, 513, 1024, 3000} {
			x, y := drawLosses[T](n, uint64(n))
			grad, losses := make([]T, n), make([]T, n)
			got := f(grad, losses, x, y, 0.3)
			want := 0.0
			for chunk := range slices.Chunk(losses, 512) {
				want += float64(kernels.Sum(chunk))
			}
			if want *= float64(T(0.3)); got != want {
				t.Errorf("%s of %d elements is %v, want %v", name, n, got, want)
			}
			g, l := make([]T, n), make([]T, n)
			results := []float64{f(g, nil, x, y, 0.3), f(nil, l, x, y, 0.3), f(nil, nil, x, y, 0.3)}
			inX, inY := slices.Clone(x), slices.Clone(y)
			results = append(results, f(inX, nil, inX, y, 0.3), f(nil, inY, x, inY, 0.3))
			for i, r := range results {
				if r != got {
					t.Errorf("%s of %d elements, form %d, is %v, want %v", name, n, i, r, got)
				}
			}
			for i, pair := range [][2][]T{{g, grad}, {l, losses}, {inX, grad}, {inY, losses}} {
				if !slices.EqualFunc(pair[0], pair[1], kerneltest.Same[T]) {
					t.Errorf("%s of %d elements, result %d has other bits", name, n, i)
				}
			}
		}
	}
}

// TestLossSlopes compares gradients with central differences of the loss.
func TestLossSlopes(t *testing.T) {
	const n, h, scale = 200, 0x1p-20, 0.25
	for name, f := range lossFunctions[float64]() {
		x, y := drawLosses[float64](n, 3)
		grad := make([]float64, n)
		f(grad, nil, x, y, scale)
		for i := range x {
			at := x[i]
			x[i] = at + h
			up := f(nil, nil, x[i:i+1], y[i:i+1], scale)
			x[i] = at - h
			down := f(nil, nil, x[i:i+1], y[i:i+1], scale)
			x[i] = at
			if want := (up - down) / (2 * h); math.Abs(grad[i]-want) > 1e-8 {
				t.Errorf("%s: slope at %v for %v is %v, want %v", name, x[i], y[i], grad[i], want)
			}
		}
	}
}

// TestLossParts: with one scale, the losses and gradients of parts are those of the whole.
func TestLossParts(t *testing.T) {
	x, y := drawLosses[float32](1536, 4)
	for name, f := range lossFunctions[float32]() {
		grad, parts := make([]float32, len(x)), make([]float32, len(x))
		whole := f(grad, nil, x, y, 1./1536)
		sum := 0.0
		for at := 0; at < len(x); at += 512 {
			sum += f(parts[at:][:512], nil, x[at:][:512], y[at:][:512], 1./1536)
		}
		if math.Abs(sum-whole) > 1e-15*whole || !slices.Equal(grad, parts) {
			t.Errorf("%s of parts is %v, of the whole %v", name, sum, whole)
		}
	}
}

// TestHuberMisuse: a delta that is no bound is refused, and nothing written.
func TestHuberMisuse(t *testing.T) {
	for _, delta := range []float32{-1, float32(math.NaN())} {
		grad := []float32{5}
		p := panicOf(func() { kernels.Huber(grad, nil, []float32{1}, []float32{0}, delta, 1) })
		if !strings.Contains(p, "kernels: Huber: ") || !strings.Contains(p, fmt.Sprint(delta)) || grad[0] != 5 {
			t.Errorf("delta %v: panic %q, gradient %v", delta, p, grad)
		}
	}
}

// TestLossExtremes: values far out have the loss and gradient that the documentation
// promises.
func TestLossExtremes(t *testing.T) {
	onEveryLevel(t, lossExtremes[float32], lossExtremes[float64])
}

func lossExtremes[T kernels.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	all := lossFunctions[T]()
	for _, c := range []struct {
		name             string
		x, y, loss, grad T
	}{
		{"SquaredError", inf, 0, inf, inf}, {"SquaredError", -inf, 1, inf, -inf}, {"SquaredError", nan, 0, nan, nan},
		{"SquaredError", inf, inf, nan, nan},
		{"Huber", inf, 0, inf, 0.75}, {"Huber", 1e30, 0, 0.75 * T(1e30), 0.75}, {"Huber", -inf, 1, inf, -0.75}, {"Huber", nan, 0, nan, nan},
		{"Hinge", inf, 1, 0, 0}, {"Hinge", inf, -1, inf, 1}, {"Hinge", -1e30, 1, 1e30, -1}, {"Hinge", 1, 1, 0, 0}, {"Hinge", nan, 1, nan, nan},
		{"BinaryCrossEntropy", 1e30, 1, 0, 0}, {"BinaryCrossEntropy", 1e30, 0, 1e30, 1},
		{"BinaryCrossEntropy", -1e30, 1, T(1.5) * 1e30, -1.5}, {"BinaryCrossEntropy", -1e30, 0, 0, 0},
		{"BinaryCrossEntropy", inf, 0, inf, 1}, {"BinaryCrossEntropy", -inf, 1, inf, -1.5},
		{"BinaryCrossEntropy", inf, 1, nan, 0}, {"BinaryCrossEntropy", -inf, 0, nan, 0},
		{"BinaryCrossEntropy", nan, 0, nan, nan},
	} {
		var grad, losses [1]T
		loss := all[c.name](grad[:], losses[:], []T{c.x}, []T{c.y}, 1)
		// A gradient of 0 may be as small as exp(-105) for float32.
		tiny := T(0x1p-149)
		if !kerneltest.Same(losses[0], c.loss) || !kerneltest.Same(float64(losses[0]), loss) ||
			!kerneltest.Same(grad[0], c.grad) && !(c.grad == 0 && grad[0]*grad[0] <= tiny*tiny) {
			t.Error(fmt.Sprintf("%s of %v for %v", c.name, c.x, c.y), "is", losses[0], "summed", loss, "slope", grad[0], "want", c.loss, c.grad)
		}
	}
}
