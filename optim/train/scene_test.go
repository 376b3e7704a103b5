package train

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
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

// A scene is a run drawn from a seed: any rule, any schedule, any of what watches a
// run. Its callbacks write down what they see, and may cut the run.
type scene[T kernels.Float] struct {
	*Run[T]
	values [][]T
	early  *EarlyStopping[T]
	log    []string
	cut    func(where string, iteration int) error
}

// newScene returns the seed's scene. A limit other than 0 ends it early.
func newScene[T kernels.Float](t *testing.T, seed uint64, limit StepLimit) *scene[T] {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	one := func(n int) bool { return rng.IntN(n) == 0 } // in n
	s := &scene[T]{values: opttest.Random[T](rng, 5, 30), cut: func(string, int) error { return nil }}
	params := named(s.values)

	plateau := &schedule.Plateau{Factor: 0.5, Patience: rng.IntN(2), Threshold: 1e-3, Cooldown: rng.IntN(2)}
	opts := []optim.Option{optim.WithSchedule([]schedule.Schedule{
		schedule.Constant{},
		schedule.Cosine{TMax: 12},
		plateau,
		schedule.Warmup{Steps: 3, StartFactor: 0.5, Then: plateau},
		schedule.Sequence{Schedules: []schedule.Schedule{plateau, schedule.Warmup{Steps: 2, Then: plateau}, &ratchet{factor: 1}}, Milestones: []int{5, 9}},
	}[rng.IntN(5)])}
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
	opt := mustNew(t, anyRule[rng.IntN(len(anyRule))], params, opts...)

	o := FitOptions[T]{Smoothing: []float64{0, 0.5, 0.9}[rng.IntN(3)]}
	last := StepLimit(3 + rng.IntN(30))
	if limit > 0 {
		last = min(last, limit)
	}
	o.Stop = append(o.Stop, last)
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
	if len(opt.Observers()) > 0 || one(2) {
		o.ValidateEvery = 1 + rng.IntN(5)
		o.Validate = func() (float64, error) { return s.validate(seed) }
		if one(2) {
			if s.early, err = NewEarlyStopping(params, Patience{Checks: 2 + rng.IntN(3), MinDelta: 0.1 * float64(rng.IntN(2))}); err != nil {
				t.Fatal(err)
			}
			o.Stop = append(o.Stop, s.early)
		}
	}
	o.Progress = func(p Progress) error {
		s.note("progress %#v", p)
		return s.cut("progress", p.Iteration)
	}
	if s.Run, err = NewRun(opt, func(b Batch, g *optim.Gradients[T]) (float64, error) { return s.objective(seed, b.Step, g.Dense) }, o); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene[T]) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

// objective is noisy, and at times not finite.
func (s *scene[T]) objective(seed uint64, step int, grads [][]T) (float64, error) {
	if err := s.cut("objective", step+1); err != nil {
		grads[0][0] = 7 // nobody must use it
		return 0, err
	}
	rng := rand.New(rand.NewPCG(seed, 100+uint64(step)))
	s.note("objective %d at %v", step, s.values)
	scale := s.opt.LossScale()
	for i, v := range s.values {
		for j, x := range v {
			grads[i][j] += T(scale * (0.5*float64(x) + 0.2*rng.NormFloat64()))
		}
	}
	loss := 2/(1+0.2*float64(step)) + 0.3*rng.NormFloat64()
	switch rng.IntN(8) {
	case 0:
		grads[1][rng.IntN(30)] = T(math.Inf(1))
	case 1:
		loss = math.NaN()
	}
	return loss, nil
}

// validate is the mean square of the parameters, noisy and at times NaN.
func (s *scene[T]) validate(seed uint64) (float64, error) {
	n := s.opt.Iterations()
	if err := s.cut("validate", n); err != nil {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(seed, 1000+uint64(n)))
	metric := 0.3 * rng.NormFloat64()
	for _, v := range s.values {
		for _, x := range v {
			metric += float64(x*x) / 35
		}
	}
	if rng.IntN(10) == 0 {
		metric = math.NaN()
	}
	s.note("validate after %d: %v at %v", n, metric, s.values)
	return metric, nil
}

// fit runs the scene to its end, or to where it is cut.
func (s *scene[T]) fit() (FitResult, error) { return s.Fit(context.Background()) }

// ended returns everything that is to be equal at the end of a run.
func (s *scene[T]) ended(t *testing.T, r FitResult, err error) string {
	t.Helper()
	text := fmt.Sprintf("result %#v, error %v, parameters %v\n", r, err, s.values)
	s.opt.TrainMode()
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	about, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	text += string(about)
	for _, p := range saved.Params {
		text += fmt.Sprintf("\n%v %v", p.Value, p.State)
	}
	for _, p := range saved.Run {
		text += fmt.Sprintf("\n%v", p.Vectors)
	}
	return text
}

// checkCounts checks what a run that was not cut has counted: every batch comes
// once, and every ValidateEvery-th iteration is validated.
func (s *scene[T]) checkCounts(t *testing.T, seed uint64) {
	t.Helper()
	var got, want []string
	for _, event := range s.log {
		if !strings.HasPrefix(event, "progress") {
			got = append(got, strings.FieldsFunc(event, func(r rune) bool { return r == ':' || r == '[' })[0])
		}
	}
	n := s.opt.Iterations()
	for i := range n {
		want = append(want, fmt.Sprintf("objective %d at ", i))
		// The loss that diverged is the end.
		if every := s.o.ValidateEvery; every > 0 && (i+1)%every == 0 && !(s.open && i+1 == n) {
			want = append(want, fmt.Sprintf("validate after %d", i+1))
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("seed %d: counted\n%q, want\n%q", seed, got, want)
	}
}

// again ends the scene, and enters it once more: it must not go on.
func (s *scene[T]) again(t *testing.T, seed uint64, r FitResult, err error) string {
	t.Helper()
	end := s.ended(t, r, err)
	if err != nil {
		return end
	}
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	next := newScene[T](t, seed, 0)
	if err := next.Restore(copySnapshot(t, saved)); err != nil {
		t.Fatal(err)
	}
	r, err = next.fit()
	if len(next.log) > 0 {
		t.Fatalf("seed %d: a run that has ended goes on: %v", seed, next.log)
	}
	return next.ended(t, r, err)
}
