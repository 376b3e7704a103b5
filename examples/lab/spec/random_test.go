package spec

import (
	"reflect"
	"strings"
	"testing"
)

// TestRandom: whatever a text is, what it gives is an experiment that can be run, and its
// canonical text is that of the same one, without a problem.
func TestRandom(t *testing.T) {
	n := uint64(1000)
	if testing.Short() {
		n = 300
	}
	seen := map[string]int{}
	for seed := range n {
		text := Random(seed)
		if problems := checkText(t, text); seed%2 == 0 && problems != nil {
			t.Errorf("seed %d: %s: %v", seed, text, problems)
		} else if seed%2 == 1 && problems != nil {
			seen["broken"]++
		}
		for _, name := range append(scheduleNames(), "ClipNorm", "Lower", "L1=", "at=", "box=", "batch=", "sel=", "type=f64", "f=network") {
			if seed%2 == 0 && strings.Contains(text, name) {
				seen[name]++
			}
		}
		for _, m := range methods {
			if strings.Contains(text, "run="+m.Name) {
				seen[m.Name]++
			}
		}
		if t.Failed() {
			return
		}
	}
	for name, count := range seen {
		if count < int(n)/200 {
			t.Errorf("%s is in %d texts of %d", name, count, n)
		}
	}
	if want := len(methods) + len(schedules) + 10; len(seen) != want || seen["broken"] < int(n)/3 {
		t.Errorf("%d subjects, want %d; %d broken texts", len(seen), want, seen["broken"])
	}
}

// checkText parses a text, and holds the experiment against its canonical text.
func checkText(t *testing.T, text string) []Problem {
	t.Helper()
	s, problems := Parse(text)
	for _, r := range s.Runs {
		if err := s.check(r); err != nil {
			t.Errorf("%s: %s: %v", text, r, err)
		}
	}
	canonical := s.Format()
	again, none := Parse(canonical)
	if none != nil {
		t.Errorf("%s: %s has %v", text, canonical, none)
	}
	if got := again.Format(); got != canonical {
		t.Errorf("%s: %s and then %s", text, canonical, got)
	}
	if !reflect.DeepEqual(plain(s), plain(again)) {
		t.Errorf("%s: %+v, but by its canonical text %+v", text, s, again)
	}
	if e := s.Expand(); len(e.Runs) != len(s.Runs) || e.Runs[0].Text != s.Runs[0].String() {
		t.Errorf("%s: %+v", text, e)
	}
	return problems
}

// plain returns a state without functions, which are never equal.
func plain(s *State) any {
	return []any{s.objective(), s.Network, s.Start, s.Double, s.Steps, s.Runs, s.Batch, s.Seed, s.Best, s.Budget, s.Target, s.View}
}

func FuzzParse(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(Random(seed))
	}
	f.Fuzz(func(t *testing.T, text string) { checkText(t, text) })
}
