package optim_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

var errCable = errors.New("the cable is cut")

// A cutter is a transport that fails in one of its calls, and from then on.
type cutter struct {
	optim.Transport
	calls, last int
}

func (c *cutter) cut() bool {
	c.calls++
	return c.calls > c.last
}

func (c *cutter) AllToAll(send, recv [][]byte) error {
	if c.cut() {
		return errCable
	}
	return c.Transport.AllToAll(send, recv)
}

func (c *cutter) AllGather(send []byte, recv [][]byte) error {
	if c.cut() {
		return errCable
	}
	return c.Transport.AllGather(send, recv)
}

// everyCall makes an optimizer, and all calls of it that ranks make together. It returns the first
// error, and an error of its own if a later call does not return the same. One parameter has n
// elements.
func everyCall(tr optim.Transport, n int) error {
	params := []optim.Param[f32]{{Name: "w", Value: make([]f32, n)}, {Name: "b", Value: make([]f32, 5)}}
	o, err := optim.New(optim.NewScheduleFreeAdamW(0.1), params, optim.Distributed(tr, tr.Size()), optim.ClipNorm(1))
	if err != nil {
		return err
	}
	snapshot, shard := &optim.Snapshot[f32]{}, &optim.Snapshot[f32]{}
	calls := []func() error{
		func() error { _, err := o.StepGradients(o.NewGradients()); return err },
		func() error {
			o.EvalMode()
			o.TrainMode()
			_, err := o.AllGather([]byte("after EvalMode"))
			return err
		},
		func() error {
			g := o.NewGradients()
			g.Dense[0][1] = f32(math.NaN())
			_, err := o.StepGradients(g)
			return err
		},
		func() (err error) { snapshot, err = o.Snapshot(); return err },
		func() (err error) { shard, err = o.SnapshotShard(); return err },
		func() error { return o.Restore(snapshot) },
		func() error { return o.RestoreShard(shard) },
		func() error { _, err := o.StepGradients(o.NewGradients()); return err },
	}
	for i, call := range calls {
		if err = call(); err == nil {
			continue
		}
		for _, later := range []func() error{calls[0], calls[3], calls[4], func() error { return o.Restore(nil) }} {
			if again := later(); again == nil || again.Error() != err.Error() {
				return fmt.Errorf("call %d: %w, and a later one: %v", i, err, again)
			}
		}
		return err
	}
	return nil
}

// TestTransportFails: wherever the transport of one rank fails, all ranks have an error that names
// it and the cause, and go no further.
func TestTransportFails(t *testing.T) {
	places := []struct{ size, rank, step int }{{2, 1, 1}, {2, 0, 5}, {3, 1, 5}}
	n := 540_000 // of more than one piece for each of two ranks
	if testing.Short() {
		places, n = places[2:], 40_000
	}
	for _, where := range places {
		last := 0
		for ; ; last += where.step {
			errs := together(t, where.size, func(rank int, tr optim.Transport) error {
				if rank == where.rank {
					tr = &cutter{Transport: tr, last: last}
				}
				return everyCall(tr, n)
			})
			if slices.Equal(errs, make([]error, where.size)) {
				break
			}
			want := fmt.Sprintf("optim: rank %d of %d: %v", where.rank, where.size, errCable)
			for r, err := range errs {
				if r != where.rank {
					want := fmt.Sprintf("optim: rank %d of %d: memory: rank %d has aborted: %s", r, where.size, where.rank, want)
					allSay(t, errs[r:r+1], want)
				} else if err == nil || err.Error() != want || !errors.Is(err, errCable) {
					t.Errorf("rank %d: %v, want %q", r, err, want)
				}
			}
			if t.Failed() {
				t.Fatalf("rank %d of %d, after %d calls", where.rank, where.size, last)
			}
		}
		if last < 20 {
			t.Errorf("only %d calls of a transport", last)
		}
	}
}

// TestWrongStepOnOneRank: what is wrong with one rank's step all are told. Nothing has changed, and
// the step can be taken again.
func TestWrongStepOnOneRank(t *testing.T) {
	for _, d := range []struct {
		give func(o *optim.Optimizer[f32], batches [][][]f32) [][][]f32
		want string
	}{
		{func(_ *optim.Optimizer[f32], b [][][]f32) [][][]f32 { b[0][1] = nil; return b }, `parameter "b": gradient of batch 0 is nil`},
		{func(_ *optim.Optimizer[f32], b [][][]f32) [][][]f32 { b[0][1] = b[0][1][:2]; return b }, `parameter "b": gradient of batch 0 has 2 elements, the parameter 3`},
		{func(_ *optim.Optimizer[f32], b [][][]f32) [][][]f32 { b[0] = b[0][:1]; return b }, "Step: batch 0 has 1 gradients for 2 parameters"},
		{func(_ *optim.Optimizer[f32], b [][][]f32) [][][]f32 { return b[1:] }, "Step: rank 1 has the gradients of 1 micro-batches, want 2, of the numbers 2 to 3 of 5"},
		{func(_ *optim.Optimizer[f32], b [][][]f32) [][][]f32 { return append(b, b[0]) }, "Step: rank 1 has the gradients of 3 micro-batches, want 2"},
		{func(o *optim.Optimizer[f32], b [][][]f32) [][][]f32 {
			if err := o.SetMicroBatches(4); err != nil {
				panic(err)
			}
			return b[:1]
		}, "rank 1 has micro-batches = 4, and rank 0 has 5"},
		{func(o *optim.Optimizer[f32], b [][][]f32) [][][]f32 { o.Observe(1); return b }, "rank 1 has learning rate of group 0 = 0.2, and rank 0 has 0.1"},
		{func(o *optim.Optimizer[f32], b [][][]f32) [][][]f32 { o.Observe(2); return b },
			"*optim_test.observed gives step 1 the learning rate NaN, want a finite number >= 0"},
	} {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			train := func(wrong bool) ([]optim.Param[f32], error) {
				params := []optim.Param[f32]{{Name: "w", Value: []f32{1, 2}}, {Name: "b", Value: []f32{3, 4, 5}}}
				rates := &observed{}
				o, err := optim.New(optim.NewAdam(0.1), params, optim.Distributed(tr, 5), optim.WithSchedule(rates))
				if err != nil {
					return nil, err
				}
				var failed error
				for step := range 2 {
					lo, hi, _ := o.Share()
					var batches [][][]f32
					for k := lo; k < hi; k++ {
						batches = append(batches, [][]f32{{f32(step), f32(k)}, {1, 2, f32(k)}})
					}
					if step == 0 && wrong {
						bad := batches
						if rank == 1 {
							bad = d.give(o, [][][]f32{slices.Clone(batches[0]), batches[1]})
						}
						before := fmt.Sprint(params)
						if _, failed = o.Step(bad...); failed == nil {
							return nil, errors.New("no error")
						}
						if now := fmt.Sprint(params); now != before || o.Steps() != 0 || o.Accumulated() != 0 {
							t.Errorf("%v has changed the parameters to %s", failed, now)
						}
						rates.metric = 0
						if err := o.SetMicroBatches(5); err != nil {
							return nil, err
						}
					}
					if _, err := o.Step(batches...); err != nil {
						return nil, fmt.Errorf("after %v: %w", failed, err)
					}
				}
				return params, failed
			}
			want, err := train(false)
			if err != nil {
				return err
			}
			got, failed := train(true)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after %v: %v, want %v", failed, got, want)
			}
			return failed
		})
		allSay(t, errs, d.want)
		for r, err := range errs {
			if err != nil && !strings.Contains(err.Error(), "rank 1") && r != 1 {
				t.Errorf("rank %d: %v does not name the rank", r, err)
			}
		}
	}
}

// TestStepBeyondNone: a rank without micro-batches is told that it has none, and not from where to
// where they are.
func TestStepBeyondNone(t *testing.T) {
	errs := together(t, 2, func(rank int, tr optim.Transport) error {
		o, err := optim.New(optim.NewSGD(1), []optim.Param[f32]{{Name: "w", Value: []f32{1}}}, optim.Distributed(tr, 1))
		if err != nil {
			return err
		}
		_, err = o.Step([][]f32{{1}})
		return err
	})
	allSay(t, errs, "Step: rank 1 has the gradients of 1 micro-batches, want none: there are 1")
}

// An observed is a schedule whose rate goes by the last metric.
type observed struct{ metric float64 }

func (s *observed) Observe(metric float64) { s.metric = metric }

func (s *observed) Rate(base float64, _ int) float64 {
	if s.metric == 2 {
		return math.NaN()
	}
	return base * (1 + s.metric)
}

// TestRankGoesAway: a rank that leaves a call by a panic or ends its goroutine ends the others.
func TestRankGoesAway(t *testing.T) {
	step := func(o *optim.Optimizer[f32], err error) error {
		if err == nil {
			_, err = o.StepGradients(o.NewGradients())
		}
		return err
	}
	panics := func(wrong bool) *optim.RuleFunc[f32] {
		return &optim.RuleFunc[f32]{RuleName: "own", LR: 1, Update: func(optim.StepInfo, []f32, []f32, [][]f32) {
			if wrong {
				panic("boom")
			}
		}}
	}
	for _, d := range []struct {
		want string
		call func(tr optim.Transport, wrong bool) error
	}{
		{"Step panics: boom", func(tr optim.Transport, wrong bool) error {
			s := newSetup()
			s.rule = panics(wrong)
			return step(s.new(tr))
		}},
		{"its goroutine has ended in Step", func(tr optim.Transport, wrong bool) error {
			s := newSetup()
			s.add(optim.WithSchedule(schedule.Func(func(base float64, _ int) float64 {
				if wrong {
					runtime.Goexit()
				}
				return base
			})))
			return step(s.new(tr))
		}},
		{"New panics: no name", func(tr optim.Transport, wrong bool) error {
			s := newSetup()
			s.add(optim.WithGroup(func(string) bool {
				if wrong {
					panic("no name")
				}
				return true
			}, optim.LRFactor(2)))
			return step(s.new(tr))
		}},
	} {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			defer func() {
				if p := recover(); rank == 1 && p == nil && !strings.Contains(d.want, "ended") {
					t.Errorf("rank 1 does not panic: %s", d.want)
				}
			}()
			return d.call(tr, rank == 1)
		})
		allSay(t, []error{errs[0], errs[2]}, "memory: rank 1 has aborted: optim: rank 1 of 3: "+d.want)
	}
}
