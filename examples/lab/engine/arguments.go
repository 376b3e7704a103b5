package engine

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// arguments reads a method's arguments into v, which points to a struct with their defaults. They are
// nothing, or an object of JSON with numbers, texts and lists of numbers; names are those of the
// fields, in any case, and those of no field are left out. Package encoding/json would do it, at a
// thirtieth of what a browser has to load.
func arguments(args string, v any) error {
	if args == "" {
		return nil
	}
	r := &argumentReader{rest: args}
	if err := r.object(reflect.ValueOf(v).Elem()); err != nil {
		return fmt.Errorf("arguments %s: %w", args, err)
	}
	return nil
}

// An argumentReader goes through a text.
type argumentReader struct{ rest string }

var errArguments = errors.New("no object of numbers and texts")

// next reports whether a sign comes next, behind spaces.
func (r *argumentReader) next(sign string) bool {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	return strings.HasPrefix(r.rest, sign)
}

// takes is next, and goes beyond the sign.
func (r *argumentReader) takes(sign string) bool {
	there := r.next(sign)
	if there {
		r.rest = r.rest[len(sign):]
	}
	return there
}

func (r *argumentReader) object(fields reflect.Value) error {
	if !r.takes("{") {
		return errArguments
	}
	for first := true; !r.takes("}"); first = false {
		if !first && !r.takes(",") {
			return errArguments
		}
		name, err := r.text()
		if err != nil {
			return err
		}
		if !r.takes(":") {
			return errArguments
		}
		field := fields.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
		if !field.IsValid() {
			field = reflect.ValueOf(new(any)).Elem()
		}
		if err := r.value(field); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if r.next(""); r.rest != "" {
		return errArguments
	}
	return nil
}

// value sets a field to what comes next, unless it is an interface, which is none of an argument.
func (r *argumentReader) value(field reflect.Value) error {
	switch {
	case r.next(`"`):
		text, err := r.text()
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Interface:
		default:
			return fmt.Errorf("%q, want a number", text)
		}
		return err
	case r.takes("["):
		return r.list(field)
	}
	end := strings.IndexAny(r.rest, ",]}")
	if end < 0 {
		return errArguments
	}
	word := strings.TrimSpace(r.rest[:end])
	r.rest = r.rest[end:]
	if word == "null" {
		return nil
	}
	return number(field, word)
}

// list sets a field to the numbers of a list.
func (r *argumentReader) list(field reflect.Value) error {
	list := reflect.MakeSlice(reflect.TypeFor[[]float64](), 0, 0)
	for first := true; !r.takes("]"); first = false {
		if !first && !r.takes(",") {
			return errArguments
		}
		item := reflect.New(list.Type().Elem()).Elem()
		if err := r.value(item); err != nil {
			return err
		}
		list = reflect.Append(list, item)
	}
	switch field.Kind() {
	case reflect.Slice:
		field.Set(list)
	case reflect.Interface:
	default:
		return errors.New("a list, want a number or a text")
	}
	return nil
}

// text reads a text in quotes.
func (r *argumentReader) text() (string, error) {
	if !r.next(`"`) {
		return "", errArguments
	}
	quoted, err := strconv.QuotedPrefix(r.rest)
	if err != nil {
		return "", err
	}
	r.rest = r.rest[len(quoted):]
	return strconv.Unquote(quoted)
}

// number sets a field to a decimal number.
func number(field reflect.Value, word string) (err error) {
	if word == "" || strings.Trim(word, "0123456789.eE+-") != "" {
		return fmt.Errorf("%q, want a number", word)
	}
	switch field.Kind() {
	case reflect.Int:
		var v int64
		if v, err = strconv.ParseInt(word, 10, field.Type().Bits()); err == nil {
			field.SetInt(v)
		}
	case reflect.Uint64:
		var v uint64
		if v, err = strconv.ParseUint(word, 10, 64); err == nil {
			field.SetUint(v)
		}
	case reflect.Float64:
		var v float64
		if v, err = strconv.ParseFloat(word, 64); err == nil {
			field.SetFloat(v)
		}
	case reflect.Pointer:
		at := reflect.New(field.Type().Elem())
		if err = number(at.Elem(), word); err == nil {
			field.Set(at)
		}
	case reflect.String, reflect.Slice:
		return fmt.Errorf("%s, want a text or a list", word)
	}
	return err
}
