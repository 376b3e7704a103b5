package spec

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

var (
	scheduleType  = reflect.TypeFor[schedule.Schedule]()
	schedulesType = reflect.TypeFor[[]schedule.Schedule]()
	integersType  = reflect.TypeFor[[]int]()
	shapeType     = reflect.TypeFor[schedule.DecayShape]()
)

// wordsOfType has the words for the values of types that are choices.
var wordsOfType = map[reflect.Type][]string{
	shapeType:                          shapeNames,
	reflect.TypeFor[optim.Format]():    formatNames(),
	reflect.TypeFor[ParameterFormat](): parameterFormats,
}

// kindOf says how a field of an option's type is written: "number", "integer", "bool", "word",
// "integers", "schedule" or "schedules". It is empty for what is no option: what a Plateau has
// observed, and Muon's rule for what is no matrix.
func kindOf(t reflect.Type) string {
	switch t {
	case scheduleType:
		return "schedule"
	case schedulesType:
		return "schedules"
	case integersType:
		return "integers"
	}
	if wordsOfType[t] != nil {
		return "word"
	}
	switch t.Kind() {
	case reflect.Float64:
		return "number"
	case reflect.Int, reflect.Uint64:
		return "integer"
	case reflect.String:
		return "word"
	case reflect.Bool:
		return "bool"
	}
	return ""
}

// wordsOf returns the words that an option may be.
func wordsOf(name string, t reflect.Type) []string {
	if words := wordsOfType[t]; words != nil {
		return words
	}
	return networkOption(name).Words
}

// parseField sets an option to a value. An empty one leaves it as it is.
func (p *parser) parseField(name string, f reflect.Value, n node) error {
	if n.text == "" {
		return nil
	}
	switch kindOf(f.Type()) {
	case "number":
		v, err := number(n)
		f.SetFloat(v)
		return err
	case "integer":
		if f.Kind() == reflect.Uint64 {
			v, err := natural(n)
			f.SetUint(v)
			return err
		}
		v, err := integer(n, -maxInt, maxInt)
		f.SetInt(int64(v))
		return err
	case "bool":
		v, err := flag(n)
		f.SetBool(v)
		return err
	case "word":
		words := wordsOf(name, f.Type())
		v, err := choice(n, words)
		if f.Kind() == reflect.String {
			f.SetString(words[v])
		} else {
			f.SetInt(int64(v))
		}
		return err
	case "integers":
		list := make([]int, len(n.elements()))
		for i, e := range n.elements() {
			var err error
			if list[i], err = integer(e, -maxInt, maxInt); err != nil {
				return err
			}
		}
		f.Set(reflect.ValueOf(list))
	case "schedule":
		s, err := p.scheduleOf(n)
		if err != nil {
			return err
		}
		f.Set(reflect.ValueOf(s))
	case "schedules":
		list := make([]schedule.Schedule, len(n.elements()))
		for i, e := range n.elements() {
			var err error
			if list[i], err = p.scheduleOf(e); err != nil {
				return err
			}
		}
		f.Set(reflect.ValueOf(list))
	}
	return nil
}

// formatField is the inverse of parseField. What is not there is empty: no schedule, no bound.
func formatField(f reflect.Value) string {
	switch kindOf(f.Type()) {
	case "number":
		if math.IsInf(f.Float(), 0) {
			return ""
		}
		return Number(f.Float())
	case "integer":
		return fmt.Sprint(f.Interface())
	case "bool":
		return flagText(f.Bool())
	case "word":
		if f.Kind() == reflect.String {
			return f.String()
		}
		return wordsOfType[f.Type()][f.Int()]
	case "schedule":
		if f.IsNil() {
			return ""
		}
		return scheduleText(f.Interface().(schedule.Schedule))
	}
	items := make([]string, f.Len()) // integers and schedules
	for i := range items {
		e := f.Index(i)
		if e.Kind() == reflect.Int {
			items[i] = strconv.FormatInt(e.Int(), 10)
		} else {
			items[i] = scheduleText(e.Interface().(schedule.Schedule))
		}
	}
	return "(" + strings.Join(items, ",") + ")"
}

func flagText(v bool) string {
	if v {
		return "1"
	}
	return "0"
}

// eachField calls f with the name and the value of every option of structs, and the number of
// the struct. Of two options of one name the first holds.
func eachField(structs []reflect.Value, f func(name string, s int, value reflect.Value)) {
	seen := make([]string, 0, 16)
	for s, v := range structs {
	fields:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			for _, before := range seen {
				if before == name {
					continue fields
				}
			}
			if kindOf(v.Field(i).Type()) != "" {
				seen = append(seen, name)
				f(name, s, v.Field(i))
			}
		}
	}
}

// findField returns the option of a name, without regard to case, and gives the name its own.
func findField(structs []reflect.Value, name *string) (found reflect.Value, ok bool) {
	eachField(structs, func(n string, _ int, v reflect.Value) {
		if strings.EqualFold(n, *name) {
			*name, found, ok = n, v, true
		}
	})
	return found, ok
}

func fieldNames(structs []reflect.Value) (names []string) {
	eachField(structs, func(n string, _ int, _ reflect.Value) { names = append(names, n) })
	return names
}

// fill sets options to what arguments say. What check refuses together is set one by one, and
// what it then refuses stays as it was. The options must be fine before.
func (p *parser) fill(structs []reflect.Value, of string, args []argument, check func() error) {
	type setting struct {
		name, text string
		field      reflect.Value
		value, old reflect.Value
	}
	var settings []setting
next:
	for _, a := range args {
		f, ok := findField(structs, &a.name)
		if !ok {
			p.problem(a.text, noOption(of, a.name, fieldNames(structs)), "")
			continue
		}
		for _, s := range settings {
			if s.name == a.name {
				p.problem(a.text, fmt.Errorf("%s has %s twice", of, a.name), s.text)
				continue next
			}
		}
		s := setting{name: a.name, text: a.text, field: f, value: settable(f), old: settable(f)}
		if err := p.parseField(a.name, s.value, a.value); err != nil {
			p.problem(a.text, fmt.Errorf("%s: %s: %w", of, a.name, err), formatField(f))
			continue
		}
		settings = append(settings, s)
	}
	for _, s := range settings {
		s.field.Set(s.value)
	}
	if check() == nil {
		return
	}
	for _, s := range settings {
		s.field.Set(s.old)
	}
	for _, s := range settings {
		s.field.Set(s.value)
		if err := check(); err != nil {
			s.field.Set(s.old)
			p.problem(s.text, err, formatField(s.field))
		}
	}
}

func noOption(of, name string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("%s has no options", of)
	}
	return fmt.Errorf("%s has no option %q, want %s", of, name, oneOf(names))
}

// differing returns name=value of the options that differ from the usual ones.
func differing(structs, usual []reflect.Value) (args []string) {
	eachField(structs, func(name string, s int, v reflect.Value) {
		text := formatField(v)
		if text != formatField(usual[s].FieldByName(name)) {
			args = append(args, name+"="+text)
		}
	})
	return args
}

// call returns a call with its arguments, without parentheses if there are none.
func call(name string, args []string) string {
	if len(args) == 0 {
		return name
	}
	return name + "(" + strings.Join(args, ",") + ")"
}
