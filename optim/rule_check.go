package optim

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
)

// checkRule returns an error unless a rule and an updater of it keep to what the interfaces
// say. All rules of an optimizer come by here.
func checkRule[T kernels.Float](rule Rule, u Updater[T]) error {
	name := rule.Name()
	if name == "" {
		return fmt.Errorf("optim: the rule %T has no name", rule)
	}
	if isNil(u) {
		return fmt.Errorf("optim: the rule %s returns a nil Updater for %T", name, T(0))
	}
	if err := checkHidden(rule, "ForShape", "Scratch", "StateLens"); err != nil {
		return err
	}
	states := rule.State()
	if err := checkNames("state vector", states); err != nil {
		return fmt.Errorf("optim: the rule %s: %w", name, err)
	}
	for _, s := range states {
		if strings.Contains(s, ".") {
			return fmt.Errorf("optim: the rule %s: state vector %q has a dot in its name, which files have before it", name, s)
		}
	}
	if n := scratchOf(rule); n < 0 {
		return fmt.Errorf("optim: the rule %s: Scratch returns %d vectors, want 0 or more", name, n)
	}
	var numbers []string
	for _, n := range carriedBy(u) {
		if n.Value == nil {
			return fmt.Errorf("optim: the rule %s: carried number %q has a nil Value", name, n.Name)
		}
		numbers = append(numbers, n.Name)
	}
	if err := checkNames("carried number", numbers); err != nil {
		return fmt.Errorf("optim: the rule %s: %w", name, err)
	}
	_, measures := u.(Measurer[T])
	_, whole := u.(WholeUpdater[T])
	if measures && whole {
		return fmt.Errorf("optim: the rule %s: its updater %T is a Measurer and a WholeUpdater, want one of them at most", name, u)
	}
	return nil
}

// hideable are the methods whose absence shows: an updater cannot work with what it gets, or
// a group's option would do nothing.
var hideable = map[string]reflect.Type{
	"ForShape":  reflect.TypeFor[ShapeChooser](),
	"StateLens": reflect.TypeFor[StateShaper](),
	"Scratch":   reflect.TypeFor[Scratcher](),
	"WithDecay": reflect.TypeFor[Decayer](),
	"CheckL1":   reflect.TypeFor[L1Checker](),
	"Signed":    reflect.TypeFor[Signer](),
}

// checkHidden returns an error if a rule has one of the methods in an embedded interface
// alone, where nobody finds it.
func checkHidden(rule Rule, methods ...string) error {
	for _, name := range methods {
		if t := hideable[name]; !reflect.TypeOf(rule).Implements(t) && embedsOne(embedded(reflect.ValueOf(rule)), t) {
			return fmt.Errorf("optim: the rule %s: %T embeds a rule as an interface, which hides its method %s: embed its type", rule.Name(), rule, name)
		}
	}
	return nil
}

// embedsOne reports whether something that v embeds has the methods of t.
func embedsOne(v reflect.Value, t reflect.Type) bool {
	if v.Kind() != reflect.Struct {
		return false
	}
	for i := range v.NumField() {
		inner := embedded(v.Field(i))
		if v.Type().Field(i).Anonymous && inner.IsValid() && (inner.Type().Implements(t) || embedsOne(inner, t)) {
			return true
		}
	}
	return false
}

// checkNames returns an error unless all have names, and each its own.
func checkNames(what string, names []string) error {
	for i, name := range names {
		if name == "" {
			return fmt.Errorf("%s %d has no name", what, i)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("two %ss have the name %q", what, name)
		}
	}
	return nil
}

// checkScratch returns an error for an updater of whole parameters that wants less than no
// room for one.
func checkScratch[T kernels.Float](rule Rule, u Updater[T], p Param[T]) error {
	if whole, ok := u.(WholeUpdater[T]); ok {
		if n := whole.Scratch(p.shape()); n < 0 {
			return fmt.Errorf("optim: parameter %q: the rule %s: Scratch of its updater returns %d elements, want 0 or more", p.Name, rule.Name(), n)
		}
	}
	return nil
}
