package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// TestRanksWalk lets ranks go random ways: with rules of all kinds, groups, clipping, formats,
// gradients that are not finite, numbers of micro-batches that change, frozen and thawed
// parameters. What TestRanksOptions has one by one meets here.
func TestRanksWalk(t *testing.T) {
	withPieces(t, 1)
	walks := uint64(70)
	if testing.Short() {
		walks = 8
	}
	skipped := 0
	for seed := range walks {
		if seed%3 == 2 {
			skipped += walkOnRanks[float64](t, seed)
		} else {
			skipped += walkOnRanks[float32](t, seed)
		}
		if t.Failed() {
			return
		}
	}
	if skipped == 0 {
		t.Error("there are no skipped steps")
	}
}

// walkOnRanks takes a walk and returns how many steps it has skipped.
func walkOnRanks[T kernels.Float](t *testing.T, seed uint64) int {
	rng := rand.New(rand.NewPCG(seed, 5))
	packs := is32[T]() && seed%2 == 1
	options := newWalkOptions(rng, walkRules)
	if packs {
		options = newWalkOptions(rng, packedRules)
		options.pack(rng)
	}
	options.refuseL1()

	b := blockLen[T]()
	shapes := [][]int{{1 + rng.IntN(40)}, {7, 3}, {1 + rng.IntN(3*b)}, {3, 2, 2}, {8, 1 + rng.IntN(b/4)}}
	var lengths []int
	for _, shape := range shapes {
		n := 1
		for _, d := range shape {
			n *= d
		}
		lengths = append(lengths, n)
	}
	params := named(random[T](rng, lengths...))
	for i := range params {
		p := &params[i]
		p.Name, p.Shape = fmt.Sprint(string("abcab"[i]), i), shapes[i]
		if !packs || options.values[i%3] == valuesNative {
			continue
		}
		p.BF16 = make([]kernels.BFloat16, len(p.Value))
		kernels.RoundBF16(p.BF16, packed.Float32s(p.Value))
		if p.Value = nil; options.values[i%3] == valuesSplit {
			p.Rest = make([]int16, len(p.BF16))
		}
	}

	batches := newMicroBatches[T](7+rng.IntN(5), lengths...)
	var micro, bad, frozen []int
	for range 4 {
		micro = append(micro, 1+rng.IntN(9))
		bad = append(bad, rng.IntN(4*micro[len(micro)-1])) // the micro-batch that is not finite, or none
		frozen = append(frozen, rng.IntN(2*len(params)))
	}
	batches.edit = func(step, number int, g *Gradients[T]) {
		if !options.unchecked && step < len(bad) && bad[step] == number {
			g.Dense[2][len(g.Dense[2])/2] = T(math.Inf(1))
		}
	}
	tr := &training[T]{rule: options.rule, params: params, opts: options.options(1 + rng.IntN(3)), micro: micro, batches: batches}
	tr.opts = append(tr.opts, FailAfterSkips(0))
	tr.change = func(o *Optimizer[T], step int) error {
		if step > 0 && frozen[step-1] < len(params) {
			if err := o.Thaw(params[frozen[step-1]].Name); err != nil {
				return err
			}
		}
		if is := frozen[step]; is < len(params) {
			return o.Freeze(params[is].Name)
		}
		return nil
	}
	tr.check(t, fmt.Sprintf("walk %d, %+v", seed, options), 1+rng.IntN(5), 2+rng.IntN(6))
	return tr.want.Skipped()
}
