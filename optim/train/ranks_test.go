package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// onRanks runs f on so many ranks at once, and fails if they wait for each other for ever.
func onRanks(t *testing.T, size int, f func(tr optim.Transport)) {
	t.Helper()
	var wg sync.WaitGroup
	for _, tr := range memory.New(size) {
		wg.Go(func() { f(tr) })
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%d ranks wait for each other", size)
	}
}

// A team is a run drawn from a seed, as each rank makes it, or a single process.
type team[T kernels.Float] struct {
	*Run[T]
	opt     *optim.Optimizer[T]
	calm    bool // whether all is finite
	values  [][]T
	seed    uint64
	early   *EarlyStopping[T]
	average *WeightAverage[T]
	history History
	told    []string
	limit   StepLimit
	cut     func(where string, iteration int, g *optim.Gradients[T]) error
}

// unmade returns a team without an optimizer and a run.
func unmade[T kernels.Float](seed uint64, rng *rand.Rand) *team[T] {
	return &team[T]{
		seed: seed, values: opttest.Random[T](rng, 5, 30, 1, 17, 40, 3, 9),
		cut: func(string, int, *optim.Gradients[T]) error { return nil },
	}
}

// newTeam makes everything of the run anew; tr is nil for a single process. edit has the last
// word.
func newTeam[T kernels.Float](seed uint64, tr optim.Transport, edit ...func(o *FitOptions[T])) (*team[T], error) {
	rng := rand.New(rand.NewPCG(seed, 7))
	one := func(n int) bool { return rng.IntN(n) == 0 }
	s := unmade[T](seed, rng)
	params := named(s.values)
	rule := anyRule[rng.IntN(len(anyRule))]
	plateau := &schedule.Plateau{Factor: 0.5, Patience: rng.IntN(2), Threshold: 1e-3}
	opts := []optim.Option{optim.WithReductionOrder(optim.ReduceTree), optim.WithSchedule([]schedule.Schedule{
		schedule.Cosine{TMax: 12}, plateau, schedule.Warmup{Steps: 3, StartFactor: 0.5, Then: plateau},
	}[rng.IntN(3)])}
	if one(2) {
		opts = append(opts, optim.WithLossScaler(optim.LossScaler{Init: 8, Growth: 2, Backoff: 0.5, Interval: 3}))
	}
	if one(2) {
		opts = append(opts, optim.ClipNorm(1))
	}
	if one(3) {
		opts = append(opts, optim.FailAfterSkips(1+rng.IntN(2)))
	}
	if one(3) {
		opts = append(opts, optim.WithReduction(optim.ReduceSum))
	}
	micro := 1 + rng.IntN(7)
	if tr != nil {
		opts = append(opts, optim.Distributed(tr, micro))
	}
	var err error
	if s.opt, err = optim.New(rule, params, opts...); err != nil {
		return nil, err
	}
	s.limit = StepLimit(3 + rng.IntN(15))
	o := FitOptions[T]{Smoothing: []float64{0, 0.5}[rng.IntN(2)], History: &s.history, ProgressEvery: 1, Stop: []StopRule{s.limit}}
	if one(2) || tr == nil { // 0 takes the optimizer's
		o.MicroBatches = micro
	}
	if tr != nil {
		o.Workers = tr.Rank() % 3
	}
	if rng.IntN(3) > 0 {
		o.Batches, o.Epochs = &Batches{Samples: 11 + rng.IntN(20), Size: 1 + rng.IntN(9), Seed: seed}, 1+rng.IntN(5)
	}
	o.Progress = s.progress
	if one(2) {
		s.average, err = NewEMA(params, 0.75)
		if err != nil {
			return nil, err
		}
		o.Average = s.average
	}
	if one(2) {
		o.Divergence = &Divergence{Spike: 0.5, Decay: 0.5, Warmup: 2, For: 2}
	}
	o.Validate, o.ValidateEvery = s.validate, 1+rng.IntN(3)
	if s.early, err = NewEarlyStopping(params, Patience{Checks: 2 + rng.IntN(3)}); err != nil {
		return nil, err
	}
	o.Stop = append(o.Stop, s.early, &LossChange{Tol: 0.1, For: 2, Average: one(2)})
	for _, e := range edit {
		e(&o)
	}
	s.Run, err = NewRun(s.opt, s.objective, o)
	return s, err
}

// objective is noisy, and at times not finite.
func (s *team[T]) objective(b Batch, g *optim.Gradients[T]) (float64, error) {
	rng := rand.New(rand.NewPCG(s.seed, 100*uint64(b.Step+1)+uint64(b.Part)))
	scale, mean := s.opt.LossScale(), 0.0
	for _, j := range b.Samples {
		mean += float64(j) / 50
	}
	for i, v := range s.values {
		for j, x := range v {
			g.Dense[i][j] += T(scale * (0.5*float64(x) + mean + 0.2*rng.NormFloat64()))
		}
	}
	loss := 2/(1+0.2*float64(b.Step)) + 0.3*rng.NormFloat64() + mean
	if s.calm {
		return loss, s.cut("objective", b.Step+1, g)
	}
	switch rng.IntN(10 * b.Parts) {
	case 0:
		g.Dense[1][rng.IntN(30)] = T(math.Inf(1))
	case 1:
		loss = math.NaN()
	}
	return loss, s.cut("objective", b.Step+1, g)
}

func (s *team[T]) progress(p Progress) error {
	s.told = append(s.told, fmt.Sprintf("%#v", p))
	return s.cut("progress", p.Iteration, nil)
}

// validate is the mean square of the parameters, noisy and at times NaN.
func (s *team[T]) validate() (float64, error) {
	if err := s.cut("validate", s.opt.Iterations(), nil); err != nil {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(s.seed, uint64(s.opt.Iterations())))
	metric := 0.3 * rng.NormFloat64()
	for _, v := range s.values {
		for _, x := range v {
			metric += float64(x*x) / 100
		}
	}
	if !s.calm && rng.IntN(10) == 0 {
		metric = math.NaN()
	}
	return metric, nil
}

// end is everything that is to be equal in the end.
func (s *team[T]) end(r FitResult, err error) string {
	r.Resumed, r.Saved = 0, 0
	if s.early == nil {
		s.early = new(EarlyStopping[T])
	}
	best, ok := s.early.Best()
	var averages [][]T
	if s.average != nil {
		for _, p := range s.average.Params() {
			averages = append(averages, p.Value)
		}
	}
	return fmt.Sprintf("result %#v\nerror %v\nparameters %v\nbest %v %v of %v\naverages %v\nhistory %v\ntold %s\n%d %d %v",
		r, err, s.values, best, ok, s.early.Params(), averages, s.history, strings.Join(s.told, "\n"),
		s.opt.Iterations(), s.opt.Skipped(), s.opt.LossScale())
}

// TestRanksFit: any number of ranks has the bits of one process, whatever the run.
func TestRanksFit(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 20
	}
	reasons := map[string]int{}
	for seed := range uint64(seeds) {
		checkRanks[float32](t, seed, reasons)
		checkRanks[float64](t, seed+1000, reasons)
	}
	for _, want := range []string{"iteration", "epoch", "metric", "loss changed", "diverged", "in a row", "skipped", "short"} {
		if reasons[want] == 0 {
			t.Errorf("no run with %q: %v", want, reasons)
		}
	}
}

func checkRanks[T kernels.Float](t *testing.T, seed uint64, reasons map[string]int) {
	t.Helper()
	one, err := newTeam[T](seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := one.Fit(context.Background())
	want := one.end(r, err)
	for _, word := range []string{"iteration", "epoch", "metric", "loss changed", "diverged", "in a row"} {
		if strings.Contains(fmt.Sprint(r.Reason, err), word) {
			reasons[word]++
		}
	}
	if r.Skips > 0 {
		reasons["skipped"]++
	}
	if b := one.batches(); b != nil && b.Samples%b.Size > 0 && b.Samples%b.Size < one.o.MicroBatches {
		reasons["short"]++
	}
	for _, size := range []int{1, 2, 3, 4, 7} {
		onRanks(t, size, func(tr optim.Transport) {
			s, err := newTeam[T](seed, tr)
			if err != nil {
				t.Error(err)
				return
			}
			before, _, of := s.opt.Share()
			r, err := s.Fit(context.Background())
			if got := s.end(r, err); got != want {
				own, other := difference(got, want)
				t.Errorf("seed %d, rank %d of %d:\n%s\nwant\n%s", seed, tr.Rank(), size, own, other)
			}
			if lo, _, n := s.opt.Share(); lo != before || n != of {
				t.Errorf("seed %d, rank %d of %d: a share of %d micro-batches, before Fit %d", seed, tr.Rank(), size, n, of)
			}
		})
		if t.Failed() {
			t.FailNow()
		}
	}
}
