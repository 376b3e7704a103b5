package main

import (
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

var (
	program = demotest.Program{Name: "network", Run: run}
	names   = []string{"accuracy", "loss"}
)

func TestDrawnDigits(t *testing.T) {
	lines, r := program.Results(t, names, "-data", "none", "-epochs", "3", "-hidden", "24", "-lr", "0.01", "-seed", "3")
	t.Log(lines[len(lines)-1])
	if r["accuracy"] < 0.9 || r["loss"] > 1 {
		t.Errorf("%s, want at least 0.9", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^digits drawn with seed 3: 8000 images to train, 2000 to test$`,
		`^network of 784, 24 and 10 units, 19090 float32 parameters, AdamW$`,
		`^epoch 3/3  loss \d\.\d{6}  accuracy 0\.\d{4}  \d+ samples/s$`)
}

// TestBLAS: both libraries train the same network, but for rounding.
func TestBLAS(t *testing.T) {
	args := []string{"-data", "none", "-epochs", "1", "-hidden", "20", "-seed", "3"}
	_, ours := program.Results(t, names, args...)
	lines, theirs := program.Results(t, names, append(args, "-blas", "gonum", "-compare")...)
	if d := ours["loss"] - theirs["loss"]; math.Abs(d) > 1e-3 {
		t.Errorf("losses %v and %v, want nearly the same", ours["loss"], theirs["loss"])
	}
	demotest.Wants(t, lines, `^again, with the matrix products of steepest$`,
		`^gonum trains \d+ samples/s, steepest \d+: \d\.\d\d times as many$`)
}

func TestMNIST(t *testing.T) {
	dir := demotest.Data(t, "mnist")
	lines, r := program.Results(t, names, "-data", dir, "-epochs", "6", "-hidden", "48", "-lr", "0.005")
	t.Log(lines[len(lines)-1])
	if r["accuracy"] <= 0.94 {
		t.Errorf("%s, want more than 0.94", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^MNIST from .*mnist: 8000 images to train, 2000 to test$`)
}

// TestBadFiles: what is wrong with a file is told by package mnist.
func TestBadFiles(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	program.Refused(t, demo.Failure, []string{"-data", missing}, missing, mnist.ImageFile, "no such file")
	corrupt := demotest.Write(t, map[string][]byte{mnist.ImageFile: []byte("no gzip"), mnist.LabelFile: {}})
	program.Refused(t, demo.Failure, []string{"-data", corrupt}, corrupt, mnist.ImageFile)
	t.Setenv("STEEPEST_DATA", corrupt)
	program.Refused(t, demo.Failure, nil, corrupt, mnist.ImageFile)
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-epochs 0", "-epochs 10001", "-batch 0", "-batch 8001", "-hidden 0", "-hidden 4097",
		"-blas openblas", "-dropout 1", "-dropout -0.1", "-dropout NaN", "-lr 0", "-lr -1", "-lr NaN", "-lr +Inf", "-lr 1e+39",
		"-params x")
	program.Refused(t, demo.Misuse, []string{"-state", "int4"}, "-state", `"int4"`, "want float32, bfloat16 or int8")
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, []string{"-data", "none", "-hidden", "4", "-lr", "3e38", "-epochs", "1"}, "diverged in", "-lr")
}

// TestGradient compares the gradient, also where hidden units are left out, with differences
// of the loss.
func TestGradient(t *testing.T) {
	d := mnist.Draw(6, 3)
	m := mlp.New(12, mlp.Products["steepest"])
	m.Initialise(1)
	kernels.Normal(m.First.Bias, 0, 0.125, kernels.Philox{Stream: 1})
	kernels.Normal(m.Second.Bias, 0, 0.125, kernels.Philox{Stream: 2})
	p := m.NewPass(6, 0.25, 1)
	r, err := gradcheck.CheckGradient(m.Params(), func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return p.Gradient(m, d, b, g.Dense)
	}, gradcheck.Options{Batch: train.Batch{Step: 3, Parts: 1, Samples: []int{4, 0, 3, 5, 1}}})
	if err != nil || !r.OK() {
		t.Errorf("%v, error %v", r, err)
	}
}

func TestRates(t *testing.T) {
	for _, steps := range []int{1, 9, 10, 1250} {
		s := rates(steps)
		highest := 0.0
		for i := range steps {
			highest = max(highest, s.Rate(1, i))
		}
		if highest != 1 {
			t.Errorf("%d steps: highest rate %v, want 1", steps, highest)
		}
		if last := s.Rate(1, steps); last != 0 {
			t.Errorf("%d steps: rate %v in the end, want 0", steps, last)
		}
	}
}

func TestSameEverywhere(t *testing.T) {
	d := mnist.Draw(200, 7)
	for _, c := range []struct {
		state            optim.Format
		params, checksum string
	}{
		{optim.Native, float32s, "a297b16a576a085e"},
		{optim.Int8, bf16, "144258001ee775c0"},
	} {
		demotest.SameChecksum(t, c.checksum, func(w io.Writer) error {
			o := options{hidden: 12, epochs: 2, batch: 50, lr: 0.002, seed: 1, blas: "steepest", state: c.state, params: c.params}
			r, err := o.fit(d, d, io.Discard)
			if err == nil {
				demo.Checksum(w, r.loss, r.model.Values()...)
			}
			return err
		})
	}
}

func TestRecords(t *testing.T) {
	program.Records(t, 2, "-data", "none", "-epochs", "2", "-hidden", "8", "-compare")
}
