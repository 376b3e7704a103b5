package optim_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	ranks "github.com/seed63264101/steepest/optim/internal/memory"
	"github.com/seed63264101/steepest/optim/schedule"
)

// together runs f on all ranks, and returns what each returns. It fails if one does not within
// the time that a hang is told by.
func together(t *testing.T, size int, f func(rank int, tr optim.Transport) error) []error {
	t.Helper()
	type result struct {
		rank int
		err  error
	}
	done := make(chan result, size)
	for r, tr := range ranks.New(size) {
		go func() {
			res := result{r, fmt.Errorf("rank %d has not returned", r)}
			defer func() { done <- res }()
			res.err = f(r, tr)
		}()
	}
	errs := make([]error, size)
	limit := time.After(time.Minute)
	for range size {
		select {
		case res := <-done:
			errs[res.rank] = res.err
		case <-limit:
			t.Fatal("ranks wait for each other")
		}
	}
	return errs
}

// allSay fails unless every rank has an error of the words.
func allSay(t *testing.T, errs []error, want string) {
	t.Helper()
	for r, err := range errs {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("rank %d: %v, want %q", r, err, want)
		}
	}
}

// A setup is the arguments of New on a rank.
type setup struct {
	rule   optim.Rule
	params []optim.Param[f32]
	opts   []optim.Option
	micro  int
}

func (s *setup) add(opts ...optim.Option) { s.opts = append(s.opts, opts...) }

func newSetup() *setup {
	return &setup{rule: optim.NewAdamW(0.1), micro: 3, params: []optim.Param[f32]{
		{Name: "w", Value: make([]f32, 40000), Shape: []int{200, 200}},
		{Name: "b", Value: make([]f32, 7)},
		{Name: "e", BF16: make([]kernels.BFloat16, 4), Rest: make([]int16, 4)},
	}}
}

func (s *setup) new(tr optim.Transport) (*optim.Optimizer[f32], error) {
	return optim.New(s.rule, s.params, append(s.opts, optim.Distributed(tr, s.micro))...)
}

func isB(name string) bool { return name == "b" }

// differences are changes of what one rank gives to New, and what New says of them.
var differences = []struct {
	change func(s *setup)
	want   string
}{
	{func(s *setup) { s.params = s.params[:2] }, `rank 1 has parameters = 2, and rank 0 has 3`},
	{func(s *setup) { s.params[1].Name = "c" }, `rank 1 has parameter 1 = "c", and rank 0 has "b"`},
	{func(s *setup) { s.params[1].Value = make([]f32, 6) }, `rank 1 has length of parameter "b" = 6, and rank 0 has 7`},
	{func(s *setup) { s.params[0].Shape = []int{100, 400} }, `rank 1 has shape of parameter "w" = [100 400], and rank 0 has [200 200]`},
	{func(s *setup) { s.params[1] = optim.Param[f32]{Name: "b", BF16: make([]kernels.BFloat16, 7)} },
		`rank 1 has format of parameter "b" = bfloat16, and rank 0 has float32`},
	{func(s *setup) { s.params[2].Rest = nil }, `rank 1 has Rest of parameter "e" = 0, and rank 0 has 4`},
	{func(s *setup) { s.params[0].Value[33333] = -0.5 }, `parameter "w": element 33333 is -0.5 on rank 1, and 0 on rank 0`},
	{func(s *setup) { s.params[1].Value[0], s.params[1].Value[1] = minusZero, minusZero }, `parameter "b": element 0 is -0 on rank 1, and 0 on rank 0`},
	{func(s *setup) { s.params[2].BF16[3] = 0x3f80 }, `parameter "e": element 3 is 1 with the lower half 0 on rank 1, and 0 with the lower half 0 on rank 0`},
	{func(s *setup) { s.params[2].Rest[3] = 9 }, `parameter "e": element 3 is 0 with the lower half 9 on rank 1, and 0 with the lower half 0 on rank 0`},
	{func(s *setup) { s.rule = optim.NewAdamW(0.2) }, `rank 1 has rule of group 0.LR = 0.2, and rank 0 has 0.1`},
	{func(s *setup) { s.rule = optim.NewAdam(0.1) }, `rank 1 has name of the rule of group 0 = "Adam", and rank 0 has "AdamW"`},
	{func(s *setup) { r := optim.NewAdamW(0.1); r.AMSGrad = true; s.rule = r }, `rank 1 has rule of group 0.AMSGrad = true, and rank 0 has false`},
	{func(s *setup) { s.add(optim.WithReduction(optim.ReduceSum)) }, `rank 1 has Reduction = ReduceSum, and rank 0 has ReduceMean`},
	{func(s *setup) { s.add(optim.ClipNorm(2)) }, `rank 1 has ClipNorm = 2, and rank 0 has none`},
	{func(s *setup) { s.add(optim.ClipParamNorm(2)) }, `rank 1 has ClipParamNorm = 2, and rank 0 has none`},
	{func(s *setup) { s.add(optim.ClipValue(2)) }, `rank 1 has ClipValue = 2, and rank 0 has none`},
	{func(s *setup) { s.add(optim.Unchecked()) }, `rank 1 has Unchecked = true, and rank 0 has false`},
	{func(s *setup) { s.add(optim.FailAfterSkips(2)) }, `rank 1 has FailAfterSkips = 2, and rank 0 has 10`},
	{func(s *setup) { s.add(optim.WithRoundingSeed(2)) }, `rank 1 has RoundingSeed = 2, and rank 0 has 0`},
	{func(s *setup) { s.add(optim.WithLossScale(2)) }, `rank 1 has loss scale.Init = 2, and rank 0 has 1`},
	{func(s *setup) {
		s.add(optim.WithLossScaler(optim.LossScaler{Init: 1, Growth: 2, Backoff: 1, Interval: 1}))
	},
		`rank 1 has FailAfterSkips = 0, and rank 0 has 10`},
	{func(s *setup) { s.add(optim.WithSchedule(schedule.Cosine{TMax: 3})) }, `rank 1 has schedule = a schedule.Cosine, and rank 0 has a schedule.Constant`},
	{func(s *setup) { s.add(optim.WithStateFormat(optim.Int8)) }, `rank 1 has state format of group 0 = int8, and rank 0 has float32`},
	{func(s *setup) { s.add(optim.WithSplitParams()) }, `rank 1 has SplitParams of group 0 = true, and rank 0 has false`},
	{func(s *setup) { s.micro = 4 }, `rank 1 has micro-batches = 4, and rank 0 has 3`},
	{func(s *setup) { s.add(optim.WithGroup(isB, optim.LRFactor(2))) }, `rank 1 has group of parameter "b" = 1, and rank 0 has 0`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.LRFactor(2))) }, `rank 1 has LRFactor of group 0 = 2, and rank 0 has 1`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.WeightDecay(0.25))) }, `rank 1 has rule of group 0.WeightDecay = 0.25, and rank 0 has 0.01`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.GroupRule(s.rule))) }, `rank 1 has number of the GroupRule of group 0 = 0, and rank 0 has -1`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.GroupSchedule(schedule.Cosine{TMax: 3}))) },
		`rank 1 has schedule of group 0 = a schedule.Cosine, and rank 0 has a schedule.Constant`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.GroupClipNorm(2))) }, `rank 1 has number of the GroupClipNorm of group 0 = 0, and rank 0 has -1`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.L1(2))) }, `rank 1 has L1 of group 0 = 2, and rank 0 has 0`},
	{func(s *setup) { s.add(optim.WithGroup(all, optim.Bounds(-1, 2))) }, `rank 1 has Bounds of group 0 = -1 to 2, where rank 0 has`},
}

func all(string) bool { return true }

var minusZero = f32(math.Copysign(0, -1))

// TestRanksThatDiffer: New finds every difference between ranks, and all of them name it.
func TestRanksThatDiffer(t *testing.T) {
	for _, d := range differences {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			s := newSetup()
			if rank == 1 {
				d.change(s)
			}
			_, err := s.new(tr)
			return err
		})
		allSay(t, errs, d.want)
	}
}

// TestNestedOptionsThatDiffer: options are compared wherever they stand.
func TestNestedOptionsThatDiffer(t *testing.T) {
	plateau := func(patience int, best float64) *schedule.Plateau {
		p := schedule.NewPlateau()
		p.Patience, p.State.Best = patience, best
		return p
	}
	warm := func(then schedule.Schedule) optim.Option {
		return optim.WithSchedule(schedule.Warmup{Steps: 2, Then: then})
	}
	sequence := func(second schedule.Schedule, at int) optim.Option {
		return optim.WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{}, second}, Milestones: []int{at}})
	}
	clip := func(limit float64) optim.Option { return optim.WithGroup(all, optim.GroupClipNorm(limit)) }
	for _, d := range []struct {
		zero, one optim.Option
		want      string
	}{
		{warm(schedule.Cosine{TMax: 3}), warm(schedule.Cosine{TMax: 4}), "rank 1 has schedule.Then.TMax = 4, and rank 0 has 3"},
		{warm(nil), warm(schedule.Constant{}), "rank 1 has schedule.Then = a schedule.Constant, and rank 0 has nil"},
		{warm(plateau(3, 0)), warm(plateau(4, 0)), "rank 1 has schedule.Then.Patience = 4, and rank 0 has 3"},
		{warm(plateau(3, 0)), warm(plateau(3, 1)), "rank 1 has schedule.Then.State.Best = 1, and rank 0 has 0"},
		{warm(&saved{1}), warm(&saved{2}), `rank 1 has state of the schedule 0, a *optim_test.saved, = "2", and rank 0 has "1"`},
		{sequence(schedule.Constant{}, 3), sequence(schedule.Cosine{TMax: 1}, 3), "rank 1 has schedule.Schedules[1] = a schedule.Cosine, and rank 0 has a schedule.Constant"},
		{sequence(schedule.Constant{}, 3), sequence(schedule.Constant{}, 4), "rank 1 has schedule.Milestones = [4], and rank 0 has [3]"},
		{clip(1), clip(2), "rank 1 has GroupClipNorm of group 0 = 2, and rank 0 has 1"},
	} {
		errs := together(t, 2, func(rank int, tr optim.Transport) error {
			s := newSetup()
			s.add([]optim.Option{d.zero, d.one}[rank])
			_, err := s.new(tr)
			return err
		})
		allSay(t, errs, d.want)
	}
}

// A saved is a schedule whose state alone says what it is.
type saved struct{ state int }

func (s *saved) Rate(base float64, step int) float64 { return base }
func (s *saved) SaveState() (string, error)          { return fmt.Sprint(s.state), nil }
func (s *saved) RestoreState(string) error           { return nil }

// TestRanksOfTwoTypes: an element type is one for all ranks.
func TestRanksOfTwoTypes(t *testing.T) {
	errs := together(t, 2, func(rank int, tr optim.Transport) (err error) {
		if rank == 0 {
			_, err = optim.New(optim.NewAdam(1), []optim.Param[f32]{{Name: "w", Value: make([]f32, 3)}}, optim.Distributed(tr, 1))
		} else {
			_, err = optim.New(optim.NewAdam(1), []optim.Param[float64]{{Name: "w", Value: make([]float64, 3)}}, optim.Distributed(tr, 1))
		}
		return err
	})
	allSay(t, errs, "rank 1 has element type = float64, and rank 0 has float32")
}

// TestRanksMayDiffer: what changes no bits may differ, and functions cannot be compared.
func TestRanksMayDiffer(t *testing.T) {
	for r, err := range together(t, 3, func(rank int, tr optim.Transport) error {
		s := newSetup()
		s.add(optim.Workers(1+rank), optim.WithSchedule(schedule.Func(func(base float64, _ int) float64 { return base / 2 })))
		if rank == 1 {
			s.add(optim.ZeroGrads())
		}
		o, err := s.new(tr)
		if err != nil {
			return err
		}
		_, err = o.StepGradients(o.NewGradients())
		return err
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", r, err)
		}
	}
}

// TestNewFailsOnOneRank: the others are told why.
func TestNewFailsOnOneRank(t *testing.T) {
	for _, d := range []struct {
		change func(s *setup)
		want   string
	}{
		{func(s *setup) { s.rule = nil }, "nil Rule"},
		{func(s *setup) { s.rule = optim.NewAdam(-1) }, "Adam: LR = -1"},
		{func(s *setup) { s.params = nil }, "no parameters"},
		{func(s *setup) { s.params[1].Name = "w" }, `parameters 0 and 1 have the same name "w"`},
		{func(s *setup) { s.params[0].Sparse = true }, `parameter "w" is Sparse`},
		{func(s *setup) { s.add(nil) }, "nil Option"},
		{func(s *setup) { s.add(optim.ClipNorm(-1)) }, "ClipNorm: limit = -1"},
		{func(s *setup) { s.micro = 0 }, "Distributed: microBatches = 0"},
	} {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			s := newSetup()
			if rank == 1 {
				d.change(s)
			}
			_, err := s.new(tr)
			return err
		})
		allSay(t, errs, d.want)
		allSay(t, []error{errs[0], errs[2]}, "optim: rank 1: ")
	}
}

// TestRanksThatChangeApart: what is changed on one rank alone, all know at the next step.
func TestRanksThatChangeApart(t *testing.T) {
	more := optim.Param[f32]{Name: "more", Value: make([]f32, 3)}
	for _, d := range []struct {
		change func(o *optim.Optimizer[f32]) error
		want   string
	}{
		{func(o *optim.Optimizer[f32]) error { return o.Freeze("b") },
			`rank 2 has whether parameter "b" is frozen = true, and rank 0 has false`},
		{func(o *optim.Optimizer[f32]) error { return o.AddParams(more) }, "rank 2 has parameters = 4, and rank 0 has 3"},
		{func(o *optim.Optimizer[f32]) error { return o.SetMicroBatches(4) }, "rank 2 has micro-batches = 4, and rank 0 has 3"},
		{func(o *optim.Optimizer[f32]) error { return o.Reset() }, `rank 2 has steps of parameter "w" = 0, and rank 0 has 1`},
	} {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			o, err := newSetup().new(tr)
			if err != nil {
				return err
			}
			if _, err := o.StepGradients(o.NewGradients()); err != nil {
				return fmt.Errorf("the first step: %w", err)
			}
			if rank == 2 {
				if err := d.change(o); err != nil {
					return err
				}
			}
			var batches []*optim.Gradients[f32]
			lo, hi, _ := o.Share()
			for range hi - lo {
				batches = append(batches, o.NewGradients())
			}
			_, err = o.StepGradients(batches...)
			return err
		})
		allSay(t, errs, d.want)
	}
}
