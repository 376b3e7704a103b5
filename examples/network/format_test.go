package main

import (
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

func TestTable(t *testing.T) {
	if testing.Short() {
		t.Skip("two trainings")
	}
	lines, _ := program.Results(t, names, "-data", "none", "-epochs", "1", "-hidden", "8", "-state", "int8", "-params", "bf16")
	demotest.Wants(t, lines, `^network of 784, 8 and 10 units, 6370 bf16 parameters, AdamW$`,
		`^again, with parameters and state of float32$`,
		`^float32 parameters, float32 state +25480 \(4\.000\) +50960 \(8\.000\) +25480 \(4\.000\) +0\.\d{4} +\d\.\d{6}$`,
		`^bf16 parameters, int8 state +12740 \(2\.000\) +12796 \(2\.009\) +63700 \(10\.000\) +0\.\d{4} +\d\.\d{6}$`)
}

// TestMemory counts what the optimizer has, too: state, and the lower halves of split parameters.
func TestMemory(t *testing.T) {
	const n, blocks = 6370, 25 + 1 + 1 + 1 // of 256 elements
	for _, c := range []struct {
		state  optim.Format
		params string
		want   memory
	}{
		{optim.Native, float32s, memory{4 * n, 8 * n, 4 * n, n}},
		{optim.BFloat16, bf16, memory{2 * n, 4 * n, 10 * n, n}},
		{optim.Int8, split, memory{4 * n, 2*n + 2*blocks, 10 * n, n}},
	} {
		o := options{lr: 0.01, state: c.state, params: c.params}
		values := newStore(mlp.New(8, nil), o.params)
		opt, err := o.optimizer(values.params, 10)
		if err != nil {
			t.Fatal(err)
		}
		if got := values.memory(opt); got != c.want {
			t.Errorf("%v state, %s parameters: %+v, want %+v", c.state, c.params, got, c.want)
		}
	}
}

// TestFormats: every format reads MNIST as float32 does, to half a point.
func TestFormats(t *testing.T) {
	if testing.Short() {
		t.Skip("24 trainings")
	}
	const seeds = 3
	images, test := realDigits(t)
	mean := func(state optim.Format, params string) (accuracy float64) {
		for seed := range uint64(seeds) {
			o := options{hidden: 48, epochs: 3, batch: 64, lr: 0.01, seed: seed + 1, blas: "steepest", state: state, params: params}
			accuracy += mustFit(t, o, images, test).accuracy / seeds
		}
		return accuracy
	}
	want := mean(optim.Native, float32s)
	if want < 0.95 {
		t.Errorf("float32: %.4f, want 0.95", want)
	}
	for _, c := range []struct {
		state  optim.Format
		params string
	}{
		{optim.BFloat16, float32s}, {optim.Int8, float32s}, {optim.Native, bf16}, {optim.Native, split},
		{optim.BFloat16, bf16}, {optim.Int8, bf16}, {optim.Int8, split},
	} {
		got := mean(c.state, c.params)
		t.Logf("%s parameters, %v state: %.4f, float32 %.4f", c.params, c.state, got, want)
		if math.Abs(got-want) > 0.005 {
			t.Errorf("%s parameters, %v state: %.4f, float32 %.4f", c.params, c.state, got, want)
		}
	}
}

// TestNearestLoses: at a low rate most steps are less than half a last place of bfloat16. To
// the nearest they are lost, and the network learns little; stochastically they are not.
func TestNearestLoses(t *testing.T) {
	if testing.Short() {
		t.Skip("three trainings")
	}
	images, test := realDigits(t)
	o := options{hidden: 64, epochs: 2, batch: 8, lr: 3e-5, seed: 1, blas: "steepest", params: float32s}
	native := mustFit(t, o, images, test).accuracy
	nearest := fitNearest(t, o, images, test)
	o.params = bf16
	stochastic := mustFit(t, o, images, test).accuracy
	t.Logf("float32 %.4f, to the nearest %.4f, stochastic %.4f", native, nearest, stochastic)
	if nearest > native-0.2 || math.Abs(stochastic-native) > 0.01 {
		t.Errorf("float32 %.4f, to the nearest %.4f, stochastic %.4f", native, nearest, stochastic)
	}
}

// fitNearest trains with parameters that are rounded to the nearest bfloat16 after every step,
// and returns the accuracy.
func fitNearest(t *testing.T, o options, images, test *mnist.Dataset) float64 {
	m := mlp.New(o.hidden, mlp.Products[o.blas])
	m.Initialise(o.seed)
	batches := &train.Batches{Samples: images.Len(), Size: o.batch, Seed: o.seed}
	opt, err := o.optimizer(m.Params(), batches.Steps(o.epochs))
	if err != nil {
		t.Fatal(err)
	}
	round := func() {
		for _, x := range m.Values() {
			rounded := make([]kernels.BFloat16, len(x))
			kernels.RoundBF16(rounded, x)
			kernels.WidenBF16(x, rounded)
		}
	}
	p := m.NewPass(o.batch, 0, o.seed)
	if _, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		round()
		return p.Gradient(m, images, b, g.Dense)
	}, train.FitOptions[float32]{Batches: batches, Epochs: o.epochs}); err != nil {
		t.Fatal(err)
	}
	round()
	_, accuracy, err := p.Evaluate(m, test)
	if err != nil {
		t.Fatal(err)
	}
	return accuracy
}

// TestSplit: split parameters have the bits of parameters of float32 that get the same
// gradients.
func TestSplit(t *testing.T) {
	d := mnist.Draw(50, 7)
	for _, state := range []optim.Format{optim.Native, optim.Int8} {
		o := options{hidden: 5, lr: 0.01, seed: 1, state: state, params: split}
		m := mlp.New(o.hidden, mlp.Products["steepest"])
		m.Initialise(o.seed)
		values, pass, steps := newStore(m, o.params), m.NewPass(25, 0, o.seed), 6
		values.widen()
		native := m.Params()
		for i := range native {
			native[i].Value = slices.Clone(native[i].Value)
		}
		halves, err := o.optimizer(values.params, steps)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := o.optimizer(native, steps)
		if err != nil {
			t.Fatal(err)
		}
		_, err = train.Fit(context.Background(), halves, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
			loss, err := values.gradient(pass, d, b, g)
			if err == nil {
				_, err = whole.StepGradients(g)
			}
			return loss, err
		}, train.FitOptions[float32]{Batches: &train.Batches{Samples: d.Len(), Size: 25}, Epochs: 3})
		if err != nil {
			t.Fatal(err)
		}
		s, err := halves.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range s.Params {
			joined := make([]float32, len(p.BF16))
			kernels.JoinBF16(joined, p.BF16, p.Rest)
			if !slices.Equal(joined, native[i].Value) {
				t.Errorf("state %v: %s differs from that of float32", state, p.Name)
			}
		}
	}
}

// realDigits returns MNIST, or skips the test where it is missing.
func realDigits(t *testing.T) (images, test *mnist.Dataset) {
	t.Helper()
	images, test, err := mnist.Load(demo.FindData(demotest.Data(t, "mnist"), "mnist", mnist.ImageFile), 0)
	if err != nil {
		t.Fatal(err)
	}
	return images, test
}

func mustFit(t *testing.T, o options, images, test *mnist.Dataset) *result {
	t.Helper()
	r, err := o.fit(images, test, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
