package optim

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A walker is a rule of the test's own.
type walker struct{ LR, Mu, WeightDecay float64 }

func (r walker) Name() string                       { return "walker" }
func (r walker) State() []string                    { return []string{"b"} }
func (r walker) LearningRate() float64              { return r.LR }
func (r walker) Decay() float64                     { return r.WeightDecay }
func (r walker) WithDecay(w float64) Rule           { r.WeightDecay = w; return r }
func (r walker) Lazy() bool                         { return true }
func (r walker) Float32() (Updater[float32], error) { return &walking[float32]{rule: r}, nil }
func (r walker) Float64() (Updater[float64], error) { return &walking[float64]{rule: r}, nil }

type walking[T kernels.Float] struct {
	rule walker
	StepInfo
}

func (u *walking[T]) Prepare(s StepInfo) { u.StepInfo = s }

func (u *walking[T]) Update(p, g []T, state [][]T) {
	for i, b := range state[0] {
		d := T(T(u.Scale)*g[i]) + T(T(u.rule.WeightDecay)*p[i])
		b = T(T(u.rule.Mu)*b) + d
		state[0][i] = b
		p[i] -= T(T(u.LR) * b / (1 + max(b, -b)))
	}
}

// walkOptions are what an optimizer of a walk is made with.
type walkOptions struct {
	rule                       Rule
	sched                      schedule.Schedule
	groups                     []walkGroup
	clip, clipParam, clipValue float64 // 0 for none
	sum, unchecked, scaled     bool

	// Of walks in formats of fewer bits.
	packs  bool
	values []valueKind // of each parameter in turn
	state  Format

	roundingSeed uint64 // of a new optimizer: a saved one holds
}

// A walkGroup is a group of the parameters whose names begin with one of the letters.
type walkGroup struct {
	letters  string
	rule     Rule // nil for the optimizer's
	sched    schedule.Schedule
	factor   float64
	decay    float64 // below 0 for the rule's
	clip, l1 float64 // 0 for none
	lo, hi   float64 // no bounds if equal
	state    optional[Format]
}

func (o *walkOptions) options(workers int) []Option {
	opts := []Option{Workers(workers), WithSchedule(o.sched)}
	when := func(set bool, opt Option) {
		if set {
			opts = append(opts, opt)
		}
	}
	when(o.clip > 0, ClipNorm(o.clip))
	when(o.clipParam > 0, ClipParamNorm(o.clipParam))
	when(o.clipValue > 0, ClipValue(o.clipValue))
	when(o.sum, WithReduction(ReduceSum))
	when(o.unchecked, Unchecked())
	when(o.packs, WithStateFormat(o.state))
	when(o.packs, WithRoundingSeed(o.roundingSeed))
	when(o.scaled, WithLossScaler(LossScaler{Init: 16, Growth: 2, Backoff: 0.5, Interval: 2}))
	for _, g := range o.groups {
		of := []GroupOption{LRFactor(g.factor), MayBeEmpty()}
		also := func(set bool, opt GroupOption) {
			if set {
				of = append(of, opt)
			}
		}
		also(g.rule != nil, GroupRule(g.rule))
		also(g.sched != nil, GroupSchedule(g.sched))
		also(g.decay >= 0, WeightDecay(g.decay))
		also(g.clip > 0, GroupClipNorm(g.clip))
		also(g.l1 > 0, L1(g.l1))
		also(g.lo < g.hi, Bounds(g.lo, g.hi))
		also(g.state.set, GroupStateFormat(g.state.value))
		opts = append(opts, WithGroup(func(name string) bool { return strings.Contains(g.letters, name[:1]) }, of...))
	}
	return opts
}

// walkRules are rules of all kinds: with norms, with sums over groups, element by element,
// of matrices, and from outside. Large walks take those at the beginning.
var walkRules = []Rule{
	NewLAMB(0.02), NewLARS(0.5), with(NewProdigy(1), func(r *Prodigy) { r.D0 = 1e-2 }),
	walker{LR: 0.05, Mu: 0.5, WeightDecay: 0.125}, NewAdam(0.02), NewLAMB(0.05), NewLARS(0.2),
	with(NewProdigy(0.5), func(r *Prodigy) { r.D0 = 1e-2 }),
	SGD{LR: 0.05}, FTRL{LR: 0.2, Beta: 1, L1: 0.05, L2: 0.1},
	Momentum{LR: 0.05, Momentum: 0.9, Nesterov: true}, NewAdamW(0.02),
	AdaBelief{LR: 0.02, Beta1: 0.9, Beta2: 0.99, Eps: 1e-6, DecoupledWeightDecay: true, WeightDecay: 0.1},
	NewMuon(0.02), Muon{LR: 0.02, Momentum: 0.5, MatchRMS: true, Maximize: true},
	NewAdafactor(0.05), Adafactor{LR: 0.3, Beta2Decay: -0.6, Eps1: 1e-3, Eps2: 0.1, D: 2, WeightDecay: 0.1},
}

// lazyRules are rules that tables may have.
var lazyRules = []Rule{
	walker{LR: 0.05, Mu: 0.5, WeightDecay: 0.125}, SGD{LR: 0.05}, Adagrad{LR: 0.1, InitialAccumulatorValue: 0.1, Eps: 1e-6},
	NewRowAdagrad(0.1), FTRL{LR: 0.2, Beta: 1, L1: 0.05, L2: 0.1}, NewAdam(0.02), with(NewAdamW(0.02), func(r *AdamW) { r.AMSGrad = true }),
}

// packedRules have every format. Two of them have no fused kernel, and one is the test's own.
var packedRules = []Rule{
	NewAdam(0.02), NewAdamW(0.02), Momentum{LR: 0.05, Momentum: 0.9, Nesterov: true}, Momentum{LR: 0.05, Momentum: 0.5}, NewLion(0.02),
	with(NewRMSprop(0.01), func(r *RMSprop) { r.Momentum = 0.5 }), SGD{LR: 0.05}, teller{walker{LR: 0.05, Mu: 0.5, WeightDecay: 0.125}, []bool{true}},
}

// pack draws formats. Tables have no state of 8 bits.
func (o *walkOptions) pack(rng *rand.Rand) {
	o.packs, o.state = true, Format(rng.IntN(3))
	for range 3 {
		o.values = append(o.values, valueKind(rng.IntN(3)))
	}
	for i := range o.groups {
		o.groups[i].state = optional[Format]{rng.IntN(2) == 0, Format(rng.IntN(3))}
	}
	o.groups = append(o.groups, walkGroup{letters: "d", factor: 1, decay: -1, state: optional[Format]{true, Format(rng.IntN(2))}})
}

// newWalkOptions draws options, with rules of the list.
func newWalkOptions(rng *rand.Rand, rules []Rule) walkOptions {
	half := func() bool { return rng.IntN(2) == 0 }
	rule := func() Rule { return rules[rng.IntN(len(rules))] }
	sched := func() schedule.Schedule {
		return []schedule.Schedule{schedule.Constant{}, schedule.Cosine{TMax: 12}, schedule.Exponential{Gamma: 0.75}}[rng.IntN(3)]
	}
	o := walkOptions{rule: rule(), sched: sched(), sum: half(), unchecked: rng.IntN(4) == 0}
	if half() {
		o.clipValue = 0.75
	}
	if !o.unchecked {
		o.scaled = half()
		if half() {
			o.clip = 2
		}
		if rng.IntN(4) == 0 {
			o.clipParam = 1.5
		}
	}
	for range rng.IntN(4) {
		g := walkGroup{letters: []string{"a", "b", "ab", "abc", "d", "abcd"}[rng.IntN(6)], factor: 1, decay: -1}
		if half() {
			g.factor = []float64{0.5, 2, 3}[rng.IntN(3)]
		}
		if half() {
			g.rule = rule()
		}
		if half() {
			g.sched = sched()
		}
		if half() {
			g.decay = 0
		}
		if half() && !o.unchecked {
			g.clip = 1
		}
		if half() {
			g.l1 = 0.25
		}
		if half() {
			g.lo, g.hi = -0.75, 1
		}
		o.groups = append(o.groups, g)
	}
	if half() || !o.isLazy('d') {
		o.groups = append(o.groups, walkGroup{letters: "d", factor: 1, decay: -1, rule: lazyRules[rng.IntN(len(lazyRules))]})
	}
	return o
}

// isLazy reports whether the rule of the parameters with a letter is.
func (o *walkOptions) isLazy(letter rune) bool {
	rule := o.rule
	for _, g := range o.groups {
		if g.rule != nil && strings.ContainsRune(g.letters, letter) {
			rule = g.rule
		}
	}
	lazy, ok := rule.(Lazy)
	return ok && lazy.Lazy()
}

// refuseL1 drops the penalties if some rule has none: any rule may meet any group's.
func (o *walkOptions) refuseL1() {
	rules := []Rule{o.rule}
	for _, g := range o.groups {
		rules = append(rules, g.rule)
	}
	if slices.ContainsFunc(rules, func(r Rule) bool { _, ok := r.(L1Checker); return ok }) {
		for i := range o.groups {
			o.groups[i].l1 = 0
		}
	}
}
