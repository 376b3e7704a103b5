package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// A fault is what goes wrong on rank 1, in the iteration 4, which is validated.
type fault struct {
	where string // the call in which it does, or ""
	what  func() error
	spoil func(g *optim.Gradients[float32]) // in the objective
	edit  func(o *FitOptions[float32])
	want  string // in the errors
	ended string // how rank 1 ends, if that is another way
}

func (f fault) cut(where string, iteration int, g *optim.Gradients[float32]) error {
	switch {
	case where != f.where || iteration != 4:
		return nil
	case f.spoil != nil:
		f.spoil(g)
		return nil
	}
	return f.what()
}

var errOwn = errors.New("own")

func ownError() error { return errOwn }

var faults = map[string]fault{
	"an objective's error": {where: "objective", what: ownError, want: "train: rank 1: Fit: iteration 4: objective: part "},
	"Validate's error":     {where: "validate", what: ownError, want: "train: rank 1: Fit: iteration 4: Validate: own"},
	"Progress's error":     {where: "progress", what: ownError, want: "train: rank 1: Fit: iteration 4: Progress: own"},
	"an objective's panic": {where: "objective", what: func() error { panic("lost") }, want: "train: rank 1: Fit: panic: lost", ended: "panic lost"},
	"Validate's panic":     {where: "validate", what: func() error { panic("lost") }, want: "train: rank 1: Fit: panic: lost", ended: "panic lost"},
	"Progress's panic":     {where: "progress", what: func() error { panic("lost") }, want: "train: rank 1: Fit: panic: lost", ended: "panic lost"},
	"an ended goroutine":   {where: "objective", what: func() error { runtime.Goexit(); return nil }, want: "train: rank 1: Fit: the goroutine was ended", ended: "Goexit"},
	"a missing gradient":   {where: "objective", spoil: func(g *optim.Gradients[float32]) { g.Dense[2] = nil }, want: `parameter "p2"`},
	"a swapped Average": {edit: func(o *FitOptions[float32]) {
		own := o.Progress
		o.Progress = func(p Progress) error {
			if p.Iteration == 4 {
				o.Average.Swap()
			}
			return own(p)
		}
	}, want: "train: rank 1: Fit: iteration 5: the parameters are swapped with their averages"},
	"a rule of its own": {edit: func(o *FitOptions[float32]) {
		o.Stop = append(o.Stop, StopFunc(func(p Progress) string { return map[bool]string{true: "enough"}[p.Iteration == 4] }))
	}, want: "train: Fit: rank 1 ends after iteration 4 (enough), and rank 0 goes on with iteration 5"},
	"a rule's panic": {edit: func(o *FitOptions[float32]) {
		o.Stop = append(o.Stop, StopFunc(func(p Progress) string {
			if p.Iteration == 4 {
				panic("lost")
			}
			return ""
		}))
	}, want: "train: rank 1: Fit: panic: lost", ended: "panic lost"},
	"another metric": {edit: func(o *FitOptions[float32]) {
		f := o.Validate
		o.Validate = func() (float64, error) { m, err := f(); return m + 1, err }
	}, want: "Validate: rank 1 has the metric "},
	"another Divergence": {edit: func(o *FitOptions[float32]) { o.Divergence = &Divergence{Spike: 1e-9, Decay: 0.5, For: 1} },
		want: "train: rank 1: Fit: iteration "},
	"other epochs":        {edit: func(o *FitOptions[float32]) { o.Epochs = 9 }, want: "train: Fit: rank 1 has Epochs = 9, and rank 0 has Epochs = 4"},
	"other samples":       {edit: func(o *FitOptions[float32]) { o.Batches = &Batches{Samples: 7, Size: 7} }, want: "train: Fit: rank 1 has Batches = {Samples:7 Size:7 "},
	"other checks":        {edit: func(o *FitOptions[float32]) { o.ValidateEvery = 3 }, want: "train: Fit: rank 1 has ValidateEvery = 3, and rank 0 has ValidateEvery = 2"},
	"no Validate":         {edit: func(o *FitOptions[float32]) { o.Validate, o.ValidateEvery, o.Stop = nil, 0, o.Stop[:1] }, want: "train: Fit: rank 1 has Validate = false"},
	"no History":          {edit: func(o *FitOptions[float32]) { o.History = nil }, want: "train: Fit: rank 1 has History = false"},
	"no Divergence":       {edit: func(o *FitOptions[float32]) { o.Divergence = nil }, want: "train: Fit: rank 1 has what is saved with a Run = Run, "},
	"a bad option":        {edit: func(o *FitOptions[float32]) { o.Smoothing = 2 }, want: "train: rank 1: Fit: Smoothing = 2"},
	"other micro-batches": {edit: func(o *FitOptions[float32]) { o.MicroBatches = 3 }, want: "train: rank 1: Fit: MicroBatches = 3, and the optimizer is Distributed with 5"},
}

// newFaulty makes a run of 10 iterations and 5 micro-batches, of which all is finite.
func newFaulty(tr optim.Transport, edit func(o *FitOptions[float32])) (*team[float32], FitOptions[float32], error) {
	s := unmade[float32](8, rand.New(rand.NewPCG(8, 8)))
	s.calm = true
	opts := []optim.Option{optim.WithReductionOrder(optim.ReduceTree)}
	if tr != nil {
		opts = append(opts, optim.Distributed(tr, 5))
	}
	o := FitOptions[float32]{
		Batches: &Batches{Samples: 23, Size: 7}, Epochs: 4, MicroBatches: 5, Stop: []StopRule{StepLimit(10)},
		Validate: s.validate, ValidateEvery: 2, Progress: s.progress, ProgressEvery: 1, History: &s.history,
		Divergence: &Divergence{Spike: 100, Decay: 0.5, For: 3},
	}
	var err error
	if o.Average, err = NewEMA(named(s.values), 0.5); err != nil {
		return nil, o, err
	}
	s.average = o.Average
	if edit != nil {
		edit(&o)
	}
	s.opt, err = optim.New(optim.NewAdam(0.1), named(s.values), opts...)
	return s, o, err
}

// TestRanksFail: what goes wrong on one rank ends the run of all, with an error that names the
// rank, and nobody waits.
func TestRanksFail(t *testing.T) {
	for name, f := range faults {
		for _, size := range []int{2, 4} {
			onRanks(t, size, func(tr optim.Transport) {
				faulty := tr.Rank() == 1
				edit := f.edit
				if !faulty {
					edit = nil
				}
				s, o, err := newFaulty(tr, edit)
				if err != nil {
					t.Error(err)
					return
				}
				if faulty {
					s.cut = f.cut
				}
				text, err := endOf(func() error { _, err := Fit(context.Background(), s.opt, s.objective, o); return err })
				want := f.want
				if faulty && f.ended != "" {
					want = f.ended
				}
				if !strings.Contains(text, want) {
					t.Errorf("%s: rank %d of %d: %q, want %q", name, tr.Rank(), size, text, want)
				}
				if faulty && strings.Contains(want, "own") && !errors.Is(err, errOwn) {
					t.Errorf("%s: rank 1: error %v, want its own", name, err)
				}
			})
		}
	}
}

// endOf returns the error's text, or how else the function has ended its goroutine.
func endOf(f func() error) (text string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		text = "Goexit"
		defer func() {
			if v := recover(); v != nil {
				text = fmt.Sprint("panic ", v)
			}
		}()
		err = f()
		text = fmt.Sprint(err)
	}()
	<-done
	return text, err
}
