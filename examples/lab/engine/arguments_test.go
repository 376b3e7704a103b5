package engine

import (
	"encoding/json"
	"reflect"
	"testing"
)

type asked struct {
	Run, Step int
	Kind      string
	Seed      uint64
	At        float64
	X0        *float64
	Pixels    []float64
	inside
}

type inside struct{ Left, Right float64 }

// TestArguments: of what arguments may be they are what package encoding/json makes of them, and
// of what they may not be an error as there.
func TestArguments(t *testing.T) {
	for _, text := range []string{
		`{}`, ` { } `, `{"run":3}`, `{"RUN" : -3 , "step":0}`, `{"run":1,"run":2}`, `{"kind":"a \"b\" é \u00e9\n"}`, `{"kind":""}`,
		`{"seed":18446744073709551615}`, `{"at":-1.5e-3,"x0":1e-400}`, `{"x0":7}`, `{"x0":null,"run":null}`, `{"pixels":[]}`, `{"pixels":[1, 2.5,-3e2]}`,
		`{"left":2,"right":3}`, `{"other":"x","more":[1,2],"run":4}`, `{"other":7}`,
		`{"run":1.5}`, `{"run":1e3}`, `{"run":9223372036854775808}`, `{"run":"1"}`, `{"run":[1]}`, `{"run":}`, `{"run":1`, `{"run":1,}`, `{"run"}`, `{run:1}`,
		`{"seed":-1}`, `{"at":NaN}`, `{"at":Inf}`, `{"at":0x10}`, `{"at":1e999}`, `{"at":"1"}`, `{"kind":1}`, `{"kind":["a"]}`, `{"pixels":1}`, `{"pixels":[1,]}`, `{"pixels":[1 2]}`,
		`{"pixels":["a"]}`, `[]`, `1`, `{}{}`, `{"run":1}x`, `{"kind":"a`, `{"kind":a}`, `{"x0":"a"}`, `{"x0":[]}`, ` `, `{"run":1 2}`, `{"run":--1}`,
	} {
		got, want := asked{Run: 9, Kind: "k"}, asked{Run: 9, Kind: "k"}
		err, wrong := arguments(text, &got), json.Unmarshal([]byte(text), &want)
		if (err == nil) != (wrong == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v, %v", text, got, err, want, wrong)
		}
	}
}
