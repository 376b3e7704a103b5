package kerneltest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestCompared: the counts of several processes add up, less what each has not
// written yet.
func TestCompared(t *testing.T) {
	dir := t.TempDir()
	want := func(sum int64) {
		t.Helper()
		if got, err := SumCompared(dir); err != nil || got != sum {
			t.Errorf("the sum is %d (%v), want %d", got, err, sum)
		}
	}
	add := func(c *tally, n int64) {
		t.Helper()
		if err := c.add(n); err != nil {
			t.Fatal(err)
		}
	}
	want(0)
	a, b, none := tally{dir: dir}, tally{dir: dir}, tally{}
	defer func() { a.file.Close(); b.file.Close() }()
	add(&a, comparedStep-1)
	add(&none, 1e9)
	want(0)
	add(&a, 1)
	want(comparedStep)
	add(&b, 12_000_000_000)
	want(12_000_000_000 + comparedStep)
	for range 1000 {
		add(&a, comparedStep/100)
	}
	got, err := SumCompared(dir)
	if truth := int64(12_000_000_000 + comparedStep + 1000*(comparedStep/100)); err != nil || got > truth || got <= truth-comparedStep {
		t.Errorf("the sum is %d (%v), want %d less what is not written", got, err, truth)
	}
	if err := os.WriteFile(filepath.Join(dir, comparedPrefix+"x"), []byte("12 elements"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := SumCompared(dir); err == nil {
		t.Errorf("the sum is %d with a file that holds no count", got)
	}
	if err := (&tally{dir: filepath.Join(dir, "missing")}).add(comparedStep); err == nil {
		t.Error("no error without the directory")
	}
}

// TestCompareCounts: Compare counts a call's vectors, its list and its result.
func TestCompareCounts(t *testing.T) {
	defer func(dir string) { compared = tally{dir: dir} }(compared.dir)
	for _, op := range Ops[float32]() {
		var want int
		switch op.Name {
		case "Dot":
			want = 1 + 2*comparedStep
		case "SumSlices":
			want = 1 + 4*comparedStep
		default:
			continue
		}
		compared = tally{dir: t.TempDir()}
		a := New(op, Shape{N: comparedStep, Rows: 3}, Heap[float32](1), func() float32 { return 1 })
		if err := Compare(op, kernels.Generic, a); err != nil {
			t.Fatal(err)
		}
		if n, err := SumCompared(compared.dir); err != nil || n != int64(want) {
			t.Errorf("%s: %d elements (%v), want %d", op.Name, n, err, want)
		}
		compared.file.Close()
	}
}
