package train

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
)

// sweepRun is what a cell's run is, for tests to edit: least squares with weight decay.
func sweepRun(c Cell, edit func(p *optim.Param[float64], o *FitOptions[float64])) (*Run[float64], error) {
	r := newRegression(37, 6)
	o := FitOptions[float64]{
		Batches: &Batches{Samples: 37, Size: 8, Seed: 1}, Epochs: 4, Smoothing: 0.5,
		Divergence: &Divergence{Spike: 50, Decay: 0.5, For: 1},
		Validate:   func() (float64, error) { return math.Abs(r.w[0] - 0.1), nil }, ValidateEvery: 5,
		Stop: []StopRule{&LossChange{Tol: 1e-9, For: 3}},
	}
	p := r.params()[0]
	edit(&p, &o)
	if o.Progress != nil {
		o.ProgressEvery = 1
	}
	opt, err := optim.New(optim.SGD{LR: c.LR, WeightDecay: c.Value}, []optim.Param[float64]{p})
	if err != nil {
		return nil, err
	}
	return NewRun(opt, r.mean, o)
}

func asIs(*optim.Param[float64], *FitOptions[float64]) {}

// TestSweep: every cell has what its run reaches by itself, whatever the number of workers.
func TestSweep(t *testing.T) {
	o := SweepOptions{Rates: []float64{0.01, 0.1, 4}, Option: "weight_decay", Values: []float64{0, -1, 0.5}}
	own := errors.New("own")
	build := func(c Cell) (*Run[float64], error) {
		return sweepRun(c, func(_ *optim.Param[float64], o *FitOptions[float64]) {
			if c.Number == 7 {
				o.Progress = func(Progress) error { return own }
			}
		})
	}
	var want string
	for workers := range 9 {
		o.Workers, o.Maximize = workers, workers > 4
		if workers == 5 {
			want = ""
		}
		got, err := Sweep(context.Background(), build, o)
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := got.WriteCSV(&text); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = text.String()
			checkSweep(t, got, build, own)
		}
		if text.String() != want {
			t.Errorf("%d workers:\n%s\nwith one:\n%s", workers, text.String(), want)
		}
	}
	lines, err := csv.NewReader(strings.NewReader(want)).ReadAll()
	if err != nil || len(lines) != 10 || !slices.Equal(lines[0], []string{"lr", "weight_decay", "iterations", "loss", "average", "metric", "skips", "reason", "error"}) {
		t.Errorf("table %q, error %v", lines, err)
	}
}

func checkSweep(t *testing.T, got *SweepResult, build func(Cell) (*Run[float64], error), own error) {
	t.Helper()
	var diverged *DivergedError
	for i, c := range got.Cells {
		if want := (Cell{i, []float64{0.01, 0.1, 4}[i%3], []float64{0, -1, 0.5}[i/3]}); c.Cell != want {
			t.Errorf("cell %+v, want %+v", c.Cell, want)
		}
		switch {
		case i/3 == 1:
			wantError(t, c.Err, "WeightDecay", "-1")
			continue
		case i%3 == 2:
			if !errors.As(c.Err, &diverged) {
				t.Errorf("cell %d: error %v, want that it diverged", i, c.Err)
			}
			continue
		case i == 7:
			if !errors.Is(c.Err, own) {
				t.Errorf("cell %d: error %v", i, c.Err)
			}
			continue
		}
		run, err := build(c.Cell)
		if err != nil {
			t.Fatal(err)
		}
		best := math.NaN()
		run.o.Progress = func(p Progress) error {
			if p.Validated {
				if best != best || got.Maximize == (p.Metric > best) {
					best = p.Metric
				}
			}
			return nil
		}
		r, err := run.Fit(context.Background())
		if err != nil || c.Err != nil || fmt.Sprintf("%#v", r) != fmt.Sprintf("%#v", c.Result) || c.Metric != best {
			t.Errorf("cell %d: %#v, metric %v, want %#v, %v", i, c.Result, c.Metric, r, best)
		}
	}
	b, ok := got.Best()
	if !ok || b.Err != nil {
		t.Errorf("the best is %+v", b)
	}
	for _, c := range got.Cells {
		if c.Err == nil && c.Metric != b.Metric && got.Maximize == (c.Metric > b.Metric) {
			t.Errorf("cell %d has the metric %v, the best one %v", c.Number, c.Metric, b.Metric)
		}
	}
}

// TestSweepBest: which cell is the best, and the table.
func TestSweepBest(t *testing.T) {
	nan := math.NaN()
	cell := func(i int, average, metric float64, err error) CellResult {
		r := FitResult{Progress: Progress{Iteration: 10 * i, Average: average}, Reason: "5 epochs"}
		if err != nil {
			r.Reason = ""
		}
		return CellResult{Cell{i, math.Pow(0.1, float64(i)), 0.5}, r, metric, err}
	}
	failed := errors.New("own\nerror")
	lost := cell(0, 1, nan, nil) // the average leaves out what is not finite
	lost.Result.Loss = nan
	for i, c := range []struct {
		r    SweepResult
		want int
	}{
		{SweepResult{}, -1},
		{SweepResult{Cells: []CellResult{cell(0, nan, nan, nil), cell(1, 1, nan, failed)}}, -1},
		{SweepResult{Cells: []CellResult{cell(0, nan, nan, nil), cell(1, 3, nan, nil), cell(2, 2, nan, nil), cell(3, 2, nan, nil), cell(4, 1, nan, failed)}}, 2},
		{SweepResult{Cells: []CellResult{cell(0, 1, nan, nil), cell(1, 3, 5, nil), cell(2, 2, 6, nil), cell(3, 2, -1, failed)}}, 1},
		{SweepResult{Maximize: true, Cells: []CellResult{cell(0, 1, nan, nil), cell(1, 3, 5, nil), cell(2, 2, 6, nil), cell(3, 2, 7, failed)}}, 2},
		{SweepResult{Maximize: true, Cells: []CellResult{cell(0, 1, nan, nil), cell(1, 3, nan, nil)}}, 0},
		{SweepResult{Cells: []CellResult{cell(0, 1, nan, nil), cell(1, 3, 5, failed)}}, 0},
		{SweepResult{Cells: []CellResult{lost, cell(1, 3, nan, nil)}}, 1},
	} {
		if b, ok := c.r.Best(); ok != (c.want >= 0) || ok && b.Number != c.want {
			t.Errorf("case %d: the best is %d, %v, want %d", i, b.Number, ok, c.want)
		}
	}
	r := SweepResult{Option: "decay", Cells: []CellResult{cell(0, 1./3, 5, nil), cell(1, 3, nan, failed)}}
	r.Cells = append(r.Cells, cell(2, nan, nan, fmt.Errorf("own: %w", &DivergedError{})))
	want := "cell  lr    decay  iterations  loss     metric  end\n" +
		"0*    1     0.5    0           0.33333  5       5 epochs\n" +
		"1     0.1   0.5    10          3        -       own; error\n" +
		"2     0.01  0.5    20          NaN      -       diverged\n"
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	r.Option = ""
	if got := r.String(); strings.Contains(got, "0.5") || strings.Contains(got, "decay") {
		t.Errorf("a table without option:\n%s", got)
	}
	if err := r.WriteCSV(badWriter{failed}); !errors.Is(err, failed) {
		t.Errorf("error %v", err)
	}
}

// TestSweepStart: runs that do not start alike, or share something.
func TestSweepStart(t *testing.T) {
	var lone *Run[float64]
	shared := &LossChange{Tol: 1e-9, For: 3}
	average, err := NewSWA([]optim.Param[float64]{{Name: "v", Value: []float64{1}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	history, divergence, values := new(History), NewDivergence(), make([]float64, 6)
	for name, c := range map[string]struct {
		edit func(i int, p *optim.Param[float64], o *FitOptions[float64])
		want string
	}{
		"value": {func(i int, p *optim.Param[float64], _ *FitOptions[float64]) { p.Value[5] = float64(i / 2) }, `parameter "w"`},
		"minus zero": {func(i int, p *optim.Param[float64], _ *FitOptions[float64]) {
			p.Value[0] = math.Copysign(0, 1-float64(i))
		}, `parameter "w"`},
		"name": {func(i int, p *optim.Param[float64], _ *FitOptions[float64]) {
			if i == 2 {
				p.Name = "v"
			}
		}, `parameter "v"`},
		"batches": {func(i int, _ *optim.Param[float64], o *FitOptions[float64]) { o.Batches.Seed = uint64(i / 2) }, "Seed:1"},
		"rule":    {func(_ int, _ *optim.Param[float64], o *FitOptions[float64]) { o.Stop = []StopRule{shared} }, "LossChange of the cell before"},
		"average": {func(_ int, _ *optim.Param[float64], o *FitOptions[float64]) { o.Average = average }, "WeightAverage"},
		"history": {func(_ int, _ *optim.Param[float64], o *FitOptions[float64]) { o.History = history }, "History"},
		"directory": {func(_ int, _ *optim.Param[float64], o *FitOptions[float64]) {
			o.Checkpoints = &checkpoint.Dir{Path: dir, Keep: 1}
		}, "directory " + dir},
		"resume": {func(i int, _ *optim.Param[float64], o *FitOptions[float64]) {
			o.Checkpoints, o.Resume = &checkpoint.Dir{Path: filepath.Join(dir, fmt.Sprint(i)), Keep: 1}, true
		}, "0, with the rate 0.1: it has Resume"},
		"divergence": {func(_ int, _ *optim.Param[float64], o *FitOptions[float64]) { o.Divergence = divergence }, "Divergence"},
		"memory":     {func(_ int, p *optim.Param[float64], _ *FitOptions[float64]) { p.Value = values }, `parameter "w"`},
	} {
		for _, workers := range []int{1, 3} {
			if name == "memory" && workers > 1 {
				continue // a race
			}
			r, err := Sweep(context.Background(), func(cell Cell) (*Run[float64], error) {
				return sweepRun(cell, func(p *optim.Param[float64], o *FitOptions[float64]) { c.edit(cell.Number, p, o) })
			}, SweepOptions{Rates: []float64{0.1, 0.2, 0.3}, Workers: workers})
			if r != nil {
				t.Errorf("%s: there is a result", name)
			}
			wantError(t, err, "train: Sweep: cell", c.want)
		}
	}
	_, err = Sweep(context.Background(), func(c Cell) (*Run[float64], error) {
		if lone == nil {
			lone, _ = sweepRun(c, asIs)
		}
		return lone, nil
	}, SweepOptions{Rates: []float64{0.1, 0.2}})
	wantError(t, err, "cell 1", "0.2", "Run", "the cell before")
}

// TestSweepEnds: cancelled, by a panic, and with options that are wrong.
func TestSweepEnds(t *testing.T) {
	own := errors.New("own")
	for workers := range 4 {
		ctx, cancel := context.WithCancelCause(context.Background())
		var built atomic.Int32
		r, err := Sweep(ctx, func(c Cell) (*Run[float64], error) {
			built.Add(1)
			return sweepRun(c, func(_ *optim.Param[float64], o *FitOptions[float64]) {
				o.Progress = func(p Progress) error {
					switch {
					case c.Number == 1 && p.Iteration == 3:
						cancel(own)
					case c.Number > 1: // or all could be done before
						<-ctx.Done()
					}
					return nil
				}
			})
		}, SweepOptions{Rates: slices.Repeat([]float64{0.1}, 40), Workers: workers})
		if !errors.Is(err, own) || len(r.Cells) != 40 || !errors.Is(r.Cells[1].Err, own) || r.Cells[1].Result.Iteration != 3 || !errors.Is(r.Cells[39].Err, own) || built.Load() == 40 {
			t.Errorf("%d workers: %v, %d built, %+v", workers, err, built.Load(), r)
		}

		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, own) {
					t.Errorf("%d workers: panic with %v", workers, err)
				}
			}()
			Sweep(context.Background(), func(c Cell) (*Run[float64], error) {
				return sweepRun(c, func(_ *optim.Param[float64], o *FitOptions[float64]) {
					o.Progress = func(p Progress) error { panic(own) }
				})
			}, SweepOptions{Rates: []float64{0.1, 0.2, 0.3}, Workers: workers})
			t.Error("no panic")
		}()
	}
	build := func(c Cell) (*Run[float64], error) { return sweepRun(c, asIs) }
	for _, c := range []struct {
		o    SweepOptions
		want []string
	}{
		{SweepOptions{}, []string{"SweepOptions", "no Rates"}},
		{SweepOptions{Rates: []float64{1, 0}}, []string{"SweepOptions", "Rates[1]", "0"}},
		{SweepOptions{Rates: []float64{math.Inf(1)}}, []string{"Rates[0]", "+Inf"}},
		{SweepOptions{Rates: []float64{1}, Option: "x"}, []string{`"x"`, "0 Values"}},
		{SweepOptions{Rates: []float64{1}, Values: []float64{1}}, []string{`""`, "1 Values"}},
		{SweepOptions{Rates: []float64{1}, Workers: -1}, []string{"Workers", "-1"}},
	} {
		_, err := Sweep(context.Background(), build, c.o)
		wantError(t, err, c.want...)
	}
	_, err := Sweep[float64](context.Background(), nil, SweepOptions{Rates: []float64{1}})
	wantError(t, err, "nil build")
	var none context.Context
	_, err = Sweep(none, build, SweepOptions{Rates: []float64{1}})
	wantError(t, err, "nil Context")
	r, err := Sweep(context.Background(), func(Cell) (*Run[float64], error) { return nil, nil }, SweepOptions{Rates: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, r.Cells[0].Err, "NewRun")
}
