package optim

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/kernels"
)

// freeOptions are the options of rules that do not say what the state means.
var freeOptions = []string{"LR", "WeightDecay"}

// savedOptions returns the options of a rule, which are the exported fields of its
// struct, but for the free ones and what is no plain data. Their text tells different
// values apart.
func savedOptions(rule Rule) map[string]string {
	options := make(map[string]string)
	addOptions(options, reflect.Indirect(reflect.ValueOf(rule)))
	return options
}

func addOptions(options map[string]string, v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			addOptions(options, v.Field(i))
			continue
		}
		if f.IsExported() && isData(f.Type) && !slices.Contains(freeOptions, f.Name) {
			options[f.Name] = fmt.Sprint(v.Field(i))
		}
	}
}

// isData reports whether the text of a value says what it is in another run, too.
func isData(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Pointer, reflect.Chan, reflect.Interface, reflect.UnsafePointer:
		return false
	}
	return !t.Implements(reflect.TypeFor[Rule]())
}

// meansSame reports whether the state of two rules means the same.
func meansSame(a, b Rule) bool {
	return a.Name() == b.Name() && maps.Equal(savedOptions(a), savedOptions(b))
}

// checkSavedRule returns an error unless the rule of a saved parameter, its own or the
// optimizer's, is the rule.
func checkSavedRule[T kernels.Float](rule Rule, p *ParamSnapshot[T], all *Snapshot[T]) error {
	if p.Rule == "" {
		return checkSaved(rule, all.Rule, all.Options)
	}
	return checkSaved(rule, p.Rule, p.Options)
}

// checkSaved returns an error unless the saved name and the saved options are the
// rule's.
func checkSaved(rule Rule, name string, saved map[string]string) error {
	if want := rule.Name(); name != want {
		return fmt.Errorf("the rule %q, want %q", name, want)
	}
	own := savedOptions(rule)
	for _, option := range slices.Sorted(maps.Keys(saved)) {
		want, ok := own[option]
		if !ok {
			return fmt.Errorf("%s with the option %s = %s, which the rule does not have", name, option, saved[option])
		}
		if saved[option] != want {
			return fmt.Errorf("%s with %s = %s, want %s", name, option, saved[option], want)
		}
	}
	return nil
}
