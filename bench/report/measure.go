package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/seed63264101/steepest/bench"
	"github.com/seed63264101/steepest/bench/internal/timing"
	"github.com/seed63264101/steepest/kernels"
)

// weight returns a case's share of the time. Where the data lie far away a sample
// takes long, and so does a whole step; the decay has many contenders. A BLAS
// routine near by has only two, and many cases.
func weight(s bench.Spec) float64 {
	switch {
	case s.BLAS && s.Place < bench.L3:
		return 0.5
	case s.Step && s.Place == bench.Memory:
		return 20
	case s.Step || len(s.Ops) > 1:
		return 10
	case s.Place == bench.Memory:
		return 5
	case s.Place == bench.L3:
		return 2
	}
	return 1
}

// minRounds returns how often to measure a case's contenders at least.
func minRounds(s bench.Spec) int {
	switch {
	case s.Step: // with samples too long to escape interruptions
		return 5
	case s.Place == bench.Memory:
		return 2
	}
	return 3
}

// measureAll measures the cases, about as long as the budget says: each case gets
// its share of the time that is left. If strict, cases that lie far away are
// left out when none is left; left tells how many.
func (r *report) measureAll(specs []bench.Spec, budget time.Duration, strict bool) (rows []row, left int) {
	defer func(l kernels.Level) {
		if err := kernels.SetLevel(l); err != nil {
			panic(err) // it was the active one
		}
	}(kernels.ActiveLevel())
	// The near ones and the steps first: what may be left out comes last.
	rank := func(s bench.Spec) int {
		if s.Step {
			return int(bench.L2)
		}
		return max(int(s.Place), int(bench.L2))
	}
	specs = slices.Clone(specs)
	slices.SortStableFunc(specs, func(a, b bench.Spec) int { return rank(a) - rank(b) })
	remaining := 0.0
	for _, s := range specs {
		remaining += weight(s)
	}
	var arena bench.Arena
	start := time.Now()
	show := newProgress(r.stderr)
	for i, s := range specs {
		now := time.Since(start)
		if strict && now > budget && s.Place >= bench.L3 {
			left++
			continue
		}
		show.line(fmt.Sprintf("%d/%d  %s %s n=%d  %.0fs of about %.0fs", i+1, len(specs),
			s.Ops[0], s.Type, s.N, now.Seconds(), budget.Seconds()))
		share := time.Duration(float64(budget-now) * weight(s) / remaining)
		remaining -= weight(s)
		began := time.Now()
		c := s.Build(&arena)
		ns := measure(c, s.Place != bench.Memory, share-time.Since(began), minRounds(s))
		rows = append(rows, newRows(s, c, ns)...)
	}
	show.end()
	return rows, left
}

// A sample lasts this long, unless one call takes longer.
const (
	minSample = 100 * time.Microsecond // hides the clock's resolution and cost
	maxSample = time.Millisecond       // soon over: a busy machine interrupts long ones
)

// measure returns the nanoseconds that each contender needs to do the work once:
// the best of the rounds that fit the budget. Warm says that the data fit a
// cache; then an untimed call comes before each sample.
func measure(c *bench.Case, warm bool, budget time.Duration, minRounds int) []float64 {
	start := time.Now()
	n := len(c.Contenders)
	sample := min(max(budget/time.Duration(8*n), minSample), maxSample)
	reps, best := make([]int, n), make([]float64, n)
	spent := make([]time.Duration, n)
	for round := 1; ; round++ {
		began := time.Now()
		if c.Reset != nil {
			c.Reset()
		}
		for i := range c.Contenders {
			d := &c.Contenders[i]
			// Where a single call takes long, the slow contenders sit out rounds
			// to the benefit of those that come nearer the limit.
			if round > 1 && spent[i] > 2*began.Sub(start)/time.Duration(n) {
				continue
			}
			turn := time.Now()
			if round == 1 {
				reps[i], best[i] = calibrate(d, warm, sample)
			} else {
				best[i] = min(best[i], once(d, warm, reps[i]))
			}
			spent[i] += time.Since(turn)
		}
		if round >= minRounds && time.Since(start)+time.Since(began) > budget {
			return best
		}
	}
}

// calibrate finds how many calls make a sample, and their time per call.
func calibrate(d *bench.Contender, warm bool, sample time.Duration) (reps int, ns float64) {
	limit := math.MaxInt
	if d.MaxReps > 0 {
		limit = d.MaxReps
	}
	for reps = 1; ; {
		ns = once(d, warm, reps)
		want := float64(sample) / max(ns, 1)
		if want < 1.5*float64(reps) || reps == limit {
			return reps, ns
		}
		// The clock's share of a short sample is large: approach step by step.
		reps = min(int(min(want, 50*float64(reps))), limit)
	}
}

// clock times the samples, wall those that keep several threads busy.
var clock, wall = timing.Thread, timing.Wall

// sink keeps the results.
var sink float64

// once measures one sample, in nanoseconds per call.
func once(d *bench.Contender, warm bool, reps int) float64 {
	if d.Prepare != nil {
		d.Prepare()
	}
	if warm {
		sink += d.Run(1)
	}
	now := clock
	if d.Wall {
		now = wall
	}
	began := now()
	sink += d.Run(reps)
	return float64(now()-began) / float64(reps)
}

// progress shows one line that changes, or on anything but a terminal a line
// every few seconds.
type progress struct {
	w        io.Writer
	terminal bool
	last     time.Time
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, last: time.Now()}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) line(s string) {
	switch {
	case p.terminal:
		fmt.Fprintf(p.w, "\r\x1b[K%s", s)
	case time.Since(p.last) > 5*time.Second:
		fmt.Fprintln(p.w, s)
		p.last = time.Now()
	}
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
