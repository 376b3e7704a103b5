package optim_test

import (
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A laden rule has options of all kinds: what is data at any depth is saved, and what is or
// holds an address is not.
type laden struct {
	*optim.Adam
	Numbers  []float64
	Table    map[string][2]int
	Nested   struct{ A, b int }
	Tree     tree
	Pointers []*int
	Pointed  map[string]*int
	Inner    struct{ F *int }
	Channels [2]chan int
	Hooks    []struct{ F func() }
	Rules    []optim.Rule
	Any      any
}

func (laden) Name() string { return "laden" }

// A tree is data that is part of itself.
type tree struct {
	Value    int
	Children []tree
}

// TestSavedOptionKinds: what is saved is the same in another run, where everything lies
// elsewhere.
func TestSavedOptionKinds(t *testing.T) {
	made := func() *optim.Optimizer[float64] {
		adam, n := optim.NewAdam(0.1), new(int)
		rule := laden{Adam: &adam, Numbers: []float64{1, 0.5}, Table: map[string][2]int{"b": {1, 2}, "a": {3, 4}},
			Tree: tree{1, []tree{{2, nil}}}, Pointers: []*int{n}, Pointed: map[string]*int{"n": n}, Any: n,
			Channels: [2]chan int{make(chan int)}, Hooks: make([]struct{ F func() }, 1), Rules: []optim.Rule{&adam}}
		rule.Nested.A, rule.Nested.b, rule.Inner.F = 5, 6, n
		return must(optim.New(rule, []optim.Param[float64]{{Name: "p", Value: []float64{1}}}))
	}
	s := must(made().Snapshot())
	want := map[string]string{
		"Beta1": "0.9", "Beta2": "0.999", "Eps": "1e-08", "AMSGrad": "false", "Maximize": "false",
		"Numbers": "[1 0.5]", "Table": `map["a":[3 4] "b":[1 2]]`, "Nested": "{5 6}", "Tree": "{1 [{2 []}]}",
	}
	if !reflect.DeepEqual(s.Options, want) {
		t.Errorf("saved %v, want %v", s.Options, want)
	}
	if err := made().Restore(s); err != nil {
		t.Error(err)
	}
	wrapped := must(optim.New(struct{ optim.Rule }{optim.NewLion(0.1)}, []optim.Param[float64]{{Name: "p", Value: []float64{1}}}))
	if got := must(wrapped.Snapshot()).Options; got["Beta1"] != "0.9" {
		t.Errorf("a rule in an embedded interface is saved with %v", got)
	}
}

// A hiding rule has fields of the same names as what it embeds.
type hiding struct {
	Beta1 float64
	*laden
	Any string
}

func (hiding) Name() string { return "hiding" }

// TestSavedOptionsHidden: a field that another one hides is saved beside it.
func TestSavedOptionsHidden(t *testing.T) {
	adam := optim.NewAdam(0.1)
	rule := hiding{0.5, &laden{Adam: &adam}, `a "b"`}
	got := must(must(optim.New(rule, []optim.Param[float64]{{Name: "p", Value: []float64{1}}})).Snapshot()).Options
	for name, want := range map[string]string{"Beta1": "0.5", "laden.Adam.Beta1": "0.9", "Beta2": "0.999", "Any": `a "b"`} {
		if got[name] != want {
			t.Errorf("%s is saved as %q, want %q", name, got[name], want)
		}
	}
}

// A wordy rule has options with strings in them.
type wordy struct {
	optim.SGD
	List    []string
	Strings map[string]string
	Pair    struct{ A, b string }
}

func (wordy) Name() string { return "wordy" }

// TestSavedOptionTexts: different values of one option have different texts.
func TestSavedOptionTexts(t *testing.T) {
	made := func(change func(r *wordy)) *optim.Optimizer[float64] {
		r := wordy{SGD: optim.SGD{LR: 1}, List: []string{"a b", ""}, Strings: map[string]string{"a": "b c:d"}}
		r.Pair.A, r.Pair.b = "a b", "c"
		change(&r)
		return must(optim.New(r, []optim.Param[float64]{{Name: "p", Value: []float64{1}}}))
	}
	s := must(made(func(*wordy) {}).Snapshot())
	for name, change := range map[string]func(r *wordy){
		"List":    func(r *wordy) { r.List = []string{"a", "b", ""} },
		"Strings": func(r *wordy) { r.Strings = map[string]string{"a": "b", "c": "d"} },
		"Pair":    func(r *wordy) { r.Pair.A, r.Pair.b = "a", "b c" },
	} {
		opttest.WantError(t, made(change).Restore(s), "wordy", name)
	}
	if err := made(func(*wordy) {}).Restore(s); err != nil {
		t.Error(err)
	}
}
