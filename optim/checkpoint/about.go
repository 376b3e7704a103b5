package checkpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// An about is the JSON form of a snapshot. Extra may hold any bytes; JSON text is
// UTF-8, so that entries that are not stand in ExtraBytes, base64.
type about[T kernels.Float] struct {
	*optim.Snapshot[T]
	ExtraBytes []extraBytes `json:"extra_bytes,omitempty"`
}

type extraBytes struct {
	Name  []byte `json:"name"`
	Value []byte `json:"value"`
}

// describe returns a snapshot, without its vectors, as JSON.
func describe[T kernels.Float](s *optim.Snapshot[T]) (string, error) {
	flat := *s
	a := about[T]{Snapshot: &flat}
	flat.Extra = make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(s.Extra)) {
		value := s.Extra[name]
		if utf8.ValidString(name) && utf8.ValidString(value) {
			flat.Extra[name] = value
		} else {
			a.ExtraBytes = append(a.ExtraBytes, extraBytes{[]byte(name), []byte(value)})
		}
	}
	if err := checkStorable("", reflect.ValueOf(flat)); err != nil {
		return "", err
	}
	text, err := json.Marshal(a)
	return string(text), err
}

// parseAbout returns the snapshot that a text describes, without vectors. The file has so many
// tensors: more parameters, which take a hundred times the memory of their text, are refused
// before they are made.
func parseAbout[T kernels.Float](text string, tensors int) (*optim.Snapshot[T], error) {
	if err := checkText([]byte(text)); err != nil {
		return nil, err
	}
	names := newDecoder([]byte(text))
	err := names.object(func(name string) error {
		if strings.EqualFold(name, "params") { // as encoding/json finds the field
			return names.unique(tensors)
		}
		return names.unique(math.MaxInt)
	})
	if err != nil {
		return nil, err
	}
	a := about[T]{Snapshot: new(optim.Snapshot[T])}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, err
	}
	s := a.Snapshot
	for _, e := range a.ExtraBytes {
		name := string(e.Name)
		if _, ok := s.Extra[name]; ok {
			return nil, fmt.Errorf("extra %q: twice", name)
		}
		if s.Extra == nil {
			s.Extra = make(map[string]string)
		}
		s.Extra[name] = string(e.Value)
	}
	return s, nil
}

// checkStorable returns an error, with the path to it, if a part of a snapshot
// has no JSON form that reading gives back: text that is not UTF-8, a number that
// is not finite.
func checkStorable(path string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return fmt.Errorf("%s %q is not UTF-8", path, v)
		}
	case reflect.Float64:
		if x := v.Float(); x-x != 0 {
			return fmt.Errorf("%s is %v, want a finite number", path, x)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return checkStorable(path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Tag.Get("json") == "-" {
				continue
			}
			if err := checkStorable(strings.TrimPrefix(path+"."+field.Name, "."), v.Field(i)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkStorable(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if err := checkStorable(path+"'s key", key); err != nil {
				return err
			}
			if err := checkStorable(fmt.Sprintf("%s[%q]", path, key), v.MapIndex(key)); err != nil {
				return err
			}
		}
	}
	return nil
}
