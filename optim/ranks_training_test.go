package optim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest/golden"
	"github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// A training is one that a single process takes, and any number of ranks.
type training[T kernels.Float] struct {
	rule    Rule
	params  []Param[T] // of which each optimizer has a copy
	opts    []Option
	micro   []int // micro-batches of each step
	batches *microBatches[T]
	change  func(o *Optimizer[T], step int) error // comes before a step, if it is not nil

	// Where one process ends that is given each step's sum as a single batch.
	want    *Optimizer[T]
	reports []string
}

// microBatches are the gradients of a training.
type microBatches[T kernels.Float] struct {
	pool []*Gradients[T]
	edit func(step, number int, g *Gradients[T]) // if it is not nil
}

// of returns a copy of the gradients that a micro-batch has for the first parameters.
func (m *microBatches[T]) of(step, number, params int) *Gradients[T] {
	from := m.pool[(5*step+number)%len(m.pool)]
	g := &Gradients[T]{Dense: clones(from.Dense[:params])}
	if from.BF16 != nil {
		g.BF16 = clones(from.BF16[:params])
	}
	if m.edit != nil {
		m.edit(step, number, g)
	}
	return g
}

// reduced returns the sum or the mean of a step's micro-batches, in which all is added up
// as ReduceTree says, element by element.
func (m *microBatches[T]) reduced(step, n, params int, r Reduction) [][]T {
	all := make([][][]T, n)
	for k := range all {
		g := m.of(step, k, params)
		for i, d := range g.Dense {
			if d == nil {
				d = make([]T, len(g.BF16[i]))
				kernels.WidenBF16(packed.Float32s(d), g.BF16[i])
			}
			all[k] = append(all[k], d)
		}
	}
	sum := sumTree(all)
	for _, x := range sum {
		for j := range x {
			if r == ReduceMean {
				x[j] /= T(n)
			}
		}
	}
	return sum
}

// sumTree adds the gradients of batches up in the first ones.
func sumTree[T kernels.Float](batches [][][]T) [][]T {
	if len(batches) == 1 {
		return batches[0]
	}
	k := 1
	for 2*k < len(batches) {
		k *= 2
	}
	left, right := sumTree(batches[:k]), sumTree(batches[k:])
	for i, x := range left {
		for j := range x {
			x[j] += right[i][j]
		}
	}
	return left
}

// copyOf returns a parameter in memory of its own.
func copyOf[T kernels.Float](p Param[T]) Param[T] {
	p.Value, p.BF16, p.Rest = slices.Clone(p.Value), slices.Clone(p.BF16), slices.Clone(p.Rest)
	return p
}

// begin returns an optimizer for the training. It is one of several ranks with a transport.
func (tr *training[T]) begin(tp Transport, opts ...Option) (*Optimizer[T], error) {
	var params []Param[T]
	for _, p := range tr.params {
		params = append(params, copyOf(p))
	}
	opts = append(slices.Clone(tr.opts), opts...)
	if tp != nil {
		opts = append(opts, Distributed(tp, tr.micro[0]))
	}
	return New(tr.rule, params, opts...)
}

// plain takes the training as one process that is given the sums.
func (tr *training[T]) plain(t testing.TB) {
	t.Helper()
	o, err := tr.begin(nil)
	if err != nil {
		t.Fatal(err)
	}
	for step, n := range tr.micro {
		if tr.change != nil {
			if err := tr.change(o, step); err != nil {
				t.Fatal(err)
			}
		}
		tr.reports = append(tr.reports, reportOf(o.Step(tr.batches.reduced(step, n, len(o.params), o.reduction)))+evaluated(o))
	}
	o.settle()
	tr.want = o
}

// take takes the training's share of an optimizer, and returns the reports. seed says which
// micro-batches it accumulates before a step.
func (tr *training[T]) take(o *Optimizer[T], seed uint64) ([]string, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var reports []string
	for step, n := range tr.micro {
		if tr.change != nil {
			if err := tr.change(o, step); err != nil {
				return nil, err
			}
		}
		lo, hi := 0, n
		if o.world != nil {
			if _, _, of := o.Share(); of != n {
				if err := o.SetMicroBatches(n); err != nil {
					return nil, err
				}
			}
			lo, hi, _ = o.Share()
		}
		var given []*Gradients[T]
		for k := lo; k < hi; k++ {
			given = append(given, tr.batches.of(step, k, len(o.params)))
		}
		if rng.IntN(8) == 0 && len(given) > 0 { // what is thrown away leaves nothing behind
			if err := o.AccumulateGradients(tr.batches.of(step+1, lo, len(o.params))); err != nil {
				return nil, err
			}
			o.Discard()
		}
		rest := given
		for len(rest) > 0 && rng.IntN(2) == 0 {
			k := 1 + rng.IntN(len(rest))
			if err := o.AccumulateGradients(rest[:k]...); err != nil {
				return nil, err
			}
			rest = rest[k:]
		}
		reports = append(reports, reportOf(tr.stepWith(o, rest))+evaluated(o))
		if o.world != nil && o.world.failed() != nil {
			return nil, o.world.failed()
		}
		if err := checkCleared(o, given); err != nil {
			return nil, err
		}
	}
	o.settle()
	return reports, nil
}

// stepWith takes a step, by Step if that will do.
func (tr *training[T]) stepWith(o *Optimizer[T], batches []*Gradients[T]) (Report, error) {
	var dense [][][]T
	for _, g := range batches {
		if g.BF16 != nil {
			return o.StepGradients(batches...)
		}
		dense = append(dense, g.Dense)
	}
	return o.Step(dense...)
}

// reportOf returns a step's report with its error in words, which have every bit.
func reportOf(r Report, err error) string {
	type all Report // whose String rounds
	return fmt.Sprintf("%+v, %v", all(r), err)
}

// evaluated returns a hash of the parameters at the point to evaluate, if that is another one.
func evaluated[T kernels.Float](o *Optimizer[T]) string {
	o.EvalMode()
	defer o.TrainMode()
	if !o.evaluating {
		return ""
	}
	var h golden.Hash
	for _, p := range o.params {
		golden.AddAll(&h, p.Value)
	}
	return fmt.Sprintf(", evaluated at %x", h)
}

// checkCleared returns an error unless gradients are zero where ZeroGrads says so.
func checkCleared[T kernels.Float](o *Optimizer[T], given []*Gradients[T]) error {
	for _, g := range given {
		for i, d := range g.Dense {
			cleared := !slices.ContainsFunc(d, func(x T) bool { return x != 0 })
			if g.BF16 != nil {
				cleared = cleared && !slices.ContainsFunc(g.BF16[i], func(x kernels.BFloat16) bool { return x != 0 })
			}
			if cleared != (o.zeroGrads && !o.params[i].frozen) {
				return fmt.Errorf("gradient %d is cleared: %v", i, cleared)
			}
		}
	}
	return nil
}

// check compares one process that adds in a tree, and ranks of the sizes, with what plain has.
func (tr *training[T]) check(t testing.TB, what string, sizes ...int) {
	t.Helper()
	tr.plain(t)
	defer tr.want.Close()
	o, err := tr.begin(nil, WithReductionOrder(ReduceTree))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	reports, err := tr.take(o, 1)
	if err == nil {
		err = tr.compare(o, reports)
	}
	if err != nil {
		t.Errorf("%s: one process with ReduceTree: %v", what, err)
		return
	}
	for _, size := range sizes {
		if err := tr.onRanks(size); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// onRanks takes the training on so many ranks.
func (tr *training[T]) onRanks(size int) error {
	all, errs := make([]*Optimizer[T], size), make([]error, size)
	var wg sync.WaitGroup
	for r, tp := range memory.New(size) {
		wg.Go(func() {
			opts := []Option{Workers(3 - r%3)} // may differ, and so may what becomes of the gradients
			if r%4 == 3 {
				opts = append(opts, ZeroGrads())
			}
			o, err := tr.begin(tp, opts...)
			if err == nil {
				all[r] = o
				defer o.Close()
				var reports []string
				if reports, err = tr.take(o, uint64(r)); err == nil {
					err = tr.compare(o, reports)
				}
			}
			if err != nil {
				errs[r] = fmt.Errorf("rank %d of %d: %w", r, size, err)
				tp.Abort(err)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return checkShards(all)
}
