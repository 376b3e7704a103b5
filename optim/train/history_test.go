package train

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// wild is an objective with losses and gradients of every kind, and a metric.
func wild(w []float64) (Objective[float64], func() (float64, error)) {
	calls := 0
	return func(b Batch, g *optim.Gradients[float64]) (float64, error) {
			g.Dense[0][0] = 1 / float64(3+b.Step)
			switch b.Step % 7 {
			case 2:
				g.Dense[0][0] = math.Inf(1)
			case 4:
				return math.NaN(), nil
			case 5:
				return math.Inf(-1), nil
			}
			return 1e-300 / float64(1+b.Step), nil
		}, func() (float64, error) {
			calls++
			if calls == 2 {
				return math.NaN(), nil
			}
			return w[0] / 3, nil
		}
}

// TestHistory: the table has what Progress was told, to the last bit.
func TestHistory(t *testing.T) {
	for every, want := range map[int][]int{
		0: {5, 10}, // once an epoch
		1: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
		3: {3, 5, 6, 9, 10, 12},
		9: {5, 9, 10},
	} {
		w := []float64{4}
		f, validate := wild(w)
		var h History
		var told []Progress
		_, err := Fit(context.Background(), fitting(t, w, optim.ClipNorm(0.2)), f, FitOptions[float64]{
			Stop: []StopRule{StepLimit(14)}, Batches: &Batches{Samples: 9, Size: 2}, Smoothing: 0.9,
			Validate: validate, ValidateEvery: 5, History: &h, ProgressEvery: every,
			Progress: func(p Progress) error { told = append(told, p); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := h.WriteCSV(&text); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&text).ReadAll()
		if err != nil || len(lines) != len(want)+1 || len(told) != len(want) {
			t.Fatalf("every %d: %d lines, %d iterations told, want %v; error %v", every, len(lines), len(told), want, err)
		}
		if !slices.Equal(lines[0], []string{"iteration", "epoch", "loss", "average", "epoch_loss", "lr", "grad_norm", "clip", "metric", "skipped"}) {
			t.Errorf("columns %q", lines[0])
		}
		for i, p := range told {
			fields := lines[i+1]
			if p.Iteration != want[i] || fields[0] != strconv.Itoa(p.Iteration) || fields[1] != strconv.Itoa((p.Iteration-1)/5+1) || fields[9] != strconv.FormatBool(p.Skipped) {
				t.Errorf("every %d: record %d is %q, want iteration %d", every, i, fields, want[i])
			}
			for j, x := range []float64{p.Loss, p.Average, p.EpochLoss, p.LR, p.GradNorm, p.ClipCoef, p.Metric} {
				if j == 6 && !p.Validated {
					if fields[8] != "" {
						t.Errorf("a metric %q of iteration %d", fields[7], p.Iteration)
					}
					continue
				}
				if got, err := strconv.ParseFloat(fields[2+j], 64); err != nil || got != x && (got == got || x == x) {
					t.Errorf("iteration %d: %s is %q, want %v", p.Iteration, lines[0][2+j], fields[2+j], x)
				}
			}
		}
	}
}

// TestHistoryRestore: a state is read back, and nothing else is.
func TestHistoryRestore(t *testing.T) {
	nan := math.NaN()
	h := History{Records: []Record{{1, 1, 0.1, 0.2, 0.7, 1e-300, nan, math.Inf(1), 1. / 3, true, false}, {2, 0, -nan, 1, 0, 2, 3, 0, 0, false, true}}}
	text, err := h.SaveState()
	if err != nil {
		t.Fatal(err)
	}
	again := History{Records: make([]Record, 7)}
	if err := again.RestoreState(text); err != nil {
		t.Fatal(err)
	}
	if back, _ := again.SaveState(); back != text || len(again.Records) != 2 || again.Records[0].Metric != 1./3 || again.Records[0].EpochLoss != 0.7 || !again.Records[1].Skipped {
		t.Errorf("read back\n%s\nwant\n%s", back, text)
	}
	for _, c := range [][2]string{
		{text, ""}, {"iteration", "step"}, {",skipped", ""}, {"1,1,", "1,"}, {"1,1,", "-1,1,"}, {"1,1,", "1,x,"},
		{"0.1", "much"}, {"0.7", "more"}, {"0.3333333333333333", "third"}, {"false", "perhaps"}, {"1,1,", "1,\"1,"},
	} {
		if err := again.RestoreState(strings.Replace(text, c[0], c[1], 1)); err == nil {
			t.Errorf("%q in the place of %q is read", c[1], c[0])
		}
	}
	if back, _ := again.SaveState(); back != text {
		t.Errorf("a state that was refused changed the history to\n%s", back)
	}
	own := errors.New("own")
	if err := h.WriteCSV(badWriter{own}); !errors.Is(err, own) {
		t.Errorf("error %v", err)
	}
}

type badWriter struct{ err error }

func (w badWriter) Write([]byte) (int, error) { return 0, w.err }

func TestStrings(t *testing.T) {
	taken := Progress{Report: optim.Report{Step: 936, LR: 0.00123456, ClipCoef: 1}, Iteration: 938, Loss: 1. / 3, Average: 1. / 3}
	full := taken
	full.Epoch, full.Epochs, full.Average, full.Validated, full.Metric, full.ClipCoef, full.EpochLoss = 2, 10, 0.25, true, 0.98765432, 0.123456, 0.5
	skipped := taken
	skipped.Epoch, skipped.Average, skipped.Skipped, skipped.ClipCoef, skipped.EpochLoss = 2, 0.25, true, 0, 0.6
	skipped.Report.Reason = optim.Reason{Param: "w", Element: 3, Value: math.Inf(1)}
	for _, c := range []struct {
		text interface{ String() string }
		want string
	}{
		{Progress{Iteration: 5}, "iteration 5"},
		{Progress{Iteration: 5, Epoch: 1, Epochs: 2}, "iteration 5, epoch 1/2"},
		{taken, "iteration 938: loss 0.33333, lr 0.001235"},
		{full, "iteration 938, epoch 2/10: loss 0.33333, average 0.25, epoch's 0.5, lr 0.001235, metric 0.98765, clipped to 0.123 of itself"},
		{skipped, `iteration 938, epoch 2: loss 0.33333, average 0.25, epoch's 0.6, lr 0.001235, skipped: gradient of parameter "w" is +Inf at element 3`},
		{FitResult{Progress: taken}, "stopped at iteration 938: loss 0.33333, lr 0.001235"},
		{FitResult{Progress: taken, Skips: 2, Reason: "10 epochs"}, "ended by 10 epochs at iteration 938: loss 0.33333, lr 0.001235; 2 skipped in all"},
		{FitResult{Progress: Progress{Iteration: 5}, Resumed: 5, Fallback: &checkpoint.FallbackError{Path: "a", Corrupt: []error{errors.New("b"), errors.New("c")}}},
			"stopped at iteration 5; resumed after iteration 5 (checkpoint a: restored, because what is newer is corrupt: b; c)"},
	} {
		if got := c.text.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
