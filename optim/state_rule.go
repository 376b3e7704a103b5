package optim

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/kernels"
)

// freeOptions are the options of rules that do not say what the state means.
var freeOptions = []string{"LR", "WeightDecay"}

// savedOptions returns the options of a rule, which are the exported fields of its
// struct, but for the free ones and what is no plain data. Their text tells different
// values apart. Of fields with one name the shallowest has it, and the others, by which an
// embedded rule may still go, are named with the structs that they are in.
func savedOptions(rule Rule) map[string]string {
	options := make(map[string]string)
	type part struct {
		path string
		v    reflect.Value
	}
	for level := []part{{"", embedded(reflect.ValueOf(rule))}}; len(level) > 0; {
		var deeper []part
		for _, p := range level {
			if p.v.Kind() != reflect.Struct {
				continue
			}
			for i := range p.v.NumField() {
				f := p.v.Type().Field(i)
				if inner := embedded(p.v.Field(i)); f.Anonymous && inner.Kind() == reflect.Struct {
					deeper = append(deeper, part{p.path + f.Name + ".", inner})
					continue
				}
				if !f.IsExported() || !isData(f.Type, nil) || slices.Contains(freeOptions, f.Name) {
					continue
				}
				name := f.Name
				if _, taken := options[name]; taken {
					name = p.path + name
				}
				options[name] = textOf(p.v.Field(i))
			}
		}
		level = deeper
	}
	return options
}

// textOf returns the text of an option.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return textWithin(v)
}

// textWithin is textOf for a part of an option. It is fmt's text, but for strings, whose ends
// would not show beside others.
func textWithin(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			parts = append(parts, textWithin(v.Index(i)))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Map:
		for _, k := range v.MapKeys() {
			parts = append(parts, textWithin(k)+":"+textWithin(v.MapIndex(k)))
		}
		slices.Sort(parts)
		return "map[" + strings.Join(parts, " ") + "]"
	case reflect.Struct:
		for i := range v.NumField() {
			parts = append(parts, textWithin(v.Field(i)))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprint(v)
}

// embedded returns what an embedded field holds, which may be a pointer or an interface.
func embedded(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

// isData reports whether the text of a value says what it is in another run, too: whether
// it is no address and holds none. within are types that it is part of.
func isData(t reflect.Type, within []reflect.Type) bool {
	if t.Implements(reflect.TypeFor[Rule]()) {
		return false
	}
	if slices.Contains(within, t) {
		return true // it holds what was asked for already
	}
	within = append(within, t)
	switch t.Kind() {
	case reflect.Func, reflect.Pointer, reflect.Chan, reflect.Interface, reflect.UnsafePointer:
		return false
	case reflect.Slice, reflect.Array:
		return isData(t.Elem(), within)
	case reflect.Map:
		return isData(t.Key(), within) && isData(t.Elem(), within)
	case reflect.Struct:
		for i := range t.NumField() {
			if !isData(t.Field(i).Type, within) {
				return false
			}
		}
	}
	return true
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
