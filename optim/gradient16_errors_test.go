package optim

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestBFloat16Errors: gradients of bfloat16 where they may not be, and such as they may not
// be. The error names the parameter, and nothing changes.
func TestBFloat16Errors(t *testing.T) {
	memory := make([]float32, 8)
	inside := bfloat16sIn(memory[4:])
	w, bias := memory[:4], []float32{5}
	four, one := make([]kernels.BFloat16, 4), make([]kernels.BFloat16, 1)
	type list = [][]kernels.BFloat16
	o := mustNew(t, NewAdam(0.1), []Param[float32]{{Name: "w", Value: w}, {Name: "b", Value: bias}, sparse("t", make([]float32, 4), 2)}, ZeroGrads())
	for _, c := range []struct {
		dense [][]float32
		bf16  list
		want  []string
	}{
		{nil, list{four, one}, []string{"batch 1", "2 bfloat16 gradients", "3 parameters"}},
		{nil, list{four, nil, nil}, []string{`"b"`, "batch 1", "nil"}},
		{nil, list{four, {}, nil}, []string{`"b"`, "batch 1", "nil"}},
		{nil, list{four[:3], one, nil}, []string{`"w"`, "batch 1", "3 elements", "4"}},
		{[][]float32{nil, {1}, nil}, list{four, one, nil}, []string{`"b"`, "batch 1", "Dense", "BF16"}},
		{nil, list{four, one, four}, []string{`"t"`, "batch 1", "4 elements", "Sparse"}},
		{nil, list{bfloat16sIn(w)[2:6], one, nil}, []string{`"w"`, "batch 1", `"w"`, "overlaps"}},
		{nil, list{four, bfloat16sIn(bias)[1:], nil}, []string{`"b"`, "batch 1", `"b"`, "overlaps"}},
		{nil, list{inside[:4], inside[3:4], nil}, []string{`"w"`, `"b"`, "overlap", "ZeroGrads"}},
		{[][]float32{nil, memory[5:6], nil}, list{inside[:4], nil, nil}, []string{`"w"`, `"b"`, "overlap", "ZeroGrads"}},
	} {
		good := &Gradients[float32]{Dense: [][]float32{make([]float32, 4), {1}, nil}}
		bad := &Gradients[float32]{Dense: c.dense, BF16: c.bf16}
		before := o.bits()
		r, err := o.StepGradients(good, bad)
		wantError(t, err, c.want...)
		wantError(t, o.AccumulateGradients(good, bad), c.want...)
		if !reflect.DeepEqual(r, Report{}) || !slices.Equal(o.bits(), before) || o.Accumulated() != 0 {
			t.Errorf("%q: report %+v, and %d batches accumulated", c.want, r, o.Accumulated())
		}
	}

	// Where bfloat16 lay a float32 of as many elements is longer.
	p := mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: memory[6:]}})
	mustStepGradients(t, p, &Gradients[float32]{BF16: list{bfloat16sIn(memory[5:6])}})
	_, err := p.StepGradients(&Gradients[float32]{Dense: [][]float32{memory[5:7]}})
	wantError(t, err, `"w"`, "overlaps")

	// Where one of bfloat16 lay, a shorter one and the rest in Dense are as long together.
	p = mustNew(t, SGD{LR: 1}, []Param[float32]{{Name: "w", Value: w}})
	mustStepGradients(t, p, &Gradients[float32]{BF16: list{four}})
	_, err = p.StepGradients(&Gradients[float32]{Dense: [][]float32{{1, 2}}, BF16: list{four[:2]}})
	wantError(t, err, `"w"`, "twice", "Dense", "BF16")

	q := mustNew(t, SGD{LR: 1}, []Param[float64]{{Name: "w", Value: make([]float64, 4)}})
	_, err = q.StepGradients(&Gradients[float64]{BF16: list{four}})
	wantError(t, err, `"w"`, "bfloat16", "float64")
}
