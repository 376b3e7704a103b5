package train

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// A lastGood is a user's rule with all that one may have besides Stop: it ends a run at a
// metric above Most, and puts the parameters back that had the last one below.
type lastGood struct {
	Most float64

	w, kept []float64
	metric  float64
	seen    bool
}

func (r *lastGood) Stop(p Progress) string {
	switch {
	case !p.Validated:
	case p.Metric > r.Most:
		return "too much"
	default:
		copy(r.kept, r.w)
		r.metric, r.seen = p.Metric, true
	}
	return ""
}

func (r *lastGood) Validate() error {
	if r.Most < 0 {
		return fmt.Errorf("Most = %v", r.Most)
	}
	return nil
}

func (r *lastGood) Best() (float64, bool)      { return r.metric, r.seen }
func (r *lastGood) Restore() bool              { copy(r.w, r.kept); return r.seen }
func (r *lastGood) SaveState() (string, error) { return fmt.Sprint(r.metric, r.seen), nil }
func (r *lastGood) Params() []optim.Param[float64] {
	return []optim.Param[float64]{{Name: "w", Value: r.kept}}
}
func (r *lastGood) RestoreState(state string) error {
	_, err := fmt.Sscan(state, &r.metric, &r.seen)
	return err
}

// TestOwnRule: a rule from outside takes part as EarlyStopping does.
func TestOwnRule(t *testing.T) {
	w := []float64{4, 8}
	var cut error
	fresh := func(most float64) (*Run[float64], *lastGood, error) {
		rule := &lastGood{Most: most, w: w, kept: make([]float64, 2)}
		opt := fitting(t, w)
		r, err := NewRun(opt, bowl(w), FitOptions[float64]{
			Stop: []StopRule{rule}, ValidateEvery: 1,
			Validate: func() (float64, error) { return float64(opt.Steps()), nil },
			Progress: func(p Progress) error { return cut },
		})
		return r, rule, err
	}
	_, _, err := fresh(-1)
	wantError(t, err, "train: *train.lastGood: Most = -1")
	_, err = NewRun(fitting(t, w), bowl(w), FitOptions[float64]{Stop: []StopRule{&lastGood{}}})
	wantError(t, err, "lastGood, needs Validate")

	run, _, err := fresh(2)
	if err != nil {
		t.Fatal(err)
	}
	cut = errors.New("cut")
	if _, err := run.Fit(context.Background()); !errors.Is(err, cut) {
		t.Fatal(err)
	}
	s, err := run.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	cut = nil
	again, rule, _ := fresh(2)
	if err := again.Restore(s); err != nil || !rule.seen || rule.metric != 1 || rule.kept[0] != 2 || rule.kept[1] != 4 {
		t.Fatalf("restored %+v, error %v", rule, err)
	}
	r, err := again.Fit(context.Background())
	if err != nil || r.Reason != "too much" || r.Iteration != 3 {
		t.Errorf("%+v, error %v", r, err)
	}
	if w[0] != 1 || w[1] != 2 {
		t.Errorf("parameters %v, want those of step 2 put back", w)
	}
}
