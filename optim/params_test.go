package optim

import (
	"testing"
)

func TestBadParams(t *testing.T) {
	buf := make([]float32, 10)
	for _, c := range []struct {
		params []Param[float32]
		want   []string
	}{
		{nil, []string{"no parameters"}},
		{[]Param[float32]{{Name: "", Value: buf}}, []string{"parameter 0", "no name"}},
		{[]Param[float32]{{Name: "w", Value: nil}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{Name: "w", Value: buf[:0]}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{Name: "w", Value: buf[:3]}, {Name: "v", Value: buf[3:]}, {Name: "w", Value: make([]float32, 1)}}, []string{"0 and 2", `"w"`}},
		{[]Param[float32]{{Name: "w", Value: buf}, {Name: "v", Value: buf}}, []string{`"w"`, `"v"`, "overlap"}},
		{[]Param[float32]{{Name: "w", Value: buf[4:]}, {Name: "v", Value: buf[:5]}}, []string{`"w"`, `"v"`, "overlap"}},
	} {
		_, err := New(SGD{LR: 1}, c.params)
		wantError(t, err, c.want...)
	}
	if _, err := New(SGD{LR: 1}, []Param[float32]{{Name: "w", Value: buf[5:]}, {Name: "v", Value: buf[:5]}}); err != nil {
		t.Errorf("neighbours: %v", err)
	}
}
