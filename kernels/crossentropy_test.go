package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
)

// rowLossFunctions are the public functions of the losses of rows. They have oracles of their
// own: labels are no vectors.
var rowLossFunctions = []string{"CrossEntropy", "CrossEntropyWeight", "LogSumExp"}

// A lossCall is a call of CrossEntropy.
type lossCall[T kernels.Float] struct {
	grad, logits                []T
	gradStride, stride, classes int
	labels                      []int
	options                     *kernels.CrossEntropyOptions[T]
}

func (c *lossCall[T]) run() (float64, error) {
	return kernels.CrossEntropy(c.grad, c.gradStride, c.logits, c.stride, c.classes, c.labels, c.options)
}

// newLossCall draws a call; options has a bit for each option in use.
func newLossCall[T kernels.Float](rows, classes, options int, r *rand.Rand) *lossCall[T] {
	c := &lossCall[T]{classes: classes, stride: classes + r.IntN(3), gradStride: classes + r.IntN(2)*r.IntN(4), labels: make([]int, rows)}
	c.logits, c.grad = make([]T, rows*c.stride), make([]T, rows*c.gradStride)
	for i := range c.logits {
		c.logits[i] = T(4 * r.NormFloat64())
	}
	for i := range c.grad {
		c.grad[i] = 7
	}
	o := &kernels.CrossEntropyOptions[T]{}
	for i := range c.labels {
		c.labels[i] = r.IntN(classes)
	}
	if options&1 != 0 {
		for range classes {
			o.Weights = append(o.Weights, T(r.Float64()))
		}
	}
	if options&2 != 0 {
		o.Smoothing = T(r.Float64())
	}
	if options&4 != 0 {
		o.Ignore, o.IgnoredLabel = true, []int{-100, r.IntN(classes)}[r.IntN(2)]
		for i := range c.labels {
			if r.IntN(4) == 0 {
				c.labels[i] = o.IgnoredLabel
			}
		}
	}
	if options&8 != 0 {
		o.Scale = T(r.Float64())
	}
	if options&16 != 0 {
		o.Losses = make([]T, rows)
	}
	if options != 0 {
		c.options = o
	}
	return c
}

// lossRow is what torch's definition says of a row, in float64, with the gradient not yet
// scaled, and the largest errors that roundings to T may make to first order.
type lossRow struct {
	loss, lossErr float64
	grad, gradErr []float64
	target        float64 // its sum
}

// lossOf works the definition out for row r, which is not ignored.
func (c *lossCall[T]) lossOf(r int) lossRow {
	x, n := c.logits[r*c.stride:][:c.classes], float64(c.classes)
	o := c.options
	if o == nil {
		o = &kernels.CrossEntropyOptions[T]{}
	}
	weight := func(j int) float64 {
		if o.Weights == nil {
			return 1
		}
		return float64(o.Weights[j])
	}
	most, sum := math.Inf(-1), 0.0
	for _, v := range x {
		most = math.Max(most, float64(v))
	}
	for _, v := range x {
		sum += math.Exp(float64(v) - most)
	}
	log := most + math.Log(sum)
	u := unit[T]()
	// What the kernels' sum errs by, and this one, and a few roundings.
	slack := n/float64(lanesOf[T]()) + math.Log2(float64(lanesOf[T]())) + n*0x1p-53/u + 16
	l := lossRow{grad: make([]float64, len(x)), gradErr: make([]float64, len(x))}
	spread := 0.0 // of the rounded differences, in the sum of exponentials
	for _, v := range x {
		spread += math.Exp(float64(v)-most) / sum * (most - float64(v))
	}
	for j := range x {
		t := weight(j) * float64(o.Smoothing) / n
		if j == c.labels[r] {
			t += (1 - float64(o.Smoothing)) * weight(j)
		}
		l.target += t
		l.loss += t * (log - float64(x[j]))
		l.lossErr += t * u * (slack*(1+math.Abs(most-log)+most-float64(x[j])) + spread)
		l.grad[j] = -t
		l.gradErr[j] = 8 * u * t
	}
	for j, v := range x {
		p := l.target * math.Exp(float64(v)-most) / sum
		l.grad[j] += p
		l.gradErr[j] += u * p * (slack + spread + most - float64(v))
	}
	return l
}

// TestCrossEntropy holds losses and gradients, with all combinations of options, against the
// definition worked out in float64.
func TestCrossEntropy(t *testing.T) {
	onEveryLevel(t, crossEntropyOracle[float32], crossEntropyOracle[float64])
}

func crossEntropyOracle[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	for options := range 32 {
		for i, classes := range []int{1, 2, 3, 5, 10, 17, 33, 100, 1000} {
			rows := []int{1, 7, 130, 300}[(options+i)%4]
			if classes == 1000 {
				rows = 9
			}
			c := newLossCall[T](rows, classes, options, r)
			was := append([]T(nil), c.grad...)
			loss, err := c.run()
			if err != nil {
				t.Fatal(err)
			}
			c.check(t, fmt.Sprintf("%d rows, %d classes, options %#x", rows, classes, options), loss, was)
		}
	}
}

// check holds what a call returned and wrote against the definition.
func (c *lossCall[T]) check(t *testing.T, name string, loss float64, was []T) {
	t.Helper()
	o, weight, want, wantErr := c.options, 0.0, 0.0, 0.0
	if o == nil {
		o = &kernels.CrossEntropyOptions[T]{}
	}
	for _, y := range c.labels {
		switch {
		case o.Ignore && y == o.IgnoredLabel:
		case o.Weights != nil:
			weight += float64(o.Weights[y])
		default:
			weight++
		}
	}
	scale := float64(o.Scale)
	if scale == 0 {
		scale = 1 / weight
	}
	u, slack := unit[T](), float64(c.classes)/float64(lanesOf[T]())+math.Log2(float64(lanesOf[T]()))
	for r, y := range c.labels {
		if o.Ignore && y == o.IgnoredLabel {
			for j := range c.classes {
				same(t, c.grad[r*c.gradStride+j], 0, "%s: gradient %d of the ignored row %d", name, j, r)
			}
			if o.Losses != nil {
				same(t, o.Losses[r], 0, "%s: the loss of the ignored row %d", name, r)
			}
			continue
		}
		l := c.lossOf(r)
		if o.Losses != nil && !(math.Abs(float64(o.Losses[r])-l.loss) <= l.lossErr) {
			t.Fatalf("%s: the loss of row %d is %v, want %v within %g", name, r, o.Losses[r], l.loss, l.lossErr)
		}
		want += l.loss
		wantErr += l.lossErr + 16*u*l.loss
		sum := 0.0
		for j, w := range l.grad {
			g := float64(c.grad[r*c.gradStride+j])
			if !(math.Abs(g-scale*w) <= scale*(l.gradErr[j]+u*math.Abs(w))) {
				t.Fatalf("%s: gradient %d of row %d is %v, want %v within %g", name, j, r, g, scale*w, scale*l.gradErr[j])
			}
			sum += g
		}
		if !(math.Abs(sum) <= (slack+12)*u*scale*l.target) {
			t.Fatalf("%s: the gradients of row %d add up to %g, %g u times scale and target", name, r, sum, sum/(u*scale*l.target))
		}
	}
	if weight == 0 && o.Scale == 0 {
		same(t, loss, math.NaN(), "%s: the mean of nothing", name)
	} else if !(math.Abs(loss-scale*want) <= scale*wantErr) {
		t.Fatalf("%s: the loss is %v, want %v within %g", name, loss, scale*want, scale*wantErr)
	}
	for i, v := range c.grad {
		if i%c.gradStride >= c.classes && v != was[i] {
			t.Fatalf("%s: what lies between two rows is written", name)
		}
	}
}

// TestCrossEntropyDifferences holds the gradient against central differences of the loss.
func TestCrossEntropyDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	const h = 1e-5
	for options := range 16 {
		c := newLossCall[float64](5, 7, options, r)
		if _, err := c.run(); err != nil {
			t.Fatal(err)
		}
		grad := append([]float64(nil), c.grad...)
		loss := func(at int, step float64) float64 {
			was := c.logits[at]
			defer func() { c.logits[at] = was }()
			c.logits[at] += step
			l, err := c.run()
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		for r := range c.labels {
			for j := range c.classes {
				at := r*c.stride + j
				want := (loss(at, h) - loss(at, -h)) / (2 * h)
				if got := grad[r*c.gradStride+j]; !(math.Abs(got-want) <= 1e-9) {
					t.Fatalf("options %#x: gradient %d of row %d is %v, differences give %v", options, j, r, got, want)
				}
			}
		}
	}
}

// TestCrossEntropyParts: the parts of a batch, with the scale of the batch, have its
// gradients to the bit, and losses that add up. In place, everything is the same.
func TestCrossEntropyParts(t *testing.T) {
	onEveryLevel(t, crossEntropyParts[float32], crossEntropyParts[float64])
}

func crossEntropyParts[T kernels.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(65, 66))
	for options := range 8 {
		c := newLossCall[T](400, 10, options, r)
		c.stride = c.gradStride // to be replaced later
		c.logits = append(c.logits, make([]T, len(c.grad))...)[:len(c.grad)]
		loss, err := c.run()
		if err != nil {
			t.Fatal(err)
		}
		weight, err := kernels.CrossEntropyWeight(c.labels, c.classes, c.options)
		if err != nil {
			t.Fatal(err)
		}
		o := kernels.CrossEntropyOptions[T]{}
		if c.options != nil {
			o = *c.options
		}
		o.Scale = T(1 / weight)
		part, sum := lossCall[T]{gradStride: c.gradStride, stride: c.stride, classes: c.classes, options: &o}, 0.0
		for from := 0; from < len(c.labels); from += 160 {
			to := min(len(c.labels), from+160)
			part.labels = c.labels[from:to]
			part.logits = append([]T(nil), c.logits[from*c.stride:to*c.stride]...)
			part.grad = part.logits
			l, err := part.run()
			if err != nil {
				t.Fatal(err)
			}
			sum += l
			for row := range part.labels {
				for j := range c.classes {
					same(t, part.grad[row*c.stride+j], c.grad[(from+row)*c.stride+j], "options %#x: gradient %d of row %d", options, j, from+row)
				}
			}
		}
		if !(math.Abs(sum-loss) <= 16*unit[T]()*math.Abs(loss)) {
			t.Fatalf("options %#x: the losses of the parts add up to %v, that of the whole is %v", options, sum, loss)
		}
	}
}

// TestGoldenLosses compares losses and gradients with hashes that are the same for all
// machines and levels.
func TestGoldenLosses(t *testing.T) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		hashes := map[string]golden.Hash{}
		hashLosses[float32](t, hashes)
		hashLosses[float64](t, hashes)
		golden.Check(t, "loss", "level "+l.String(), hashes)
	}
}

func hashLosses[T kernels.Float](t *testing.T, hashes map[string]golden.Hash) {
	for options := range 8 {
		var h golden.Hash
		name := fmt.Sprintf("CrossEntropy/options=%d %T", options, T(0))
		numbers, shapes := golden.NewSource[T](name), rand.New(rand.NewPCG(1, 2))
		for _, classes := range []int{1, 2, 7, 10, 16, 50, 1000} {
			c := newLossCall[T](150, classes, options|16, shapes)
			for i := range c.logits {
				c.logits[i] = 8 * numbers.Usual()
			}
			for j := range c.options.Weights {
				c.options.Weights[j] = T(1 + j%3)
			}
			if options&2 != 0 {
				c.options.Smoothing = 0.1
			}
			loss, err := c.run()
			if err != nil {
				t.Fatal(err)
			}
			h.Add(loss)
			golden.AddAll(&h, c.grad)
			golden.AddAll(&h, c.options.Losses)
		}
		hashes[name] = h
	}
	name := fmt.Sprintf("LogSumExp %T", T(0))
	numbers := golden.NewSource[T](name)
	var h golden.Hash
	for i, columns := range []int{0, 1, 2, 3, 10, 16, 45, 260, 1001, 20000} {
		dst, x := make([]T, 5), make([]T, 5*columns)
		for j := range x {
			if x[j] = numbers.Usual(); i%2 == 1 {
				x[j] = numbers.Any()
			}
		}
		kernels.LogSumExp(dst, x, columns, x, columns, columns)
		golden.AddAll(&h, dst)
		golden.AddAll(&h, x)
	}
	hashes[name] = h
}
