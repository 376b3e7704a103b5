package spec

import (
	"reflect"
	"strconv"
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

// TestExtremes: the most and the least that a number can be, of each option, makes an experiment
// that its canonical text gives back, whether the option takes it or not.
func TestExtremes(t *testing.T) {
	values := []string{"5e-324", "-5e-324", "1.7976931348623157e308", "-1.7976931348623157e308", "-0", "1e-400", "1e39", "1000000000"}
	if testing.Short() {
		values = values[:3]
	}
	each := func(format string, of string, options []Option) {
		for _, o := range options {
			for _, v := range values {
				checkText(t, strings.Replace(format, "@", call(of, []string{o.Name + "=" + v}), 1))
			}
		}
	}
	c := NewCatalog()
	for _, m := range c.Methods {
		options := m.Options
		if m.Rule {
			options = append(options, c.Common...)
		}
		each("f=parabola&type=f64&run=@", m.Name, options)
		each("run=@", m.Name, options)
	}
	for _, s := range c.Schedules {
		each("run=SGD(Schedule=@)", s.Name, s.Options)
	}
	for _, o := range c.Objectives {
		each("f=@", o.Name, o.Options)
	}
	for _, k := range c.Keys {
		for _, v := range values {
			checkText(t, k.Name+"="+v)
			checkText(t, k.Name+"="+v+","+v)
		}
	}
}

// TestLong: a text whose canonical one would be too long is too long itself.
func TestLong(t *testing.T) {
	for _, n := range []int{11, 13} {
		const inner = "Sequence(Schedules=(Polynomial(Power=1e5,EtaMin=1e5),Polynomial(Power=1e5,EtaMin=1e5)))"
		text := strings.Repeat("run=SGD(Schedule=Sequence(Schedules=("+strings.Repeat(inner+",", n)+inner+"),Milestones=("+counted(n)+")))&", 6)
		problems := checkText(t, text)
		if s, _ := Parse(text); (problems == nil) != (n == 11) || (s.Format() == "") != (n == 13) {
			t.Errorf("%d bytes, %d of the canonical text, problems %v", len(text), len(s.Format()), problems)
		}
	}
}

// TestManyProblems: a text of nothing else is told of in a page, and soon.
func TestManyProblems(t *testing.T) {
	for _, part := range []string{"run=A&", "a=b&", "a&", "run=Muon(A=1,B=2,C=3,D=4)&"} {
		if _, problems := Parse(strings.Repeat(part, maxText/len(part))); len(problems) != maxProblems {
			t.Errorf("%s: %d problems, want %d", part, len(problems), maxProblems)
		}
	}
}

// counted returns 1,2,... up to n.
func counted(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strconv.Itoa(i + 1)
	}
	return strings.Join(items, ",")
}
