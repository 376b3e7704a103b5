package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

var (
	program = demotest.Program{Name: "logistic", Run: run}
	names   = []string{"error", "loss"}
)

func TestGenerated(t *testing.T) {
	lines, r := program.Results(t, names, "-data", "none", "-seed", "3")
	t.Log(lines[len(lines)-1])
	if r["error"] > 0.01 || r["loss"] > 0.1 {
		t.Errorf("%s, want an error below 0.01", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^data generated with seed 3: 6513 rows to train, 1611 to test$`,
		`^epoch +1/10  loss 0\.\d{6}  test error 0\.\d{4}$`)
}

func TestAgaricus(t *testing.T) {
	dir := demotest.Data(t, "agaricus")
	lines, r := program.Results(t, names, "-data", dir)
	t.Log(lines[len(lines)-1])
	if r["error"] >= 0.005 || r["loss"] > 0.05 {
		t.Errorf("%s, want an error below 0.005", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `agaricus\.txt\.train: 6513 rows to train, 1611 to test$`, ` 126 features, 22\.0 of them in a row`)
}

// text writes rows as a file.
func text(d *dataset) string {
	var b strings.Builder
	for i, label := range d.labels {
		fmt.Fprint(&b, label)
		index, value := d.row(i)
		for k, j := range index {
			fmt.Fprintf(&b, " %d:%v", j+1, value[k])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRead(t *testing.T) {
	want, _ := generate(5)
	got := newDataset("")
	if err := got.read(strings.NewReader(text(want)), trainRows); err != nil {
		t.Fatal(err)
	}
	if text(got) != text(want) {
		t.Error("rows that were written and read differ")
	}
	got = newDataset("")
	if err := got.read(strings.NewReader("1 3:0.5 126:-2e1\n0 1:1\n"), 2); err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got.labels, got.offsets, got.index, got.value); s != "[1 0] [0 2 3] [2 125 0] [0.5 -20 1]" {
		t.Errorf("read %s", s)
	}
}

func TestBadFiles(t *testing.T) {
	goodTrain, goodTest := generate(1)
	train, test := text(goodTrain), text(goodTest)
	lines := strings.SplitAfter(train, "\n")
	line5 := func(s string) []byte {
		return []byte(strings.Join(lines[:4], "") + s + strings.Join(lines[5:], ""))
	}
	for name, c := range map[string]struct {
		train, test []byte // nil: no such file
		want        []string
	}{
		"no train":     {nil, []byte(test), []string{trainFile, "no such file"}},
		"no test":      {[]byte(train), nil, []string{testFile, "no such file"}},
		"empty":        {[]byte{}, []byte(test), []string{trainFile, "0 rows, want 6513"}},
		"rows missing": {[]byte(train), []byte(test[:strings.Index(test, "\n")+1]), []string{testFile, "1 rows, want 1611"}},
		"cut":          {[]byte(train[:len(train)/2]), []byte(test), []string{trainFile}},
		"rows left":    {[]byte(train), []byte(test + lines[0]), []string{testFile, "more than 1611 rows"}},
		"bad label":    {line5("2 1:1\n"), []byte(test), []string{"line 5", `"2"`}},
		"no features":  {line5("1\n"), []byte(test), []string{"line 5", `"1" alone`}},
		"empty line":   {line5("\n"), []byte(test), []string{"line 5", "is blank"}},
		"blank end":    {[]byte(train + "\n"), []byte(test), []string{trainFile, "line 6514", "is blank"}},
		"spaces":       {[]byte(train), []byte(test + " \t\n"), []string{testFile, "line 1612", "is blank"}},
		"bad end":      {[]byte(train), []byte(test + "# 1:1\n"), []string{testFile, "line 1612", `"#"`}},
		"no pair":      {line5("1 7\n"), []byte(test), []string{"line 5", `"7"`}},
		"index 0":      {line5("1 0:1\n"), []byte(test), []string{"line 5", `"0"`, "126"}},
		"large index":  {line5("1 127:1\n"), []byte(test), []string{"line 5", `"127"`, "126"}},
		"huge index":   {line5("1 99999999999999999999:1\n"), []byte(test), []string{"line 5", "99999999999999999999"}},
		"twice":        {line5("1 7:1 7:1\n"), []byte(test), []string{"line 5", `"7"`, "8"}},
		"no number":    {line5("1 7:x\n"), []byte(test), []string{"line 5", `"x"`, "feature 7"}},
		"NaN":          {line5("1 7:NaN\n"), []byte(test), []string{"line 5", `"NaN"`}},
		"infinite":     {line5("1 7:1e39\n"), []byte(test), []string{"line 5", `"1e39"`}},
		"long line":    {line5(strings.Repeat("x", 1<<17)), []byte(test), []string{"line 5", "too long"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := demotest.Write(t, map[string][]byte{trainFile: c.train, testFile: c.test})
			program.Refused(t, demo.Failure, []string{"-data", dir}, append(c.want, dir)...)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	program.Refused(t, demo.Failure, []string{"-data", missing}, missing, "no such file")
}

func TestPipes(t *testing.T) {
	train, test := generate(1)
	program.Pipes(t, map[string][]byte{trainFile: []byte(text(train)), testFile: []byte(text(test))})
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-epochs 0", "-epochs 10001", "-batch 0", "-batch 6514", "-workers 0", "-workers 5", "-lr 0", "-lr -1", "-lr NaN", "-lr +Inf",
		"-decay -1", "-decay NaN", "-decay +Inf")
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, []string{"-data", "none", "-lr", "3e38", "-epochs", "2"}, "diverged in iteration", "-lr")
}

// TestGradient compares the gradient with differences of the loss.
func TestGradient(t *testing.T) {
	d, _ := generate(3)
	m := newModel()
	kernels.Normal(m.weights, 0, 0.25, kernels.Philox{Seed: 1})
	rows := []int{4, 0, 3, 5, 17}
	r, err := gradcheck.CheckGradient(m.params(), func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		return newMicro(len(rows)).gradient(m, d, b.Samples, g), nil
	}, gradcheck.Options{Samples: features, Batch: train.Batch{Samples: rows}})
	if err != nil || !r.OK() || r.Checked != features+1 {
		t.Errorf("%v, error %v", r, err)
	}
}

// TestSmallBatches: batches are smaller than the number of micro-batches.
func TestSmallBatches(t *testing.T) {
	train, test := generate(1)
	train.labels = train.labels[:500]
	o := options{epochs: 2, batch: 3, workers: 1, lr: 0.2, seed: 1}
	r, err := o.fit(train, test, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if r.errors > 0.15 {
		t.Errorf("error %v", r.errors)
	}
}

// TestSameEverywhere: on all levels, and with as many workers as there may be.
func TestSameEverywhere(t *testing.T) {
	for _, workers := range []string{"1", "4"} {
		program.SameEverywhere(t, "e50cd3a75dface00", "-data", "none", "-epochs", "2", "-workers", workers)
	}
}

func TestRecords(t *testing.T) { program.Records(t, 2, "-data", "none", "-epochs", "2") }
