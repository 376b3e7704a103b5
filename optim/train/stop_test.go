package train

import (
	"math"
	"strings"
	"testing"
)

// stopsAt returns the index of the first progress at which the rule ends the run,
// or -1, and the reason.
func stopsAt(r StopRule, run []Progress) (int, string) {
	for i, p := range run {
		if reason := r.Stop(p); reason != "" {
			return i, reason
		}
	}
	return -1, ""
}

func losses(values ...float64) []Progress {
	run := make([]Progress, len(values))
	for i, v := range values {
		run[i].Loss = v
	}
	return run
}

func TestStopRules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	norms := func(values ...float64) []Progress {
		run := make([]Progress, len(values))
		for i, v := range values {
			run[i].GradNorm = v
		}
		return run
	}
	skipped := norms(3, 0, 0)
	skipped[1].Skipped = true
	idle := losses(5, 5, 4, 3)
	idle[0].Skipped = true
	smooth := []Progress{{Loss: 1, Average: 8}, {Loss: 1, Average: 7}, {Loss: 2, Average: 7}}
	for i, c := range []struct {
		rule   StopRule
		run    []Progress
		want   int
		reason string
	}{
		{StepLimit(3), []Progress{{Iteration: 1}, {Iteration: 2}, {Iteration: 3}}, 2, "3 iterations"},
		{StepLimit(3), []Progress{{Iteration: 2}, {Iteration: 2}}, -1, ""},
		{GradNormLimit(0.5), norms(3, nan, 0.6, 0.5), 3, "0.5"},
		{GradNormLimit(0.5), skipped, 2, "0"},
		{&LossChange{Tol: 0.1, For: 1}, losses(10, 8.9, 8.1), 2, "0.1"},
		{&LossChange{Tol: 0.1, For: 2}, losses(10, 9.5, 5, 5.1, 5), 4, "2 steps"},
		{&LossChange{Tol: 0.1, For: 1}, losses(-10, -8.9, -9.5), 2, "0.1"},
		{&LossChange{Tol: 0, For: 1}, losses(0, 1, 1), 2, ""},
		{&LossChange{Tol: 0, For: 1}, losses(0, 0), 1, ""},
		{&LossChange{Tol: 0.1, For: 1}, losses(inf, inf, nan, nan, -inf, -inf), -1, ""},
		{&LossChange{Tol: 0.1, For: 1}, idle, -1, ""},
		{&LossChange{Tol: 0.01, For: 1}, smooth, 1, ""},
		{&LossChange{Tol: 0.01, For: 1, Average: true}, smooth, 2, ""},
		{StopFunc(func(p Progress) string {
			if p.Loss < 0 {
				return "negative"
			}
			return ""
		}), losses(1, -1), 1, "negative"},
	} {
		got, reason := stopsAt(c.rule, c.run)
		if got != c.want || !strings.Contains(reason, c.reason) {
			t.Errorf("case %d, %#v: stops at %d (%q), want %d (%q)", i, c.rule, got, reason, c.want, c.reason)
		}
	}
}
