package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim/distributed"
)

var program = demotest.Program{Name: "digits", Run: run}

// onRanks returns what rank 0 prints, of ranks that are goroutines.
func onRanks(t *testing.T, size int, o options) string {
	t.Helper()
	var out bytes.Buffer
	var wg sync.WaitGroup
	for _, tr := range distributed.NewMemory(size) {
		wg.Go(func() {
			if err := o.onRank(tr, "memory", few(), &out); err != nil {
				t.Errorf("rank %d of %d: %v", tr.Rank(), size, err)
				tr.Abort(err)
			}
		})
	}
	wg.Wait()
	return out.String()
}

func small() options {
	return options{rule: "adamw", steps: 60, micro: 5, batch: 50, hidden: 48, lr: 0.01, seed: 3}
}

// few returns images of which a training takes little time.
var few = sync.OnceValue(func() data {
	d := mnist.Draw(500, 7)
	return data{d.Slice(0, 400), d.Slice(400, 500)}
})

func alone(t *testing.T, o options) string {
	t.Helper()
	var out bytes.Buffer
	if err := o.train(nil, few(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRanks: any number of ranks prints what a process alone does, behind what they run on.
func TestRanks(t *testing.T) {
	for rule := range rules {
		o := small()
		o.rule = rule
		want := alone(t, o)
		for _, size := range []int{1, 2, 3, 7} {
			got := onRanks(t, size, o)
			if rest, ok := strings.CutSuffix(got, want); !ok || strings.Count(rest, "\n") != size+1 {
				t.Errorf("%s, %d ranks:\n%s\nalone:\n%s", rule, size, got, want)
			}
		}
	}
}

// TestSameEverywhere: the checksum is that of every level and machine.
func TestSameEverywhere(t *testing.T) {
	o := small()
	o.hash = true
	demotest.SameChecksum(t, "9ec1f1290cae3d16", func(w io.Writer) error { return o.train(nil, few(), w) })
}

// TestGoesOn: a training that lacks its last checkpoint goes on from the one before, on other
// numbers of ranks and alone.
func TestGoesOn(t *testing.T) {
	o := small()
	o.steps = 64 // the end of an epoch
	want := alone(t, o)
	o.checkpoints = t.TempDir()
	for i, size := range []int{3, 2, 0, 4} {
		got := ""
		if size == 0 {
			got = alone(t, o)
		} else {
			got = onRanks(t, size, o)
			got = got[strings.Index(got, "step "):]
		}
		if !strings.HasSuffix(want, got) || (len(got) < len(want)) != (i > 0) {
			t.Errorf("%d ranks, after %d others:\n%s\nwant the end of\n%s", size, i, got, want)
		}
		saved, err := filepath.Glob(filepath.Join(o.checkpoints, "*.json"))
		if err == nil {
			err = os.Remove(slices.Max(saved))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLearns(t *testing.T) {
	_, r := program.Results(t, []string{"accuracy", "loss"}, "-steps", "300")
	if r["accuracy"] < 0.9 {
		t.Errorf("accuracy %v, want at least 0.9", r["accuracy"])
	}
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-rule no", "-steps 0", "-batch 0", "-batch 8001", "-micro 0", "-micro 65", "-hidden 0", "-lr 0")
}
