package optim

import (
	"encoding/json"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestFormatNames: a name is that of a format, also in JSON, and nothing else is one.
func TestFormatNames(t *testing.T) {
	for name, f := range map[string]Format{"float32": Native, "bfloat16": BFloat16, "int8": Int8} {
		if got, err := ParseFormat(name); err != nil || got != f || f.String() != name {
			t.Errorf("%q is %v, %v", name, got, err)
		}
		var got Format
		raw, err := json.Marshal(f)
		if err != nil || string(raw) != `"`+name+`"` || json.Unmarshal(raw, &got) != nil || got != f {
			t.Errorf("%v is %s, %v, and %v again", f, raw, err, got)
		}
	}
	if f, err := ParseFormat("bf16"); f != BFloat16 || err != nil {
		t.Errorf("bf16 is %v, %v", f, err)
	}
	_, err := ParseFormat("float16")
	wantError(t, err, "float16", "bfloat16")
	_, err = Format(3).MarshalText()
	wantError(t, err, "Format(3)", "BFloat16")
	f := Int8
	if err := f.UnmarshalText([]byte("int4")); err == nil || f != Int8 {
		t.Errorf("int4 is %v, %v", f, err)
	}
}

// TestFormatParams: a parameter has its values in one format, with a Rest as long.
func TestFormatParams(t *testing.T) {
	memory := make([]kernels.BFloat16, 8)
	for _, c := range []struct {
		params []Param[float32]
		want   []string
	}{
		{[]Param[float32]{{Name: "w", Value: make([]float32, 3), BF16: memory[:3]}}, []string{`"w"`, "both Value", "BF16"}},
		{[]Param[float32]{{Name: "w", BF16: memory[:0]}}, []string{`"w"`, "no values"}},
		{[]Param[float32]{{Name: "w", Value: make([]float32, 3), Rest: make([]int16, 3)}}, []string{`"w"`, "Rest", "without BF16"}},
		{[]Param[float32]{{Name: "w", BF16: memory, Rest: make([]int16, 3)}}, []string{`"w"`, "Rest of 3", "8"}},
		{[]Param[float32]{{Name: "v", BF16: memory[:5]}, {Name: "w", BF16: memory[4:]}}, []string{`"v"`, `"w"`, "overlap"}},
		{[]Param[float32]{{Name: "w", BF16: memory, Shape: []int{3, 3}}}, []string{`"w"`, "[3 3]", "8 elements"}},
	} {
		wantError(t, CheckParams(c.params), c.want...)
	}
	wantError(t, CheckParams([]Param[float64]{{Name: "w", BF16: memory}}), `"w"`, "BF16", "float64")
	if err := CheckParams([]Param[float32]{{Name: "w", BF16: memory[:4], Rest: make([]int16, 4)}, {Name: "v", BF16: memory[4:]}}); err != nil {
		t.Error(err)
	}
	x := []Param[float64]{{Name: "w", Value: make([]float64, 3)}}
	_, err := New(NewAdam(1), x, WithStateFormat(Int8))
	wantError(t, err, "WithStateFormat = int8", "float64")
	_, err = New(NewAdam(1), x, WithGroup(BiasOrNorm, MayBeEmpty(), GroupStateFormat(BFloat16)))
	wantError(t, err, "GroupStateFormat = bfloat16", "float64")
	_, err = New(NewAdam(1), x, WithStateFormat(-1))
	wantError(t, err, "WithStateFormat = Format(-1)", "BFloat16")
}
