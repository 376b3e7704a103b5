package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

var (
	program = demotest.Program{Name: "training", Run: func(args []string, stdout, stderr io.Writer) int {
		return run(context.Background(), args, stdout, stderr)
	}}
	names = []string{"accuracy", "loss"}
)

const checksum = "0df6588d19a6ab2b" // of a small run

// small returns options and images of a run that takes little time: 10 iterations an epoch,
// of which the last has one image.
func small(ctx context.Context) (options, data) {
	d := mnist.Draw(461, 7)
	return options{ctx: ctx, stderr: io.Discard, epochs: 5, batch: 40, hidden: 16, workers: 2, lr: 0.01, seed: 1},
		data{d.Slice(0, 361), d.Slice(361, 411), d.Slice(411, 461)}
}

func TestDrawnDigits(t *testing.T) {
	weights := filepath.Join(t.TempDir(), "weights.safetensors")
	lines, r := program.Results(t, names, "-data", "none", "-epochs", "4", "-hidden", "24", "-lr", "0", "-weights", weights)
	t.Log(lines[len(lines)-1])
	if r["accuracy"] < 0.9 {
		t.Errorf("%s, want at least 0.9", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^digits drawn with seed 1: 7000 images to train, 1000 held out, 2000 to test$`,
		`^AdamW with the rate 0\.00\d+; suggested is 0\.00\d+, the loss is lowest at 0\.\d+$`,
		`^iteration 110, epoch 1/4: loss .*, metric `, `^ended by 4 epochs at iteration 440, `)

	m := mlp.New(24, mlp.Products["steepest"])
	if _, err := checkpoint.LoadWeights(weights, m.Params()); err != nil {
		t.Fatal(err)
	}
	_, test, err := mnist.Load("", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, accuracy, err := m.NewPass(64, 0, 0).Evaluate(m, test)
	if got := fmt.Sprintf("%.4f", accuracy); err != nil || got != fmt.Sprintf("%.4f", r["accuracy"]) {
		t.Errorf("the saved weights read %s of the digits, want %v; error %v", got, r["accuracy"], err)
	}
}

// A countdown is a context that is cancelled after it was asked so often.
type countdown struct {
	context.Context
	left atomic.Int64
	then func() // what happens meanwhile, or nil
}

func (c *countdown) Err() error {
	if left := c.left.Add(-1); left < 0 {
		if left == -1 && c.then != nil {
			c.then()
		}
		return context.Canceled
	}
	return nil
}

// files returns options of a run that saves itself in a directory, and writes all files there.
func files(ctx context.Context, dir string) (options, data) {
	o, d := small(ctx)
	o.checkpoints, o.File, o.weights = filepath.Join(dir, "run"), filepath.Join(dir, "csv"), filepath.Join(dir, "weights")
	return o, d
}

// TestInterrupted: a run that is cancelled anywhere, and goes on, ends as one that was not:
// with the same results, table and weights.
func TestInterrupted(t *testing.T) {
	end := func(o options, d data) (text string) {
		t.Helper()
		var out bytes.Buffer
		if err := o.During(func() error { return o.train(d, &out) }); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		for _, path := range []string{o.File, o.weights} {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text += string(file)
		}
		return strings.Join(lines[len(lines)-3:], "\n") + text
	}
	want := end(files(context.Background(), t.TempDir()))

	cuts := 0
	for after := int64(101); ; after += 53 { // the rate finder asks a hundred times
		dir := t.TempDir()
		ctx := &countdown{Context: context.Background()}
		ctx.left.Store(after)
		o, d := files(ctx, dir)
		err := o.During(func() error { return o.train(d, io.Discard) })
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "; -resume goes on") {
			t.Fatal(err)
		}
		o, d = files(context.Background(), dir)
		o.resume, o.workers = true, 1+cuts%parts
		if got := end(o, d); got != want {
			t.Fatalf("%v: %q, want %q", err, got, want)
		}
		if got := end(o, d); got != want {
			t.Errorf("resumed after its end: %q, want %q", got, want)
		}
		cuts++
	}
	if cuts < 4 {
		t.Errorf("only %d runs were interrupted", cuts)
	}
}

// TestUnsaved: who interrupts a run is told if that could not be saved.
func TestUnsaved(t *testing.T) {
	ctx := &countdown{Context: context.Background()}
	ctx.left.Store(170)
	o, d := files(ctx, t.TempDir())
	ctx.then = func() {
		if err := errors.Join(os.RemoveAll(o.checkpoints), os.WriteFile(o.checkpoints, nil, 0o600)); err != nil {
			t.Error(err)
		}
	}
	err := o.train(d, io.Discard)
	if err == nil || strings.Contains(err.Error(), "-resume goes on") || !strings.Contains(err.Error(), "only 10 are saved") {
		t.Errorf("error %v, want that only 10 iterations are saved", err)
	}
}

// TestBest: the weights are the averages that did best on the images held out, whatever has
// ended the run.
func TestBest(t *testing.T) {
	for epochs, end := range map[int]string{60: `^ended by no metric better than \S+ in 3 checks at `, 2: `^ended by 2 epochs at `} {
		o, d := small(context.Background())
		o.epochs, o.lr, o.weights = epochs, 0.05, filepath.Join(t.TempDir(), "weights")
		var out bytes.Buffer
		if err := o.train(d, &out); err != nil {
			t.Fatal(err)
		}
		demotest.Wants(t, strings.Split(out.String(), "\n"), end)
		var metrics []string
		for _, found := range regexp.MustCompile(`(?m)^iteration.* metric ([^,\n]*)`).FindAllStringSubmatch(out.String(), -1) {
			metrics = append(metrics, found[1])
		}
		m := mlp.New(o.hidden, mlp.Products["steepest"])
		if _, err := checkpoint.LoadWeights(o.weights, m.Params()); err != nil {
			t.Fatal(err)
		}
		loss, _, err := m.NewPass(o.batch, 0, 0).Evaluate(m, d.held)
		best, last := slices.Min(metrics), metrics[len(metrics)-1]
		if got := fmt.Sprintf("%.5g", loss); err != nil || got != best || got == last {
			t.Errorf("%d epochs: the loss of the weights is %s, want the best of %v; error %v", epochs, got, metrics, err)
		}
	}
}

func TestSameEverywhere(t *testing.T) {
	demotest.SameChecksum(t, checksum, func(w io.Writer) error {
		o, d := small(context.Background())
		return o.train(d, w)
	})
}

func TestWorkers(t *testing.T) {
	for workers := range parts {
		o, d := small(context.Background())
		o.workers = workers + 1
		var out bytes.Buffer
		if err := o.train(d, &out); err != nil || !strings.Contains(out.String(), checksum) {
			t.Errorf("%d workers: no checksum %s in\n%s\nerror %v", o.workers, checksum, &out, err)
		}
	}
}

func TestMNIST(t *testing.T) {
	dir := demotest.Data(t, "mnist")
	lines, r := program.Results(t, names, "-data", dir, "-epochs", "6", "-hidden", "48", "-lr", "0.005")
	t.Log(lines[len(lines)-1])
	if r["accuracy"] <= 0.94 {
		t.Errorf("%s, want more than 0.94", lines[len(lines)-1])
	}
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-epochs 0", "-epochs 10001", "-batch 0", "-batch 7001", "-hidden 0", "-hidden 4097",
		"-workers 0", "-workers 5", "-lr -1", "-lr NaN", "-lr +Inf", "-lr 1e+39", "-resume")
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	program.Refused(t, demo.Failure, []string{"-data", "none", "-hidden", "4", "-lr", "3e38", "-epochs", "1"}, "diverged in iteration", "-lr")
	program.Refused(t, demo.Failure, []string{"-data", filepath.Join(dir, "missing")}, "missing", "no such file")
	for _, flag := range []string{"-history", "-weights"} {
		program.Refused(t, demo.Failure, []string{"-data", "none", "-hidden", "4", "-epochs", "1", flag, filepath.Join(dir, "no", "file")}, "no such file")
	}
}

func TestRecords(t *testing.T) {
	program.Records(t, 110, "-data", "none", "-hidden", "4", "-epochs", "1")
}
