package optim

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestGoldenRules compares what runs of every rule lead to on every level with
// hashes that are the same for all machines.
func TestGoldenRules(t *testing.T) {
	eachLevel(t, func(where string) {
		hashes := make(map[string]golden.Hash)
		for i, rule := range variants {
			name := variantName(variants, i)
			hashes[name+" float32"] = hashRule[float32](t, name, rule)
			hashes[name+" float64"] = hashRule[float64](t, name, rule)
		}
		golden.Check(t, "rule", where, hashes)
	})
}

// TestGoldenMatrices is TestGoldenRules for the rules of matrices.
func TestGoldenMatrices(t *testing.T) {
	eachLevel(t, func(where string) {
		hashes := make(map[string]golden.Hash)
		for i, rule := range matrixRules {
			name := variantName(matrixRules, i)
			hashes[name+" float32"] = hashMatrices[float32](t, name, rule)
			hashes[name+" float64"] = hashMatrices[float64](t, name, rule)
		}
		golden.Check(t, "matrix", where, hashes)
	})
}

// hashMatrices takes steps of matrices of either form, of a tensor and of a vector.
func hashMatrices[T kernels.Float](t *testing.T, name string, rule Rule) golden.Hash {
	var h golden.Hash
	numbers := golden.NewSource[T](name)
	draw := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = numbers.Usual()
		}
		return x
	}
	shapes := [][]int{{21, 34}, {40, 9}, {1, 5}, {2, 3, 7}, {19}}
	var params []Param[T]
	for i, shape := range shapes {
		n := 1
		for _, d := range shape {
			n *= d
		}
		params = append(params, Param[T]{Name: string(rune('a' + i)), Value: draw(n), Shape: shape})
	}
	o := mustNew(t, rule, params, ClipNorm(3))
	for range 6 {
		var g [][]T
		for _, p := range params {
			g = append(g, draw(len(p.Value)))
		}
		clear(g[0][:34]) // a row is dead
		mustStep(t, o, g)
	}
	hashSnapshot(&h, mustSnapshot(t, o))
	return h
}

// TestGoldenTables is TestGoldenRules for the rules of tables.
func TestGoldenTables(t *testing.T) {
	eachLevel(t, func(where string) {
		hashes := make(map[string]golden.Hash)
		for i, rule := range rowRules {
			name := variantName(rowRules, i)
			hashes[name+" float32"] = hashTable[float32](t, name, rule)
			hashes[name+" float64"] = hashTable[float64](t, name, rule)
		}
		golden.Check(t, "embedding", where, hashes)
	})
}

func eachLevel(t *testing.T, f func(where string)) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	for _, l := range kernels.Levels() {
		if err := kernels.SetLevel(l); err != nil {
			t.Fatal(err)
		}
		f(fmt.Sprint("level ", l))
	}
}

// variantName returns a rule's name with a number, by which its variants in the
// list differ.
func variantName(list []Rule, i int) string {
	n := 1
	for _, r := range list[:i] {
		if r.Name() == list[i].Name() {
			n++
		}
	}
	return fmt.Sprintf("%s/%d", list[i].Name(), n)
}

// hashRule takes many steps with few elements, and two with several blocks.
func hashRule[T kernels.Float](t *testing.T, name string, rule Rule) golden.Hash {
	var h golden.Hash
	hashRun[T](t, &h, name, rule, 25, 1, 37, 300)
	hashRun[T](t, &h, name, rule, 2, 16700)
	return h
}

func hashRun[T kernels.Float](t *testing.T, h *golden.Hash, name string, rule Rule, steps int, lengths ...int) {
	numbers := golden.NewSource[T](name)
	draw := func(value func() T) [][]T {
		xs := make([][]T, len(lengths))
		for i, n := range lengths {
			xs[i] = make([]T, n)
			for j := range xs[i] {
				xs[i][j] = value()
			}
		}
		return xs
	}
	o := mustNew(t, rule, named(draw(numbers.Usual)), ClipNorm(3),
		WithSchedule(schedule.Warmup{Steps: 4, StartFactor: 0.25, Then: schedule.Cosine{TMax: 30, EtaMin: 1e-4}}))
	gradient := func() T {
		g := numbers.Usual()
		switch k := numbers.Usual(); { // some are dead, and some next to that
		case k > 1.75:
			g = 0
		case k > 1.5:
			g *= 0x1p-50
		case k > 1.25:
			g *= 0x1p-124
		}
		return g
	}
	for range steps {
		r := mustStep(t, o, draw(gradient), draw(gradient))
		h.Add(r.LR)
		h.Add(r.GradNorm)
		h.Add(r.ClipCoef)
	}
	hashSnapshot(h, mustSnapshot(t, o))
}

func hashTable[T kernels.Float](t *testing.T, name string, rule Rule) golden.Hash {
	const rows, dim, steps = 23, 13, 20
	var h golden.Hash
	numbers := golden.NewSource[T](name)
	draw := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = numbers.Usual()
		}
		return x
	}
	o := newTableOnly(t, rule, draw(rows*dim), dim, ClipNorm(2))
	for step := range steps {
		list := make([]int, 9)
		for i := range list {
			list[i] = (step*5 + i*i) % rows // one or the other twice
		}
		r := mustStepGradients(t, o, rowsOnly(list, draw(len(list)*dim)))
		h.Add(r.GradNorm)
		h.Add(r.ClipCoef)
	}
	hashSnapshot(&h, mustSnapshot(t, o))
	return h
}

// hashInts takes the elements of a vector, which most snapshots do not have.
func hashInts[E kernels.BFloat16 | int16 | uint8](h *golden.Hash, x []E) {
	for _, v := range x {
		h.Add(float64(v))
	}
}

// hashSnapshot takes all numbers of a snapshot.
func hashSnapshot[T kernels.Float](h *golden.Hash, s *Snapshot[T]) {
	for _, p := range s.Params {
		golden.AddAll(h, p.Value)
		hashInts(h, p.BF16)
		hashInts(h, p.Rest)
		for _, v := range p.State {
			golden.AddAll(h, v.Value)
			hashInts(h, v.BF16)
			hashInts(h, v.Int8.Codes)
			hashInts(h, v.Int8.Exponents)
		}
		for _, name := range slices.Sorted(maps.Keys(p.Numbers)) {
			h.Add(p.Numbers[name])
		}
	}
}
