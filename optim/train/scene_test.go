package train

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A skipRule is a user's rule with a state: it ends a run after so many skipped
// steps.
type skipRule struct{ limit, skips, iteration int }

func (c *skipRule) Stop(p Progress) string {
	if p.Skipped && p.Iteration != c.iteration {
		c.skips++
	}
	if c.iteration = p.Iteration; c.skips < c.limit {
		return ""
	}
	return "too many skipped"
}

func (c *skipRule) SaveState() (string, error) {
	return fmt.Sprintf("%d %d", c.skips, c.iteration), nil
}

func (c *skipRule) RestoreState(text string) error {
	_, err := fmt.Sscan(text, &c.skips, &c.iteration)
	return err
}

// A ratchet is a user's Observer with a state: half the rate while metrics rise.
type ratchet struct{ last, factor float64 }

func (r *ratchet) Observe(metric float64) {
	if r.factor = 1; metric > r.last {
		r.factor = 0.5
	}
	r.last = metric
}

func (r *ratchet) Rate(base float64, _ int) float64 { return base * r.factor }

func (r *ratchet) SaveState() (string, error) {
	return fmt.Sprintf("%v %v", r.last, r.factor), nil
}

func (r *ratchet) RestoreState(text string) error {
	_, err := fmt.Sscan(text, &r.last, &r.factor)
	return err
}

// anyRule has rules with every kind of state.
var anyRule = []optim.Rule{
	optim.SGD{LR: 0.1}, optim.Momentum{LR: 0.1, Momentum: 0.9, Nesterov: true}, optim.NewAdagrad(0.1), optim.NewRMSprop(0.01),
	optim.RMSprop{LR: 0.01, Alpha: 0.9, Eps: 1e-8, Momentum: 0.5, Centered: true}, optim.NewAdadelta(1), optim.NewAdam(0.1),
	optim.AdamW{LR: 0.1, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, WeightDecay: 0.1, AMSGrad: true}, optim.NewAdamax(0.1), optim.NewNAdam(0.1),
	optim.NewRAdam(0.1), optim.NewLion(0.01), optim.NewLARS(0.1), optim.NewLAMB(0.01), optim.NewScheduleFreeAdamW(0.1),
}

// A scene is a run drawn from a seed: any rule, any schedule, any of what watches a run or
// cuts its batches. Its callbacks write down what they see, and may cut the run.
type scene[T kernels.Float] struct {
	asked FitOptions[T] // what NewRun was given
	*Run[T]
	values [][]T
	early  *EarlyStopping[T]
	log    []string
	cut    func(where string, iteration int) error

	mu    sync.Mutex // the objective is called by several workers
	step  int        // the last one that the objective was called for
	seen  [][]T      // values at that step
	parts []Batch    // of its batch
}

// ownRule returns a user's rule, for tables too.
func ownRule[T kernels.Float]() optim.Rule {
	return optim.RuleFunc[T]{RuleName: "own", LR: 0.1, Vectors: []string{"m"}, Sparse: true, Update: func(s optim.StepInfo, p, g []T, state [][]T) {
		for i, d := range g {
			m := &state[0][i]
			*m = T(*m/2) + T(d*T(s.Scale))
			p[i] -= T(T(s.LR) * *m)
		}
	}}
}

// newScene returns the seed's scene. A limit other than 0 ends it early; edit has the last word.
func newScene[T kernels.Float](t *testing.T, seed uint64, limit StepLimit, edit ...func(o *FitOptions[T])) *scene[T] {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	one := func(n int) bool { return rng.IntN(n) == 0 } // in n
	s := &scene[T]{values: opttest.Random[T](rng, 5, 30), cut: func(string, int) error { return nil }}
	table := one(3)
	if table {
		s.values = append(s.values, opttest.Random[T](rng, 12)[0])
	}
	params := named(s.values)
	rule := anyRule[rng.IntN(len(anyRule))]
	if one(6) {
		rule = ownRule[T]()
	}

	plateau := &schedule.Plateau{Factor: 0.5, Patience: rng.IntN(2), Threshold: 1e-3, Cooldown: rng.IntN(2)}
	opts := []optim.Option{optim.WithSchedule([]schedule.Schedule{
		schedule.Constant{},
		schedule.Cosine{TMax: 12},
		plateau,
		schedule.Warmup{Steps: 3, StartFactor: 0.5, Then: plateau},
		schedule.Sequence{Schedules: []schedule.Schedule{plateau, schedule.Warmup{Steps: 2, Then: plateau}, &ratchet{factor: 1}}, Milestones: []int{5, 9}},
	}[rng.IntN(5)])}
	if table {
		params[2].Shape, params[2].Sparse = []int{4, 3}, true
		opts = append(opts, optim.WithGroup(func(name string) bool { return name == "p2" },
			optim.GroupRule([]optim.Rule{optim.NewRowAdagrad(0.1), optim.NewAdam(0.1), ownRule[T]()}[rng.IntN(3)])))
	}
	if one(2) {
		opts = append(opts, optim.WithLossScaler(optim.LossScaler{Init: 8, Growth: 2, Backoff: 0.5, Interval: 3}))
	}
	if one(3) {
		opts = append(opts, optim.ClipNorm(1))
	}
	if one(3) {
		opts = append(opts, optim.ZeroGrads())
	}
	if one(3) {
		opts = append(opts, optim.FailAfterSkips(1+rng.IntN(2)))
	}
	if one(3) {
		opts = append(opts, optim.WithReduction(optim.ReduceSum))
	}
	opt := mustNew(t, rule, params, opts...)

	o := FitOptions[T]{Smoothing: []float64{0, 0.5, 0.9}[rng.IntN(3)]}
	s.batching(rng, &o)
	last := StepLimit(3 + rng.IntN(30))
	if limit > 0 {
		last = min(last, limit)
	}
	o.Stop = append(o.Stop, last, StopFunc(func(Progress) string { s.flush(); return "" }))
	s.watch(t, rng, &o, params)
	if len(opt.Observers()) > 0 || one(2) {
		o.ValidateEvery = 1 + rng.IntN(5)
		if o.Batches != nil && one(3) {
			o.ValidateEvery = 0
		}
		o.Validate = func() (float64, error) { return s.validate(seed) }
		if one(2) {
			var err error
			if s.early, err = NewEarlyStopping(params, Patience{Checks: 2 + rng.IntN(3), MinDelta: 0.1 * float64(rng.IntN(2))}); err != nil {
				t.Fatal(err)
			}
			o.Stop = append(o.Stop, s.early)
		}
	}
	for _, e := range edit {
		e(&o)
	}
	s.asked = o
	var err error
	if s.Run, err = NewRun(opt, func(b Batch, g *optim.Gradients[T]) (float64, error) { return s.objective(seed, b, g) }, o); err != nil {
		t.Fatal(err)
	}
	return s
}

// batching draws how batches are made and cut, and who is told.
func (s *scene[T]) batching(rng *rand.Rand, o *FitOptions[T]) {
	if rng.IntN(2) == 0 {
		b := &Batches{Samples: 4 + rng.IntN(20), Size: 1 + rng.IntN(8), Seed: rng.Uint64(), InOrder: rng.IntN(4) == 0}
		b.DropLast = b.Size <= b.Samples && rng.IntN(2) == 0
		o.Batches, o.Epochs = b, rng.IntN(6)
	}
	if o.MicroBatches = rng.IntN(5); o.MicroBatches > 0 {
		o.Workers = rng.IntN(5)
	}
	if rng.IntN(2) == 0 {
		o.History = new(History)
	}
	o.ProgressEvery = max(0, rng.IntN(6)-2)
	o.Progress = func(p Progress) error {
		s.note("progress %d | %#v", p.Iteration, p)
		return s.cut("progress", p.Iteration)
	}
}

// watch draws what watches the run.
func (s *scene[T]) watch(t *testing.T, rng *rand.Rand, o *FitOptions[T], params []optim.Param[T]) {
	t.Helper()
	one := func(n int) bool { return rng.IntN(n) == 0 }
	var err error
	switch rng.IntN(3) {
	case 0:
		o.Average, err = NewEMA(params, 0.75)
	case 1:
		o.Average, err = NewSWA(params)
	}
	if err != nil {
		t.Fatal(err)
	}
	if one(3) {
		o.Divergence = &Divergence{Spike: 0.5, Decay: 0.5, Warmup: 2, For: 2}
	}
	if one(3) {
		o.Stop = append(o.Stop, &LossChange{Tol: 0.1, For: 2 + rng.IntN(2), Average: one(2)})
	}
	if one(4) {
		o.Stop = append(o.Stop, &skipRule{limit: 2})
	}
	if one(4) {
		o.Stop = append(o.Stop, StopFunc(func(p Progress) string {
			if p.Average < 0.3 {
				return "good enough"
			}
			return ""
		}))
	}
}
