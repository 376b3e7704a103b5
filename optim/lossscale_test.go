package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestLossScaler runs the scale through good and bad steps, beside the rule of
// torch.amp.GradScaler.update written again, and compares the parameters with a
// run without a scale.
func TestLossScaler(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 23))
	start := random[float32](rng, 50)
	a := mustNew(t, NewAdam(0.01), named(clones(start)), ClipNorm(3),
		WithLossScaler(LossScaler{Init: 1024, Growth: 4, Backoff: 0.25, Interval: 3}))
	b := mustNew(t, NewAdam(0.01), named(clones(start)), ClipNorm(3))
	scale, tracker, skipped := 1024.0, 0, 0
	for step := range 60 {
		if a.LossScale() != scale || a.Skipped() != skipped {
			t.Fatalf("step %d: scale %v and %d skipped, want %v and %d", step, a.LossScale(), a.Skipped(), scale, skipped)
		}
		grads := random[float32](rng, 50)
		scaled := clones(grads)
		for i := range scaled[0] {
			scaled[0][i] *= float32(scale)
		}
		bad := step%7 == 5 || step > 20 && step < 24
		if bad {
			scaled[0][step%50] = float32(math.Inf(-1))
		}
		r, err := a.Step(scaled)
		if err != nil || r.Skipped != bad || r.LossScale != scale {
			t.Fatalf("step %d: report %+v, error %v", step, r, err)
		}
		if bad {
			scale, tracker = scale*0.25, 0
			skipped++
			continue
		}
		if tracker++; tracker == 3 {
			scale, tracker = scale*4, 0
		}
		rb := mustStep(t, b, grads)
		if r.GradNorm != rb.GradNorm || r.ClipCoef != rb.ClipCoef {
			t.Errorf("step %d: %+v, without a scale %+v", step, r, rb)
		}
	}
	// Powers of two change no bit.
	if !slices.Equal(a.bits(), b.bits()) {
		t.Error("the loss scale shows in the parameters")
	}
	if skipped < 10 {
		t.Fatalf("only %d bad steps", skipped)
	}

	// torch's defaults, at the ends of the range.
	l, s := lossScale{scale: 0x1p127}, NewLossScaler()
	for range 4000 {
		l.update(s, false)
	}
	if s != (LossScaler{65536, 2, 0.5, 2000}) || l.scale != 0x1p127 || l.good != 0 {
		t.Errorf("%+v has grown to %+v", s, l)
	}
	for range 500 {
		l.update(s, true)
	}
	if l.scale != 0x1p-126 {
		t.Errorf("backed off to %v", l.scale)
	}
	// As far as there is to go.
	l = lossScale{scale: 1}
	if l.update(LossScaler{1, 2, 1e-100, 1}, true); l.scale != 0x1p-126 {
		t.Errorf("backed off to %v", l.scale)
	}
}

// TestLossScaleOverflow: gradients that a scale below 1 takes out of range skip
// the step.
func TestLossScaleOverflow(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testLossScaleOverflow[float32](t, math.MaxFloat32) })
	t.Run("float64", func(t *testing.T) { testLossScaleOverflow[float64](t, math.MaxFloat64) })
}

func testLossScaleOverflow[T kernels.Float](t *testing.T, largest float64) {
	p := []T{1, 1}
	opt := mustNew(t, SGD{LR: 1}, []Param[T]{{Name: "w", Value: p}}, WithLossScale(0.5), WithSchedule(schedule.Warmup{Steps: 100}))
	r, err := opt.Step([][]T{{0, T(largest)}})
	if err != nil || !r.Skipped || r.Reason != (Reason{"w", 1, math.Inf(1)}) {
		t.Errorf("report %+v, error %v", r, err)
	}
	// The norm is beyond the range, the elements are not.
	mustStep(t, opt, [][]T{{T(largest / 2), T(largest / 2)}})
	if !slices.Equal(p, []T{1, 1}) {
		t.Errorf("parameter %v", p)
	}
}

func TestBadLossScales(t *testing.T) {
	for _, c := range []struct {
		opt  Option
		want []string
	}{
		{WithLossScale(0), []string{"LossScaler", "Init", "0"}},
		{WithLossScale(-1), []string{"LossScaler", "Init", "-1"}},
		{WithLossScale(math.NaN()), []string{"LossScaler", "Init", "NaN"}},
		{WithLossScale(math.Inf(1)), []string{"LossScaler", "Init", "+Inf"}},
		{WithLossScale(1e-39), []string{"LossScaler", "Init", "1e-39", "float32"}},
		{WithLossScale(1e40), []string{"LossScaler", "Init", "1e+40", "float32"}},
		{WithLossScaler(LossScaler{1e40, 2, 0.5, 1}), []string{"LossScaler", "Init", "1e+40", "float32"}},
		{WithLossScaler(LossScaler{}), []string{"LossScaler", "Init", "0"}},
		{WithLossScaler(LossScaler{1, 0.5, 0.5, 1}), []string{"LossScaler", "Growth", "0.5"}},
		{WithLossScaler(LossScaler{1, 2, 1.5, 1}), []string{"LossScaler", "Backoff", "1.5"}},
		{WithLossScaler(LossScaler{1, 2, 0, 1}), []string{"LossScaler", "Backoff", "0"}},
		{WithLossScaler(LossScaler{1, 2, 0.5, 0}), []string{"LossScaler", "Interval", "0"}},
	} {
		_, err := New(SGD{LR: 1}, []Param[float32]{{Name: "w", Value: []float32{1}}}, c.opt)
		wantError(t, err, c.want...)
		_, err = New(SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, c.opt)
		wantError(t, err, c.want...)
	}
}
