package optim_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// A forger is a transport whose first message has other bytes.
type forger struct {
	optim.Transport
	at    int
	value byte
	done  bool
}

func (f *forger) AllGather(send []byte, recv [][]byte) error {
	if !f.done {
		send[f.at], f.done = f.value, true
	}
	return f.Transport.AllGather(send, recv)
}

// TestForeignRanks: programs and machines of another kind are found before anything else.
func TestForeignRanks(t *testing.T) {
	for _, d := range []struct {
		at    int
		value byte
		want  string
	}{
		{0, 77, "optim: rank 1 has version 77 of what ranks send each other, and rank 0 has 1"},
		{8, 16, "optim: rank 1 is on a machine that is "}, // its ints
		{9, 2, "optim: rank 1 is on a machine that is "},  // its order of bytes
		{16, 'M', "optim: rank 1 calls Mew, and rank 0 calls New"},
	} {
		errs := together(t, 3, func(rank int, tr optim.Transport) error {
			if rank == 1 {
				tr = &forger{Transport: tr, at: d.at, value: d.value}
			}
			_, err := newSetup().new(tr)
			return err
		})
		allSay(t, errs, d.want)
	}
}

// TestRanksThatCallApart: ranks that call different things are not at one, and nothing goes on.
func TestRanksThatCallApart(t *testing.T) {
	params := func() []optim.Param[f32] { return []optim.Param[f32]{{Name: "w", Value: []f32{1, 2, 3}}} }
	errs := together(t, 3, func(rank int, tr optim.Transport) error {
		p := params()
		o, err := optim.New(optim.NewScheduleFreeAdamW(0.1), p, optim.Distributed(tr, 3))
		if err != nil {
			return err
		}
		if rank == 1 {
			o.EvalMode()
			if !slices.Equal(p[0].Value, params()[0].Value) {
				t.Error("EvalMode has changed the parameters")
			}
		}
		_, first := o.Step([][]f32{{1, 1, 1}})
		if _, err := o.Step([][]f32{{1, 1, 1}}); err == nil || err != first {
			t.Errorf("rank %d goes on after %v, with %v", rank, first, err)
		}
		if o.Steps() != 0 {
			t.Error("the step was taken")
		}
		return first
	})
	allSay(t, errs, "optim: rank 1 calls EvalMode, and rank 0 calls Step")
	calls := map[string]func(o *optim.Optimizer[f32], tr optim.Transport) error{
		"New": func(_ *optim.Optimizer[f32], tr optim.Transport) error {
			_, err := optim.New(optim.NewAdam(0.1), params(), optim.Distributed(tr, 2))
			return err
		},
		"Step": func(o *optim.Optimizer[f32], _ optim.Transport) error {
			_, err := o.Step([][]f32{{1, 1, 1}})
			return err
		},
		"Snapshot": func(o *optim.Optimizer[f32], _ optim.Transport) error { _, err := o.Snapshot(); return err },
		"Restore":  func(o *optim.Optimizer[f32], _ optim.Transport) error { return o.Restore(nil) },
		"RestoreShard": func(o *optim.Optimizer[f32], _ optim.Transport) error {
			s, err := o.SnapshotShard()
			if err != nil {
				return err
			}
			return o.RestoreShard(s)
		},
		"AllGather": func(o *optim.Optimizer[f32], _ optim.Transport) error {
			_, err := o.AllGather([]byte("all"))
			return err
		},
	}
	for zero := range calls {
		for one := range calls {
			if zero == one {
				continue
			}
			errs := together(t, 2, func(rank int, tr optim.Transport) error {
				o, err := optim.New(optim.NewAdam(0.1), params(), optim.Distributed(tr, 2))
				if err != nil {
					return fmt.Errorf("the first New: %w", err)
				}
				err = calls[[]string{zero, one}[rank]](o, tr)
				if zero == "New" || one == "New" { // of an optimizer of its own
					return err
				}
				if _, again := o.Step([][]f32{{1, 1, 1}}); again != err {
					t.Errorf("rank %d goes on after %v, with %v", rank, err, again)
				}
				return err
			})
			allSay(t, errs, fmt.Sprintf("optim: rank 1 calls %s, and rank 0 calls %s", one, zero))
		}
	}
}

// TestRestoreApart: ranks find before they change anything that their snapshots are not the same,
// and after it what their optimizers make of them.
func TestRestoreApart(t *testing.T) {
	for _, d := range []struct {
		change func(s *optim.Snapshot[f32])
		want   string
		later  bool // the next step says so
	}{
		{func(s *optim.Snapshot[f32]) { s.Steps++ }, "rank 1 has steps in the snapshot = 3, and rank 0 has 2", false},
		{func(s *optim.Snapshot[f32]) { s.Skipped++ }, "rank 1 has skipped steps in the snapshot = 1, and rank 0 has 0", false},
		{func(s *optim.Snapshot[f32]) { s.LossScale.Scale = 8 }, "rank 1 has loss scale in the snapshot = 8, and rank 0 has 1", false},
		{func(s *optim.Snapshot[f32]) { s.Params[0].State[1].Value[2]++ }, "rank 1 has hash of parameters and state in the snapshot = ", false},
		{func(s *optim.Snapshot[f32]) { s.Params[1].State[1].Value[0]++ }, "rank 1 has hash of parameters and state in the snapshot = ", false},
		{func(s *optim.Snapshot[f32]) { s.Params[1].Value[1] = 7 }, `parameter "b": element 1 is 7 on rank 1, and 4 on rank 0`, true},
		{func(s *optim.Snapshot[f32]) { s.Params[1].Steps = 1 }, `rank 1 has steps of parameter "b" = 1, and rank 0 has 2`, true},
		{func(s *optim.Snapshot[f32]) { s.Params[1].Frozen = true }, `rank 1 has whether parameter "b" is frozen = true, and rank 0 has false`, true},
	} {
		errs := together(t, 2, func(rank int, tr optim.Transport) error {
			o, err := optim.New(optim.NewAdam(0.1), []optim.Param[f32]{{Name: "w", Value: []f32{1, 2, 3}}, {Name: "b", Value: []f32{3, 4}}},
				optim.Distributed(tr, 2), optim.WithLossScaler(optim.LossScaler{Init: 1, Growth: 2, Backoff: 0.5, Interval: 9}))
			if err != nil {
				return err
			}
			step := func() error { _, err := o.Step([][]f32{{0, 0, 0}, {0, 0}}); return err }
			if err := errors.Join(step(), step()); err != nil {
				return fmt.Errorf("first steps: %w", err)
			}
			good, err := o.Snapshot()
			if err != nil {
				return err
			}
			given, err := o.Snapshot()
			if err != nil {
				return err
			}
			if rank == 1 {
				d.change(given)
			}
			wrong := o.Restore(given)
			if d.later {
				if wrong != nil {
					return fmt.Errorf("early: %w", wrong)
				}
				wrong = step()
			} else if now, err := o.Snapshot(); err != nil || !reflect.DeepEqual(now, good) {
				t.Errorf("after %v: the state is another one, or %v", wrong, err)
			}
			if err := errors.Join(o.Restore(good), step()); err != nil {
				t.Errorf("after %v: %v", wrong, err)
			}
			return wrong
		})
		allSay(t, errs, d.want)
	}
}

// TestEvalModeApart: EvalMode has no error to return where ranks are not at one. It leaves the
// parameters, and the next step has it.
func TestEvalModeApart(t *testing.T) {
	errs := together(t, 2, func(rank int, tr optim.Transport) error {
		p := []optim.Param[f32]{{Name: "w", Value: []f32{1, 2, 3}}}
		o, err := optim.New(optim.NewScheduleFreeAdamW(0.1), p, optim.Distributed(tr, 2))
		if err != nil {
			return err
		}
		step := func() error { _, err := o.Step([][]f32{{1, 1, 1}}); return err }
		if err := errors.Join(step(), step()); err != nil {
			return fmt.Errorf("first steps: %w", err)
		}
		before := slices.Clone(p[0].Value)
		if err := o.SetMicroBatches(2 + rank); err != nil {
			return err
		}
		o.EvalMode()
		if !slices.Equal(p[0].Value, before) {
			t.Errorf("rank %d: EvalMode has changed the parameters", rank)
		}
		if err := o.SetMicroBatches(2); err != nil { // too late
			return err
		}
		return step()
	})
	allSay(t, errs, "optim: rank 1 has micro-batches = 3, and rank 0 has 2")
}
