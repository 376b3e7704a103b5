package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

func TestEarlyStopping(t *testing.T) {
	nan := math.NaN()
	for i, c := range []struct {
		p       Patience
		metrics []float64
		at      int // -1: never
		best    int // index of the metric whose parameters are kept, -1: none
	}{
		{Patience{Checks: 2}, []float64{5, 4, 4, 3, 3, 3}, 5, 3},
		{Patience{Checks: 3}, []float64{5, 4, 4, 3, 3, 3}, -1, 3},
		{Patience{Checks: 1}, []float64{5, 4, 4}, 2, 1},
		{Patience{Checks: 2, MinDelta: 1}, []float64{5, 4.5, 3.9, 3, 2.9}, 4, 4},
		{Patience{Checks: 3, MinDelta: 0.1}, []float64{1, 0.95, 0.91, 0.905}, 3, 3},
		{Patience{Checks: 3, MinDelta: 0.1}, []float64{1, 0.95, 0.91, 0.89, 0.9, 0.95, 0.8}, 6, 6}, // 0.89 counts, 0.8 does not
		{Patience{Checks: 2, MinDelta: 0.1, Maximize: true}, []float64{-1, -0.95, -0.97}, 2, 1},
		{Patience{Checks: 2, Maximize: true}, []float64{0.5, 0.6, 0.6, 0.1}, 3, 1},
		{Patience{Checks: 2, MinDelta: 0.2, Maximize: true}, []float64{0.5, 0.6, 0.8, 0.9, 0.9}, 4, 3},
		{Patience{Checks: 3}, []float64{nan, nan, 9, nan, nan, nan}, 5, 2},
		{Patience{Checks: 2}, []float64{nan, nan}, 1, -1},
	} {
		w, b := []float32{-1}, []float32{-1, -1}
		e, err := NewEarlyStopping([]optim.Param[float32]{{Name: "w", Value: w}, {Name: "b", Value: b}}, c.p)
		if err != nil {
			t.Fatal(err)
		}
		at := -1
		for j, m := range c.metrics {
			w[0], b[1] = float32(j), float32(10*j)
			if e.Observe(m) {
				at = j
				break
			}
		}
		if at != c.at {
			t.Errorf("case %d: stops at %d, want %d", i, at, c.at)
		}
		metric, ok := e.Best()
		restored := e.Restore()
		if ok != (c.best >= 0) || restored != ok {
			t.Fatalf("case %d: best %v, restored %v", i, ok, restored)
		}
		if ok && (metric != c.metrics[c.best] || w[0] != float32(c.best) || b[1] != float32(10*c.best)) {
			t.Errorf("case %d: best %v with parameters %v %v, want number %d", i, metric, w, b, c.best)
		}
	}

	params := []optim.Param[float64]{{Name: "w", Value: []float64{1}}}
	e, err := NewEarlyStopping(params, Patience{Checks: 1})
	if err != nil {
		t.Fatal(err)
	}
	at, reason := stopsAt(e, []Progress{{Metric: 1}, {Metric: 5, Validated: true}, {Metric: 5}, {Metric: 6, Validated: true}})
	if at != 3 || !strings.Contains(reason, "better than 5 in 1 check") {
		t.Errorf("as a rule: stops at %d, %q", at, reason)
	}

	// It says so again, as often as it is asked.
	if at, again := stopsAt(e, []Progress{{Metric: 4}}); at != 0 || again != reason {
		t.Errorf("asked again: stops at %d, %q, want %q", at, again, reason)
	}
	e, _ = NewEarlyStopping(params, Patience{Checks: 1, MinDelta: 0.5})
	if _, reason := stopsAt(e, []Progress{{Metric: 5, Validated: true}, {Metric: 4.75, Validated: true}}); reason != "no metric better than 5 by more than 0.5 in 1 check" {
		t.Errorf("reason %q", reason)
	}

	_, err = NewEarlyStopping(params, Patience{})
	wantError(t, err, "Patience", "Checks", "0")
	_, err = NewEarlyStopping(params, Patience{Checks: 1, MinDelta: -1})
	wantError(t, err, "Patience", "MinDelta", "-1")
	_, err = NewEarlyStopping(slices.Concat(params, params), Patience{Checks: 1})
	wantError(t, err, `"w"`)
}
