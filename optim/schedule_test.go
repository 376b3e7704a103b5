package optim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/schedule"
)

func TestScheduleFunc(t *testing.T) {
	p := []float64{1}
	opt := mustNew(t, SGD{LR: 0.5}, named([][]float64{p}), WithSchedule(schedule.Func(func(base float64, step int) float64 {
		return base / float64(1+step)
	})))
	for step := range 4 {
		if r := mustStep(t, opt, [][]float64{{1}}); r.LR != 0.5/float64(1+step) {
			t.Errorf("step %d: rate %v", r.Step, r.LR)
		}
	}
}

// A metered is a user's Observer that cannot be saved.
type metered struct{ schedule.Constant }

func (metered) Observe(float64) {}

// TestSharedPlateauState: a Plateau that stands in two places is saved once.
func TestSharedPlateauState(t *testing.T) {
	fresh := func() (*Optimizer[float64], *schedule.Plateau) {
		p := schedule.NewPlateau()
		return mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p, schedule.Warmup{Then: p}}, Milestones: []int{1}})), p
	}
	o, p := fresh()
	o.Observe(3)
	o.Observe(4)
	s := mustSnapshot(t, o)
	if len(s.Schedule) != 1 {
		t.Errorf("saved %v, want one state", s.Schedule)
	}
	again, q := fresh()
	if err := again.Restore(s); err != nil || q.State != p.State || q.State.Bad != 1 {
		t.Errorf("restored %+v, want %+v (%v)", q.State, p.State, err)
	}
	// An Observer without a state cannot be saved.
	o = mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: []float64{1}}}, WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{p, metered{}}, Milestones: []int{1}}))
	_, err := o.Snapshot()
	wantError(t, err, "optim.metered", "schedule.Saver")
}

// memo is a schedule of a user's with a state.
type memo struct {
	text string
	bad  string // what RestoreState refuses
}

func (*memo) Rate(base float64, step int) float64 { return base }

func (m *memo) SaveState() (string, error) {
	if strings.Contains(m.text, "!") {
		return "", errors.New("no text")
	}
	return m.text, nil
}

func (m *memo) RestoreState(text string) error {
	if text == m.bad {
		return fmt.Errorf("bad text %q", text)
	}
	m.text = text
	return nil
}

func TestScheduleStates(t *testing.T) {
	make := func(a, b, bad string) (*Optimizer[float32], []*memo) {
		memos := []*memo{{a, ""}, {b, bad}}
		return mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: []float32{1}}},
			WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{memos[0], schedule.Warmup{Then: memos[1]}}, Milestones: []int{5}})), memos
	}
	o, _ := make("a", "b", "")
	s := mustSnapshot(t, o)
	if want := []ScheduleSnapshot{{Type: "*optim.memo", State: "a"}, {Type: "*optim.memo", State: "b"}}; !slices.Equal(s.Schedule, want) {
		t.Errorf("got %v, want %v", s.Schedule, want)
	}
	o, memos := make("c", "d", "")
	if err := o.Restore(s); err != nil || memos[0].text != "a" || memos[1].text != "b" {
		t.Errorf("got %q and %q (%v)", memos[0].text, memos[1].text, err)
	}
	o, memos = make("c", "d", "b")
	wantError(t, o.Restore(s), "*optim.memo", `bad text "b"`)
	if memos[0].text != "c" || memos[1].text != "d" {
		t.Errorf("a failed Restore left %q and %q", memos[0].text, memos[1].text)
	}
	o, _ = make("c", "!", "")
	_, err := o.Snapshot()
	wantError(t, err, "*optim.memo", "no text")
	wantError(t, o.Restore(s), "*optim.memo", "no text")
}

// TestScheduleOwners: states go back to those whose they were, whoever else has some.
func TestScheduleOwners(t *testing.T) {
	build := func(opts ...Option) *Optimizer[float64] {
		return mustNew(t, SGD{LR: 1}, headAndBody([][]float64{{0}, {0}, {0}, {0}}), opts...)
	}
	of := func(match func(string) bool, m *memo) Option { return WithGroup(match, GroupSchedule(m), MayBeEmpty()) }
	isTail := func(name string) bool { return name == "tail" }
	saved := mustSnapshot(t, build(WithSchedule(&memo{"all", "-"}), of(isHead, &memo{"head", "-"}), of(isTail, &memo{"tail", "-"})))
	want := []ScheduleSnapshot{{"*optim.memo", "all", "", 0}, {"*optim.memo", "head", "head.weight", 0}, {"*optim.memo", "tail", "", 2}}
	if !slices.Equal(saved.Schedule, want) {
		t.Errorf("got %v, want %v", saved.Schedule, want)
	}
	var all, head, body, tail memo
	for i, c := range []struct {
		opts []Option
		want string
	}{
		{[]Option{WithSchedule(&all), of(isHead, &head), of(isTail, &tail)}, "all head  tail"},
		{[]Option{WithSchedule(&all), of(isBody, &body), of(isHead, &head)}, "all head  "},
		{[]Option{WithSchedule(&all), of(isBody, &body)}, "all   "},
		{[]Option{of(isBody, &body), of(isTail, &tail)}, "   tail"},
		{[]Option{of(isHead, &body), of(isHead, &head)}, " head  "},
		{[]Option{WithSchedule(schedule.Sequence{Schedules: []schedule.Schedule{&all, &body}, Milestones: []int{1}}), of(isHead, &head)}, " head  "},
		{[]Option{WithSchedule(&all), of(isHead, &all)}, "all   "},
	} {
		all, head, body, tail = memo{"", "-"}, memo{"", "-"}, memo{"", "-"}, memo{"", "-"}
		if err := build(c.opts...).Restore(saved); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join([]string{all.text, head.text, body.text, tail.text}, " "); got != c.want {
			t.Errorf("%d: got %q, want %q", i, got, c.want)
		}
	}
	// On error none has changed.
	all, head = memo{"", "-"}, memo{"", "head"}
	wantError(t, build(WithSchedule(&all), of(isHead, &head)).Restore(saved), `bad text "head"`)
	if all.text != "" {
		t.Errorf("a failed Restore left %q", all.text)
	}
	// A snapshot without owners is the optimizer's.
	saved.Schedule = []ScheduleSnapshot{{Type: "*optim.memo", State: "old"}}
	head = memo{"", "-"}
	if err := build(WithSchedule(&all), of(isHead, &head)).Restore(saved); err != nil || all.text != "old" || head.text != "" {
		t.Errorf("got %q and %q (%v)", all.text, head.text, err)
	}
}

// TestScheduleOwnersKept: the parameters that go by a schedule are those that its predicate
// chose when they were added, whatever it would say later.
func TestScheduleOwnersKept(t *testing.T) {
	asked := 0
	once := func(name string) bool { asked++; return asked <= 8 && isHead(name) }
	o := mustNew(t, SGD{LR: 1}, headAndBody([][]float64{{0}, {0}, {0}, {0}}), WithGroup(once, GroupSchedule(&memo{"head", "-"})))
	before := asked
	got := mustSnapshot(t, o).Schedule
	if want := []ScheduleSnapshot{{"*optim.memo", "head", "head.weight", 0}}; !slices.Equal(got, want) || asked != before {
		t.Errorf("got %v, want %v, and the predicate was asked %d times more", got, want, asked-before)
	}
}
