package spec

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/neural"
)

// TestAbout: every option, method and schedule has its line, and every line is of one.
func TestAbout(t *testing.T) {
	c := NewCatalog()
	used := map[string]bool{}
	lines := func(of string, options []Option) {
		for _, o := range options {
			if o.About == "" {
				t.Errorf("%s.%s has no line", of, o.Name)
			}
			name := o.Name
			if _, ok := abouts[of+"."+name]; ok {
				name = of + "." + name
			}
			used[name] = true
		}
	}
	lines("", c.Common)
	for _, e := range append(slices.Clone(c.Methods), c.Schedules...) {
		if e.About == "" {
			t.Errorf("%s has no line", e.Name)
		}
		used[e.Name] = true
		lines(e.Name, e.Options)
	}
	for _, e := range c.Objectives {
		if e.Title == "" || e.About == "" {
			t.Errorf("%s has no title or no line", e.Name)
		}
	}
	for _, o := range c.Keys {
		if o.About == "" {
			t.Errorf("the key %s has no line", o.Name)
		}
	}
	for name := range abouts {
		if !used[name] {
			t.Errorf("nothing has the line on %s", name)
		}
	}
	for name := range titles {
		if !used[name] {
			t.Errorf("nothing is %s", name)
		}
	}
}

// TestEveryField: of every rule and schedule all exported fields are options, but for what a
// Plateau has observed and for Muon's rule for what is no matrix.
func TestEveryField(t *testing.T) {
	c := NewCatalog()
	check := func(e Entry, s reflect.Value) {
		for i := range s.NumField() {
			f := s.Type().Field(i)
			found := slices.ContainsFunc(e.Options, func(o Option) bool { return o.Name == f.Name })
			left := e.Name == "Plateau" && f.Name == "State" || e.Name == "Muon" && f.Name == "Rest"
			if f.IsExported() && found == left {
				t.Errorf("%s.%s: an option is %v", e.Name, f.Name, found)
			}
		}
	}
	for i, m := range methods {
		check(c.Methods[i], reflect.ValueOf(m.usual))
	}
	check(c.Objectives[len(c.Objectives)-1], reflect.ValueOf(neural.Default()))
	for i, s := range schedules {
		check(c.Schedules[i], structOf(s))
	}
}

// TestDefaults: a text that gives every option its default is the one that gives none.
func TestDefaults(t *testing.T) {
	c := NewCatalog()
	args := func(options []Option) (args []string) {
		for _, o := range options {
			args = append(args, o.Name+"="+o.Default)
		}
		return args
	}
	clean := func(text, want string) {
		if s, problems := Parse(text); problems != nil || s.Format() != want {
			t.Errorf("%s: %s %v, want %s", text, s.Format(), problems, want)
		}
	}
	for _, e := range c.Methods {
		options := e.Options
		if e.Rule {
			options = append(slices.Clone(options), c.Common...)
		}
		if e.Name == "FTRL" {
			options = slices.DeleteFunc(options, func(o Option) bool { return o.Name == "L1" })
		}
		clean("run="+call(e.Name, args(options))+"&run=LBFGS", "run="+e.Name+"&run=LBFGS")
	}
	for _, e := range c.Schedules {
		clean("run=SGD(Schedule="+call(e.Name, args(e.Options))+")", "run=SGD(Schedule="+e.Name+")")
	}
	for _, e := range c.Objectives {
		want := "f=" + e.Name
		if e.Name == "rosenbrock" {
			want = ""
		}
		clean("f="+call(e.Name, args(e.Options)), want)
	}
	for _, o := range c.Keys {
		clean(o.Name+"="+o.Default, "")
	}
}

// TestExpand: values as text, in a form that JSON has.
func TestExpand(t *testing.T) {
	s, _ := Parse("run=SGD(Schedule=Warmup(Steps=9,Then=Sequence(Schedules=(Constant,Cosine(Hold=1)),Milestones=(7))),Lower=1)&run=LBFGS&steps=70&f=parabola(Curvature=3)")
	e := s.Expand()
	find := func(c Call, name string) Value {
		i := slices.IndexFunc(c.Options, func(v Value) bool { return v.Name == name })
		if i < 0 {
			t.Fatalf("%s has no %s", c.Name, name)
		}
		return c.Options[i]
	}
	schedule := find(e.Runs[0], "Schedule")
	then := find(schedule.Calls[0], "Then")
	list := find(then.Calls[0], "Schedules")
	for _, c := range []struct{ got, want any }{
		{e.Objective.Text, "parabola(Curvature=3)"},
		{find(e.Objective, "Curvature"), Value{Name: "Curvature", Kind: "number", Text: "3"}},
		{e.Keys["steps"], Value{Name: "steps", Kind: "integer", Text: "70"}},
		{e.Keys["at"], Value{Name: "at", Kind: "numbers", Text: "-4", Usual: true}},
		{e.Keys["box"], Value{Name: "box", Kind: "numbers", Usual: true}},
		{len(e.Keys), len(keys) - 2},
		{find(e.Runs[0], "LR"), Value{Name: "LR", Kind: "number", Text: "0.0005", Usual: true}},
		{find(e.Runs[0], "Lower").Text + find(e.Runs[0], "Upper").Text, "1"},
		{schedule.Calls[0].Name + find(schedule.Calls[0], "Steps").Text, "Warmup9"},
		{list.Text, "(Constant,Cosine(Hold=1))"},
		{find(list.Calls[1], "Hold").Text, "1"},
		{e.Runs[0].Rule, true},
		{e.Runs[1], Call{Name: "LBFGS", Text: "LBFGS", Label: "LBFGS", Options: []Value{}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%+v, want %+v", c.got, c.want)
		}
	}
	for _, v := range []any{e, NewCatalog()} {
		if _, err := json.Marshal(v); err != nil {
			t.Error(err)
		}
	}
}
