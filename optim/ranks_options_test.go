package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A ranksCase is what an optimizer on ranks may be made with, and what may happen to it.
type ranksCase[T kernels.Float] struct {
	rule   Rule // Adam if it is nil
	opts   []Option
	micro  []int // or 5, 3, 6
	edit   func(step, number int, g *Gradients[T])
	change func(o *Optimizer[T], step int) error
	params func(params []Param[T]) []Param[T] // makes others of those that there are

	skips int // steps that are skipped
}

func isNamed(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// spoil returns an edit that sets elements of micro-batches: each is a step, a number, a parameter and an
// element, from behind if it is negative.
func spoil[T kernels.Float](v float64, places ...[4]int) func(step, number int, g *Gradients[T]) {
	return func(step, number int, g *Gradients[T]) {
		for _, at := range places {
			if at[0] != step || at[1] != number {
				continue
			}
			x := g.Dense[at[2]]
			x[(at[3]+len(x))%len(x)] = T(v)
		}
	}
}

// ranksCases are the cases of either type.
func ranksCases[T kernels.Float]() map[string]ranksCase[T] {
	odd := isNamed("p1", "p3", "p6")
	largest := 3e38
	if !is32[T]() {
		largest = 1.5e308
	}
	scaler := WithLossScaler(LossScaler{Init: 16, Growth: 2, Backoff: 0.5, Interval: 2})
	b := blockLen[T]()
	return map[string]ranksCase[T]{
		"clips by each norm and by value": {opts: []Option{ClipParamNorm(20), ClipNorm(30), ClipValue(0.01)}},
		"groups": {rule: NewAdamW(0.02), opts: []Option{ClipNorm(20), WithoutDecay(odd), WithSchedule(schedule.Cosine{TMax: 9}),
			WithGroup(odd, GroupRule(NewLAMB(0.1)), LRFactor(0.5), GroupClipNorm(3)),
			WithGroup(isNamed("p5"), GroupRule(Prodigy{LR: 1, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, D0: 1e-2, DCoef: 1}), GroupSchedule(schedule.Exponential{Gamma: 0.5})),
			WithGroup(isNamed("p0", "p1"), GroupClipNorm(1))}},
		"constrains":        {opts: []Option{WithGroup(odd, L1(0.1)), WithGroup(isNamed("p1", "p5"), L1(0.2), Bounds(-0.5, 0.75))}},
		"sum, clears":       {opts: []Option{WithReduction(ReduceSum), ZeroGrads(), ClipNorm(1)}},
		"unchecked":         {rule: NewLAMB(0.1), opts: []Option{Unchecked(), ClipValue(2), ZeroGrads()}, edit: spoil[T](math.Inf(1), [4]int{1, 1, 4, 0})},
		"one micro-batch":   {micro: []int{1, 1, 1}, opts: []Option{ClipNorm(1)}},
		"changing number":   {micro: []int{16, 1, 9, 2, 17}, opts: []Option{ClipNorm(1), ZeroGrads()}},
		"loss scale":        {opts: []Option{WithLossScale(1024), ClipNorm(0.01)}},
		"a tiny loss scale": {opts: []Option{WithLossScale(0x1p-120)}, edit: spoil[T](largest, [4]int{1, 0, 5, b - 3}), skips: 1},
		"adapts, overflows": {opts: []Option{scaler, ZeroGrads()}, micro: []int{5, 4, 3, 5, 2, 3}, edit: spoil[T](math.Inf(-1), [4]int{1, 3, 6, -1}, [4]int{1, 0, 1, b - 1}, [4]int{4, 1, 0, 0}), skips: 2},
		"sums overflow":     {edit: spoil[T](largest, [4]int{2, 0, 5, 7}, [4]int{2, 1, 5, 7}), skips: 1},
		"cancels before":    {edit: spoil[T](largest, [4]int{2, 0, 5, 7}, [4]int{2, 2, 5, 7}), opts: []Option{ClipNorm(1)}, skips: 1},
		"NaN in two blocks": {edit: spoil[T](math.NaN(), [4]int{0, 4, 1, 2 * b}, [4]int{0, 0, 1, b - 1}, [4]int{0, 0, 3, 5}), skips: 1},
		"fails after skips": {opts: []Option{FailAfterSkips(2)}, edit: spoil[T](math.NaN(), [4]int{0, 1, 5, b - 2}, [4]int{1, 1, 5, b - 2}), skips: 2},
		"huge gradients":    {edit: spoil[T](largest/8, [4]int{1, 0, 1, 2*b + 1}, [4]int{1, 1, 6, 5}), opts: []Option{ClipNorm(1)}},
		"tiny gradients":    {edit: func(_, _ int, g *Gradients[T]) { tiny(g) }, opts: []Option{ClipNorm(1e-30), ClipParamNorm(1e-31)}},
		"negative zeros":    {rule: SGD{LR: 1}, edit: func(_, _ int, g *Gradients[T]) { negativeZeros(g) }, opts: []Option{ZeroGrads()}},
		"whole parameters":  {rule: NewMuon(0.1), opts: []Option{Workers(2)}, params: shaped[T]},
		"frozen, thawed, added": {micro: []int{5, 3, 6, 4, 5}, opts: []Option{ClipNorm(3), ClipParamNorm(2), WithGroup(isNamed("p6"), GroupRule(NewLAMB(0.1)), MayBeEmpty())},
			params: func(p []Param[T]) []Param[T] { return p[:4] }, change: thawAndAdd[T]},
		// The first rank has a part of p4, and the second one of p1.
		"NaN in an added parameter, too": {micro: []int{5, 3, 6, 4, 5}, params: func(p []Param[T]) []Param[T] { return p[:4] }, change: thawAndAdd[T],
			edit: spoil[T](math.NaN(), [4]int{3, 0, 4, 0}, [4]int{3, 1, 1, b + 5}), skips: 1},
		"all of one rank frozen": {change: func(o *Optimizer[T], step int) error {
			if step == 1 {
				return o.Freeze("p0", "p1", "p2")
			}
			return nil
		}},
	}
}

func tiny[T kernels.Float](g *Gradients[T]) {
	factor := T(0x1p-70)
	if !is32[T]() {
		factor = T(math.Ldexp(1, -600))
	}
	for _, d := range g.Dense {
		kernels.Scal(factor, d)
	}
}

func negativeZeros[T kernels.Float](g *Gradients[T]) {
	for _, d := range g.Dense {
		for j := range d {
			if j%3 > 0 {
				d[j] = T(math.Copysign(0, -1))
			}
		}
	}
}

// shaped gives parameters shapes of matrices where that can be.
func shaped[T kernels.Float](params []Param[T]) []Param[T] {
	b := blockLen[T]()
	params[5].Shape = []int{64, b / 64}
	params[0].Shape = []int{10, 10}
	params[6].Shape = []int{5, 8}
	return params
}

// thawAndAdd changes which parameters take part.
func thawAndAdd[T kernels.Float](o *Optimizer[T], step int) error {
	lengths := rankLengths[T]()
	value := func(n int) []T { return random[T](rand.New(rand.NewPCG(uint64(n), 1)), n)[0] }
	switch step {
	case 1:
		return o.Freeze("p1", "p2")
	case 2:
		if err := o.AddParams(Param[T]{Name: "p4", Value: value(lengths[4])}, Param[T]{Name: "p5", Value: value(lengths[5])}); err != nil {
			return err
		}
		return o.Freeze("p3")
	case 3:
		return o.Thaw("p1")
	case 4:
		if err := o.AddParams(Param[T]{Name: "p6", Value: value(lengths[6])}); err != nil {
			return err
		}
		return o.Thaw("p2", "p3")
	}
	return nil
}

// TestRanksOptions: whatever a step does besides the rule's arithmetic, the ranks do together.
func TestRanksOptions(t *testing.T) {
	t.Run("float32", testRanksOptions[float32])
	t.Run("float64", testRanksOptions[float64])
}

func testRanksOptions[T kernels.Float](t *testing.T) {
	withPieces(t, 1)
	lengths := rankLengths[T]()
	start := named(random[T](rand.New(rand.NewPCG(88, 89)), lengths...))
	pool := newMicroBatches[T](23, lengths...).pool
	for name, c := range ranksCases[T]() {
		if testing.Short() && !is32[T]() && !strings.HasSuffix(name, " gradients") {
			continue // but for what depends on the type
		}
		tr := &training[T]{rule: c.rule, params: slices.Clone(start), opts: c.opts, micro: c.micro, change: c.change, batches: &microBatches[T]{pool, c.edit}}
		if tr.rule == nil {
			tr.rule = NewAdam(0.01)
		}
		if tr.micro == nil {
			tr.micro = []int{5, 3, 6}
		}
		if c.params != nil {
			tr.params = c.params(tr.params)
		}
		sizes := []int{2, 3, 7}
		if testing.Short() {
			sizes = sizes[1:2]
		}
		tr.check(t, name, sizes...)
		if got := tr.want.Skipped(); got != c.skips {
			t.Errorf("%s: %d steps are skipped, want %d", name, got, c.skips)
		}
	}
}

// TestRanksFormats: the random bits of a place are the same on whatever rank it is.
func TestRanksFormats(t *testing.T) {
	withPieces(t, 1)
	lengths := rankLengths[float32]()
	start := random[float32](rand.New(rand.NewPCG(90, 91)), lengths...)
	pool := newMicroBatches[float32](13, lengths...).pool
	pool16 := newMicroBatches[float32](7, lengths...).pool
	for k, g := range pool16 { // bfloat16, those of some parameters or of all
		g.BF16 = make([][]kernels.BFloat16, len(lengths))
		for i := k % 3; i < len(lengths); i++ {
			g.BF16[i] = make([]kernels.BFloat16, lengths[i])
			kernels.RoundBF16(g.BF16[i], g.Dense[i])
			g.Dense[i] = nil
		}
	}
	rules := []Rule{NewAdam(0.01), RMSprop{LR: 0.01, Alpha: 0.9, Eps: 1e-4, Momentum: 0.5}, NewLion(0.01), Momentum{LR: 0.05, Momentum: 0.9},
		Adagrad{LR: 0.05, InitialAccumulatorValue: 0.2, Eps: 1e-6}} // whose state is rounded in the beginning
	for k, c := range append(packedCases(), packedCase{}) {
		for i, rule := range rules {
			if testing.Short() && i != k%len(rules) || !c.suits(rule) {
				continue
			}
			tr := &training[float32]{rule: rule, params: c.params(start), micro: []int{3, 4, 5}, batches: &microBatches[float32]{pool: pool}}
			more := []Option{ClipNorm(1)}
			if (k+i)%2 == 0 {
				tr.batches.pool = pool16
				more = []Option{ZeroGrads(), ClipValue(0.5), WithGroup(isNamed("p1", "p4"), L1(0.01), Bounds(-0.5, 1)),
					WithGroup(isNamed("p5"), GroupStateFormat(BFloat16)), WithGroup(isNamed("p3"), GroupStateFormat(Native), GroupSplitParams())}
			}
			tr.opts = c.options(more...)
			tr.check(t, fmt.Sprintf("%v, %v", rule.Name(), c), 2+(k+i)%2, []int{4, 7}[i%2])
		}
	}
}
