package train

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/schedule"
)

func TestFitErrors(t *testing.T) {
	w := []float64{4}
	rate := 0.5
	opt := fitting(t, w, optim.WithSchedule(schedule.Func(func(float64, int) float64 { return rate })))
	own := errors.New("own")
	limit := []StopRule{StepLimit(9)}
	ctx, cancel := context.WithCancelCause(context.Background())
	e, _ := NewEarlyStopping([]optim.Param[float64]{{Name: "w", Value: w}}, Patience{Checks: 2})
	for i, c := range []struct {
		ctx  context.Context
		f    Objective[float64]
		o    FitOptions[float64]
		want []string
	}{
		{nil, func(Batch, *optim.Gradients[float64]) (float64, error) { return 0, own }, FitOptions[float64]{Stop: limit}, []string{"iteration 1", "objective", "own"}},
		{nil, nil, FitOptions[float64]{Stop: limit, Progress: func(Progress) error { return own }}, []string{"iteration 1", "Progress", "own"}},
		{nil, nil, FitOptions[float64]{Stop: limit, ValidateEvery: 3, Validate: func() (float64, error) { return 0, own }}, []string{"iteration 3", "Validate", "own"}},
		{ctx, nil, FitOptions[float64]{Progress: func(p Progress) error {
			if p.Iteration == 5 {
				cancel(own)
			}
			return nil
		}}, []string{"iteration 6", "own"}},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if c.f == nil {
			c.f = bowl(w)
		}
		r, err := Fit(c.ctx, opt, c.f, c.o)
		wantError(t, err, c.want...)
		if !errors.Is(err, own) || r.Reason != "" {
			t.Errorf("case %d: %+v, error %v", i, r, err)
		}
	}

	before := mustSnapshot(t, opt)
	change := &LossChange{Tol: 1, For: 1}
	for _, c := range []struct {
		o    FitOptions[float64]
		want []string
	}{
		{FitOptions[float64]{}, []string{"StopRule", "not end"}},
		{FitOptions[float64]{Stop: []StopRule{nil}}, []string{"Stop[0]", "nil"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(1), (*LossChange)(nil)}}, []string{"Stop[1]", "nil"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(0)}}, []string{"StepLimit", "0"}},
		{FitOptions[float64]{Stop: limit, Checkpoints: (*checkpoint.Dir)(nil)}, []string{"Checkpoints", "nil *checkpoint.Dir"}},
		{FitOptions[float64]{Stop: []StopRule{GradNormLimit(-1)}}, []string{"GradNormLimit", "-1"}},
		{FitOptions[float64]{Stop: []StopRule{&LossChange{Tol: -1, For: 1}}}, []string{"LossChange", "Tol", "-1"}},
		{FitOptions[float64]{Stop: []StopRule{&LossChange{Tol: 1}}}, []string{"LossChange", "For", "0"}},
		{FitOptions[float64]{Stop: limit, Epochs: 2}, []string{"Epochs = 2", "Batches"}},
		{FitOptions[float64]{Stop: limit, Epochs: -1, Batches: &Batches{Samples: 1, Size: 1}}, []string{"Epochs", "-1"}},
		{FitOptions[float64]{Stop: limit, MicroBatches: -1}, []string{"MicroBatches", "-1"}},
		{FitOptions[float64]{Stop: limit, Workers: -2}, []string{"Workers", "-2"}},
		{FitOptions[float64]{Stop: limit, Workers: 2}, []string{"Workers = 2", "MicroBatches"}},
		{FitOptions[float64]{Stop: limit, ProgressEvery: 5}, []string{"ProgressEvery = 5", "History"}},
		{FitOptions[float64]{Stop: limit, ProgressEvery: -1, History: new(History)}, []string{"ProgressEvery", "-1"}},
		{FitOptions[float64]{Stop: limit, CheckpointEvery: 5}, []string{"CheckpointEvery = 5", "Checkpoints"}},
		{FitOptions[float64]{Stop: limit, Resume: true}, []string{"Resume", "Checkpoints"}},
		{FitOptions[float64]{Stop: limit, CheckpointEvery: -1, Checkpoints: &checkpoint.Dir{Path: "none", Keep: 1}}, []string{"CheckpointEvery", "-1"}},
		{FitOptions[float64]{Stop: limit, Checkpoints: &checkpoint.Dir{Path: "none"}}, []string{"none", "Keep = 0"}},
		{FitOptions[float64]{Stop: limit, Smoothing: 1}, []string{"Smoothing", "1"}},
		{FitOptions[float64]{Stop: limit, ValidateEvery: 5}, []string{"ValidateEvery", "5", "Validate"}},
		{FitOptions[float64]{Stop: limit, Validate: func() (float64, error) { return 0, nil }}, []string{"ValidateEvery", "0"}},
		{FitOptions[float64]{Stop: []StopRule{e}}, []string{"EarlyStopping", "Validate"}},
		{FitOptions[float64]{Stop: []StopRule{StepLimit(1), change, StepLimit(1), change}}, []string{"Stop[1] and Stop[3]", "same *train.LossChange"}},
		{FitOptions[float64]{Stop: []StopRule{&EarlyStopping[float64]{}}, ValidateEvery: 1, Validate: func() (float64, error) { return 0, nil }}, []string{"EarlyStopping", "Checks", "0"}},
		{FitOptions[float64]{Stop: limit, Average: &WeightAverage[float64]{}}, []string{"Average", "NewEMA"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{}}, []string{"Divergence", "For", "0"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Spike: -1}}, []string{"Divergence", "Spike", "-1"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Decay: 1}}, []string{"Divergence", "Decay", "1"}},
		{FitOptions[float64]{Stop: limit, Divergence: &Divergence{For: 1, Warmup: -1}}, []string{"Divergence", "Warmup", "-1"}},
	} {
		_, err := Fit(context.Background(), opt, bowl(w), c.o)
		wantError(t, err, c.want...)
	}
	_, err := Fit(context.Background(), opt, nil, FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Objective")
	_, err = Fit(context.Background(), nil, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Optimizer")
	_, err = Fit(context.Background(), new(optim.Optimizer[float64]), bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "Optimizer", "not from New")
	var none context.Context
	_, err = Fit(none, opt, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "nil Context")
	_, err = new(Run[float64]).Fit(context.Background())
	wantError(t, err, "not from NewRun")
	_, err = Fit(context.Background(), fitting(t, w, optim.WithSchedule(schedule.NewPlateau())), bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "Plateau", "Validate")
	unchecked := fitting(t, w, optim.Unchecked())
	_, err = NewRun(unchecked, bowl(w), FitOptions[float64]{Stop: []StopRule{StepLimit(9), GradNormLimit(1)}})
	wantError(t, err, "Stop[1]", "GradNormLimit", "Unchecked")
	if _, err = NewRun(unchecked, bowl(w), FitOptions[float64]{Stop: limit}); err != nil {
		t.Error(err)
	}
	rate = -1
	_, err = Fit(context.Background(), opt, bowl(w), FitOptions[float64]{Stop: limit})
	wantError(t, err, "iteration 6", "learning rate", "-1")
	if !reflect.DeepEqual(mustSnapshot(t, opt), before) {
		t.Error("a refused run changed something")
	}
}
