package race

import (
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// A Trial is what came of a run at some rate.
type Trial struct {
	LR       float64
	Diverged bool
	Reached  int     // as in Path
	Loss     float64 // where it ended
}

// better reports whether a trial is to be preferred: one that did not diverge, that was
// sooner within the target, and if none was, that ended lower.
func (a Trial) better(b Trial) bool {
	switch {
	case a.Diverged != b.Diverged:
		return b.Diverged
	case (a.Reached < 0) != (b.Reached < 0):
		return a.Reached >= 0
	case a.Reached != b.Reached:
		return a.Reached < b.Reached
	}
	return a.Loss < b.Loss
}

// A Tuner looks for the best rate of each run of an experiment. All get the same number of
// trials, the experiment's Budget, of which the first one is the rate that is given. L-BFGS
// has no rate and gets none.
type Tuner struct {
	state  *spec.State
	trials [][]Trial // of each run
	now    int       // run
}

// NewTuner returns one that has tried nothing.
func NewTuner(s *spec.State) *Tuner {
	return &Tuner{state: s, trials: make([][]Trial, len(s.Runs))}
}

// Next tries one rate of one run. It reports false if there is none to try.
func (t *Tuner) Next() bool {
	for ; t.now < len(t.trials); t.now++ {
		run, tried := t.state.Runs[t.now], t.trials[t.now]
		if len(tried) >= t.state.Budget || run.Method == "LBFGS" {
			continue
		}
		lr := propose(run, tried, t.state.Budget)
		t.trials[t.now] = append(tried, try(t.state, run, lr, best(tried)))
		return true
	}
	return false
}

// Progress returns how many of all trials need not be made any more.
func (t *Tuner) Progress() (done, total int) {
	total = len(t.trials) * t.state.Budget
	done = t.now * t.state.Budget
	if t.now < len(t.trials) {
		done += len(t.trials[t.now])
	}
	return done, total
}

// Trials returns those of a run, in their order.
func (t *Tuner) Trials(run int) []Trial { return t.trials[run] }

// State returns the experiment with the best rates so far as those that are given.
func (t *Tuner) State() *spec.State {
	s := *t.state
	s.Best = false
	s.Runs = append([]spec.Run(nil), s.Runs...)
	for i, tried := range t.trials {
		if len(tried) > 0 {
			if run, err := withRate(t.state, s.Runs[i], best(tried).LR); err == nil {
				s.Runs[i] = run
			}
		}
	}
	return &s
}

// Tuned returns the experiment with the best rates that its budget finds as those that are
// given, or as it is unless it wants the best.
func Tuned(s *spec.State) *spec.State {
	if !s.Best || s.Surface == nil {
		return s
	}
	t := NewTuner(s)
	for t.Next() {
	}
	return t.State()
}

// withRate returns a run with another rate.
func withRate(s *spec.State, run spec.Run, lr float64) (spec.Run, error) {
	return run.With(s.Double, "LR="+spec.Number(lr))
}

// best returns the best trial, the first one of several.
func best(trials []Trial) Trial {
	b := Trial{Diverged: true, Reached: -1}
	for i, t := range trials {
		if i == 0 || t.better(b) {
			b = t
		}
	}
	return b
}

// propose returns the next rate to try. It begins with decades around the rate that
// is usual for the method, in a good third of the budget, since rates between those that
// diverge and those that get nowhere need not be near the one that is given. From the best one
// it then goes along ladders whose rungs lie closer and closer, to whatever is better next to it,
// and looks further around where nothing is.
func propose(run spec.Run, tried []Trial, budget int) float64 {
	if len(tried) == 0 {
		return run.LR
	}
	middle := decades.nearest(usualRate(run))
	for i := range min(1+2*budget/5, 11) {
		rung := middle + (i+1)/2
		if i%2 == 0 {
			rung = middle - i/2
		}
		if lr := decades.rung(rung); !has(tried, lr) {
			return lr
		}
	}
	top := best(tried).LR
	for far := 1; ; far++ {
		for _, l := range []*ladder{coins, tenths, digits2, digits3} {
			at := l.nearest(top)
			for _, rung := range []int{at, at + far, at - far} {
				if lr := l.rung(rung); !has(tried, lr) {
					return lr
				}
			}
		}
	}
}

// usualRate returns the rate of a run of the same method that says none.
func usualRate(run spec.Run) float64 {
	usual, err := spec.ParseRun(run.Method+"()", true)
	if err != nil { // a method that there is not
		return 1
	}
	return usual.LR
}

func has(tried []Trial, lr float64) bool {
	for _, t := range tried {
		if t.LR == lr {
			return true
		}
	}
	return false
}

// try takes the steps of a run at a rate. If there is a trial to be beaten that has reached the
// target and not diverged, it ends where it cannot beat that any more.
func try(s *spec.State, run spec.Run, lr float64, beat Trial) Trial {
	t := Trial{LR: lr, Diverged: true, Reached: -1}
	run, err := withRate(s, run, lr)
	if err != nil {
		return t
	}
	r, err := Start(s, run)
	if err != nil {
		return t
	}
	for {
		if t.Reached < 0 && arrived(s, r) {
			t.Reached = r.Steps()
		}
		late := t.Reached < 0 && beat.Reached >= 0 && !beat.Diverged && r.Steps() >= beat.Reached
		if r.Steps() >= s.Steps || late || !r.Step() {
			break
		}
	}
	t.Diverged, t.Loss = r.Diverged(), r.Loss()
	return t
}
