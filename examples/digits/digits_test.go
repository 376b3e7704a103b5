package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

var lastLine = regexp.MustCompile(`^accuracy=([01]\.\d{4}) loss=(\d+\.\d{6}) level=(\w+)$`)

var program = demotest.Program{Name: "digits", Run: run}

func TestDrawnDigits(t *testing.T) {
	before := kernels.ActiveLevel()
	lines := program.Output(t, "-epochs", "3")
	if kernels.ActiveLevel() != before {
		t.Errorf("level %v became %v", before, kernels.ActiveLevel())
	}
	last := lastLine.FindStringSubmatch(lines[len(lines)-1])
	if last == nil {
		t.Fatalf("last line %q", lines[len(lines)-1])
	}
	if a, _ := strconv.ParseFloat(last[1], 64); a < 0.9 {
		t.Errorf("accuracy %v, want at least 0.9", a)
	}
	if last[3] != before.String() {
		t.Errorf("level %s, want %v", last[3], before)
	}
	demotest.Wants(t, lines,
		fmt.Sprintf(`^softmax regression.* level %v$`, before),
		`^epoch 1/3  loss \d\.\d{6}  accuracy 0\.\d{4}  \d+ samples/s$`,
		`^epoch 3/3  loss `+last[2]+`  accuracy `+last[1]+`  \d+ samples/s$`,
		`^the same training on level generic$`,
		`speed-up \d+\.\d, same loss bit for bit$`,
	)
	if n := strings.Count(strings.Join(lines, "\n"), "epoch "); n != 3 {
		t.Errorf("%d progress lines, want 3", n)
	}
}

func TestSameEverywhere(t *testing.T) {
	d := mnist.Draw(400, 7)
	demotest.SameChecksum(t, "fc5e0dec3511ce2a", func(w io.Writer) error {
		r, err := fit(settings{epochs: 2, batch: 60, lr: 0.003, seed: 7}, d, d, func(int, *result, time.Duration) {})
		if err == nil {
			demo.Checksum(w, r.loss, r.model.all)
		}
		return err
	})
}

func TestMNIST(t *testing.T) {
	dir := demotest.Data(t, "mnist")
	lines := program.Output(t, "-data", dir)
	t.Log(lines[len(lines)-1])
	last := lastLine.FindStringSubmatch(lines[len(lines)-1])
	if last == nil {
		t.Fatalf("last line %q", lines[len(lines)-1])
	}
	if a, _ := strconv.ParseFloat(last[1], 64); a < 0.92 {
		t.Errorf("accuracy %v, want at least 0.92", a)
	}
}

// TestBadFiles: what is wrong with a file is told by package mnist.
func TestBadFiles(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	program.Refused(t, demo.Failure, []string{"-data", missing}, missing, mnist.ImageFile, "no such file")
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-epochs 0", "-epochs -3", "-batch 0", "-batch 8001",
		"-lr 0", "-lr -1", "-lr NaN", "-lr +Inf", "-lr 1e+39", "-level sse9")
	program.Refused(t, demo.Misuse, []string{"-epochs", "x"}, "-epochs")
	program.Refused(t, demo.Misuse, []string{"-level", ""}, "-level")
	for l := kernels.Generic; ; l++ { // levels of other machines
		if _, err := kernels.ParseLevel(l.String()); err != nil {
			break
		}
		if !slices.Contains(kernels.Levels(), l) {
			program.Refused(t, demo.Misuse, []string{"-level", l.String()}, "-level "+l.String(), "not available")
		}
	}
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, []string{"-lr", "3e38", "-epochs", "1"}, "diverged in iteration", "-lr")
}

func TestSameBits(t *testing.T) {
	fresh := func() *result { return &result{model: newModel(), loss: 0.25} }
	if err := sameBits(fresh(), fresh()); err != nil {
		t.Error(err)
	}
	refuse := func(r *result, want string) {
		t.Helper()
		var out bytes.Buffer
		err := conclude(&out, fresh(), r)
		if err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("error %v, want one with %q; output %q", err, want, &out)
		}
	}
	r := fresh()
	r.loss = math.Nextafter(r.loss, 1)
	refuse(r, "final loss")
	r = fresh()
	r.model.bias[9] = float32(math.Copysign(0, -1))
	refuse(r, "parameter 7849")
}

// TestGradient compares the gradient with differences of the loss.
func TestGradient(t *testing.T) {
	d := mnist.Draw(6, 3)
	m := newModel()
	kernels.Normal(m.all, 0, 1./16, kernels.Philox{})
	c := newMicro(4)
	r, err := gradcheck.CheckGradient(m.params(), func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return c.gradient(m, d, b.Samples, g.Dense[0], g.Dense[1])
	}, gradcheck.Options{Batch: train.Batch{Samples: []int{4, 0, 3, 5}}})
	if err != nil || !r.OK() {
		t.Errorf("%v, error %v", r, err)
	}
}

func TestRecords(t *testing.T) { program.Records(t, 2, "-epochs", "2") }
