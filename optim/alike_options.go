package optim

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/seed63264101/steepest/optim/schedule"
)

// A factList is a list of facts to add to.
type factList []fact

func (l *factList) add(name string, value any) { *l = append(*l, fact{name, fmt.Sprint(value)}) }

// addLimit adds an option that may not be set.
func (l *factList) addLimit(name string, limit optional[float64]) {
	if limit.set {
		l.add(name, limit.value)
	} else {
		l.add(name, "none")
	}
}

// addValue adds the type of options and their exported fields: plain data, rules and schedules,
// and these one by one. Of all else, as functions and pointers, it adds whether it is there.
func (l *factList) addValue(name string, options any) {
	l.addField(name, reflect.ValueOf(options), maxNestedOptions)
}

// maxNestedOptions is how deep fields are looked into.
const maxNestedOptions = 100

func (l *factList) addField(name string, v reflect.Value, depth int) {
	if !v.IsValid() {
		l.add(name, "nil")
		return
	}
	switch t := v.Type(); v.Kind() {
	case reflect.Interface, reflect.Pointer:
		switch {
		case v.IsNil():
			l.add(name, "nil")
		case depth > 0 && (v.Kind() == reflect.Interface || isOptions(t)):
			l.addField(name, v.Elem(), depth-1)
		default:
			l.add(name, "a "+t.String())
		}
	case reflect.Struct:
		l.add(name, "a "+t.String())
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() || f.Anonymous {
				l.addField(name+"."+f.Name, v.Field(i), depth)
			}
		}
	case reflect.Slice, reflect.Array:
		if isData(t, nil) {
			l.add(name, textWithin(v))
			return
		}
		l.add("length of "+name, v.Len())
		for i := range v.Len() {
			l.addField(fmt.Sprintf("%s[%d]", name, i), v.Index(i), depth)
		}
	case reflect.Map, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		switch {
		case v.IsZero():
			l.add(name, "nil")
		case isData(t, nil):
			l.add(name, textWithin(v))
		default:
			l.add(name, "a "+t.String())
		}
	default:
		l.add(name, textWithin(v))
	}
}

// isOptions reports whether a type is that of options of an optimizer.
func isOptions(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[Rule]()) || t.Implements(reflect.TypeFor[schedule.Schedule]())
}

// moduleVersion returns the version of this module in the program, as far as that is known.
func moduleVersion() string {
	own := strings.TrimSuffix(reflect.TypeFor[fact]().PkgPath(), "/optim")
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path != own {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		return cmp.Or(m.Version, "unknown")
	}
	return "unknown"
}
