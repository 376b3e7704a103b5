package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

var (
	program = demotest.Program{Name: "wordvectors", Run: run}
	names   = []string{"related", "loss"}
	small   = []string{"-sentences", "3000", "-dim", "16", "-epochs", "3", "-negatives", "4"}
)

func TestText(t *testing.T) {
	lines, r := program.Results(t, names, append(small, "-seed", "3")...)
	t.Log(lines[len(lines)-1])
	if r["related"] < 0.95 || r["loss"] > 1.6 {
		t.Errorf("%s, want related words nearest", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^text generated with seed 3: 3000 sentences, \d+ words, 148 different ones`,
		`^epoch 3/3  loss \d\.\d{6}  related [01]\.\d{4}  \d+ pairs/s$`,
		`^nearest to cat: +(dog|horse|cow|sheep|goat|pig|hen), `)
}

// TestUntrained: before training, words of the same kind are nearest by chance
// only.
func TestUntrained(t *testing.T) {
	text := generate(100, 1)
	m := newModel(len(text.words), 16)
	m.initialise(1)
	if r := m.related(text); r > 0.2 {
		t.Errorf("related %v", r)
	}
}

func TestSameEverywhere(t *testing.T) {
	program.SameEverywhere(t, "c3beae9d4e6d44a8", "-sentences", "300", "-epochs", "1")
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-sentences 0", "-dim 0", "-dim 4097", "-window 0", "-window 101", "-negatives 0",
		"-epochs 0", "-batch 0", "-lr 0", "-lr -1", "-lr NaN", "-lr +Inf")
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, append(small, "-lr", "3e38"), "diverged in iteration", "-lr")
}

// TestGenerate: the words of a text are those of the themes, all of them appear,
// and their counts are right.
func TestGenerate(t *testing.T) {
	if kinds != 2*len(themes) {
		t.Fatalf("%d kinds of %d themes", kinds, len(themes))
	}
	text := generate(2000, 1)
	counts := make([]int, len(text.words))
	for _, s := range text.sentences {
		for _, w := range s {
			counts[w]++
		}
	}
	seen, sizes := make(map[string]bool), make(map[int]int)
	for i, w := range text.words {
		if seen[w.text] || w.count == 0 || w.count != counts[i] {
			t.Errorf("word %q: seen %v, count %d, want %d", w.text, seen[w.text], w.count, counts[i])
		}
		seen[w.text] = true
		sizes[w.kind]++
	}
	for kind := range kinds {
		if want := 8 - 3*(kind%2); sizes[kind] != want {
			t.Errorf("%d words of kind %d, want %d", sizes[kind], kind, want)
		}
		if i := text.firstOf(kind); text.words[i].kind != kind {
			t.Errorf("first word of kind %d is %q", kind, text.words[i].text)
		}
	}
}

// TestSampler: other words are drawn by their counts to the power 3/4, and
// neighbours lie in the window.
func TestSampler(t *testing.T) {
	text := &text{sentences: [][]int{{0, 1, 2, 3}}}
	total := 0.0
	for _, count := range []int{1000, 100, 10, 0, 1} {
		text.words = append(text.words, word{count: count})
		total += math.Pow(float64(count), 0.75)
	}
	s := newSampler(text, 2, rand.New(rand.NewPCG(1, 1)))
	const n = 100000
	drawn := make([]float64, len(text.words))
	for range n {
		drawn[s.other()]++
	}
	for i, w := range text.words {
		p := math.Pow(float64(w.count), 0.75) / total
		if math.Abs(drawn[i]/n-p) > 5*math.Sqrt(p/n) {
			t.Errorf("word %d drawn with probability %v, want %v", i, drawn[i]/n, p)
		}
	}
	if s.keep[4] != 1 || math.Abs(s.keep[0]-math.Sqrt(0.01*1111/1000)) > 1e-12 {
		t.Errorf("words are kept with probability %v", s.keep)
	}

	for i := range s.keep {
		s.keep[i] = 1
	}
	pairs := make(map[[2]int]int)
	for range 1000 {
		s.pairs([]int{0}, func(center, neighbour int) { pairs[[2]int{center, neighbour}]++ })
	}
	for a := range 4 {
		for b := range 4 {
			got, far := pairs[[2]int{a, b}], max(a-b, b-a)
			switch {
			case far == 0 || far > 2:
				if got != 0 {
					t.Errorf("pair %d, %d appears %d times", a, b, got)
				}
			case far == 1:
				if got != 1000 {
					t.Errorf("pair %d, %d appears %d times, want 1000", a, b, got)
				}
			case got < 400 || got > 600:
				t.Errorf("pair %d, %d appears %d times, want about 500", a, b, got)
			}
		}
	}
}

// TestGradient compares the gradient, with rows that appear twice added up, with
// differences of the loss.
func TestGradient(t *testing.T) {
	m := newModel(5, 4)
	for stream, p := range m.params() {
		kernels.Normal(p.Value, 0, 1, kernels.Philox{Seed: 1, Stream: uint64(stream)})
	}
	r, err := gradcheck.CheckGradient(m.params(), func(_ train.Batch, g *optim.Gradients[float32]) (float64, error) {
		b := batch{
			centers:    []int{1, 3, 1},
			neighbours: []int{2, 0, 2, 4, 1, 2, 4, 0, 0, 1, 4, 4},
			truths:     []float32{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0},
		}
		return b.gradient(m, g, 0.5), nil
	}, gradcheck.Options{})
	if err != nil || !r.OK() || r.Checked != 2*5*4 {
		t.Errorf("%v, error %v", r, err)
	}
}

func TestRecords(t *testing.T) { program.Records(t, 2, "-sentences", "300", "-epochs", "2") }
