package checkpoint

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// TestNarrow: float64 becomes the nearest bfloat16 in one rounding: between two neighbours the
// middle decides, and of two as near the even one is it.
func TestNarrow(t *testing.T) {
	const largest = 0x7f7f
	for bits := range kernels.BFloat16(largest + 1) {
		x, next := float64(bits.Float32()), float64((bits + 1).Float32())
		if bits == largest {
			next = 0x1p128
		}
		even := bits + bits&1
		middle := (x + next) / 2
		for _, c := range []struct {
			x    float64
			want kernels.BFloat16
		}{
			{x, bits}, {middle, even},
			{math.Nextafter(middle, 0), bits}, {math.Nextafter(middle, next), bits + 1},
			// What float32 itself rounds away.
			{x + (next-x)*0x1p-20, bits}, {middle + (next-x)*0x1p-20, bits + 1}, {middle - (next-x)*0x1p-20, bits},
		} {
			if got := narrow(c.x); got != c.want {
				t.Fatalf("%b: got %#x, want %#x", c.x, got, c.want)
			}
			if got := narrow(-c.x); got != c.want|0x8000 {
				t.Fatalf("%b: got %#x, want %#x", -c.x, got, c.want|0x8000)
			}
		}
	}
	for _, x := range []float64{math.SmallestNonzeroFloat64, 0x1p-150} {
		if got := narrow(x); got != 0 {
			t.Errorf("%g: got %#x, want 0", x, got)
		}
	}
	if got := narrow(math.Inf(-1)); got != 0xff80 {
		t.Errorf("-Inf: got %#x", got)
	}
	if got := narrow(math.NaN()).Float32(); got == got {
		t.Errorf("NaN: got %v", got)
	}
}

// halfParams has a parameter of bfloat16, one that is split, and one of float32.
func halfParams() []optim.Param[float32] {
	hi, rest := splitOf([]float32{1 + 0x1p-20, -math.MaxFloat32, 0x1p-149, float32(math.Inf(1))})
	return []optim.Param[float32]{
		{Name: "half", BF16: []kernels.BFloat16{0x3f80, 0x8000, 0x7f80, 0xffc1, 1, 0x7f7f}, Shape: []int{2, 3}},
		{Name: "split", BF16: hi, Rest: rest},
		{Name: "float", Value: []float32{1.5, 1 + 0x1p-20}},
	}
}

// likeHalf returns parameters like those of halfParams without values.
func likeHalf() []optim.Param[float32] {
	params := halfParams()
	for _, p := range params {
		clear(p.Value)
		clear(p.BF16)
		clear(p.Rest)
	}
	return params
}

// TestFormatsOfWeights: parameters of every format go into a file and come back, as tensors that
// other programs read.
func TestFormatsOfWeights(t *testing.T) {
	params := halfParams()
	path := mustSaveWeights(t, params)
	got := likeHalf()
	if _, err := LoadWeights(path, got); err != nil || !reflect.DeepEqual(got, params) {
		t.Errorf("got %+v (%v), want %+v", got, err, params)
	}
	h, _, err := weightsLayout(params, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"BF16 [2 3]", "F32 [4]", "F32 [2]"} {
		if x := h.tensors[i]; fmt.Sprintf("%s %d", x.dtype, x.shape) != want {
			t.Errorf("%s: got %s %d, want %s", x.name, x.dtype, x.shape, want)
		}
	}

	// As other floats, exactly.
	wide := []optim.Param[float64]{{Name: "half", Value: make([]float64, 6)}, {Name: "split", Value: make([]float64, 4)}, {Name: "float", Value: make([]float64, 2)}}
	if _, err := LoadWeights(path, wide, Convert()); err != nil {
		t.Fatal(err)
	}
	for i, p := range params {
		for j, x := range floatsOf(p) {
			if y := wide[i].Value[j]; y != float64(x) && x == x {
				t.Errorf("%s: element %d is %v, want %v", p.Name, j, y, x)
			}
		}
	}
	// A split parameter has all of float32 and of bfloat16 without Convert.
	for _, p := range []optim.Param[float32]{params[0], params[2]} {
		x := floatsOf(p)
		like := optim.Param[float32]{Name: p.Name, BF16: make([]kernels.BFloat16, len(x)), Rest: make([]int16, len(x))}
		if _, err := LoadWeights(path, []optim.Param[float32]{like}, Partial()); err != nil {
			t.Fatal(err)
		}
		for j, y := range floatsOf(like) {
			if y != x[j] && x[j] == x[j] {
				t.Errorf("%s: element %d is %v, want %v", p.Name, j, y, x[j])
			}
		}
	}
}

// floatsOf returns a parameter's values.
func floatsOf(p optim.Param[float32]) []float32 {
	if p.BF16 != nil {
		return joined(p.BF16, p.Rest)
	}
	return p.Value
}

// TestHalvesOfOthers: bfloat16 from every float that others write, rounded to the nearest.
func TestHalvesOfOthers(t *testing.T) {
	middle := 1 + 0x1p-8
	for _, c := range []struct {
		path string
		want []kernels.BFloat16
	}{
		{mustSaveWeights(t, []optim.Param[float64]{{Name: "a", Value: []float64{middle, middle + 0x1p-50, 0x1p-140}}}), []kernels.BFloat16{0x3f80, 0x3f81, 0}},
		{mustSaveWeights(t, []optim.Param[float32]{{Name: "a", Value: []float32{float32(middle), float32(middle) + 0x1p-23, -0x1p-126}}}), []kernels.BFloat16{0x3f80, 0x3f81, 0x8080}},
		{writeFile(t, append(file(`{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}`, 0), "\x04\x3c\x06\x3c\x00\xfc"...)), []kernels.BFloat16{0x3f80, 0x3f81, 0xff80}},
		{writeFile(t, append(file(`{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}`, 0), "\x80\x3f\x81\x3f\xff\xff"...)), []kernels.BFloat16{0x3f80, 0x3f81, 0xffff}},
	} {
		p := optim.Param[float32]{Name: "a", BF16: make([]kernels.BFloat16, 3)}
		if _, err := LoadWeights(c.path, []optim.Param[float32]{p}, Convert()); err != nil || !slices.Equal(p.BF16, c.want) {
			t.Errorf("got %#x (%v), want %#x", p.BF16, err, c.want)
		}
	}

	// What does not fit is named, and nothing changes.
	half := optim.Param[float32]{Name: "a", BF16: []kernels.BFloat16{7}}
	full := optim.Param[float32]{Name: "a", Value: []float32{7}}
	large := mustSaveWeights(t, []optim.Param[float32]{{Name: "a", Value: []float32{math.MaxFloat32}}})
	small := mustSaveWeights(t, []optim.Param[float32]{{Name: "a", BF16: []kernels.BFloat16{1}}})
	for _, c := range []struct {
		path  string
		param optim.Param[float32]
		opts  []WeightsOption
		want  []string
	}{
		{large, half, nil, []string{"dtype is F32, want BF16, or Convert"}},
		{large, half, []WeightsOption{Convert()}, []string{"element 0 = 3.4", "of F32 is beyond the range of BF16"}},
		{small, full, nil, []string{"dtype is BF16, want F32, or Convert"}},
		{small, optim.Param[float32]{Name: "a", BF16: make([]kernels.BFloat16, 2)}, nil, []string{"1 elements, want 2"}},
		{small, optim.Param[float32]{Name: "a", BF16: make([]kernels.BFloat16, 1), Shape: []int{2}}, nil, []string{"shape [2]", "1 elements"}},
		{small, optim.Param[float32]{Name: "a", BF16: make([]kernels.BFloat16, 1), Rest: make([]int16, 2)}, nil, []string{`parameter "a"`, "Rest has 2 elements, want the 1"}},
		{small, optim.Param[float32]{Name: "a", BF16: make([]kernels.BFloat16, 1), Value: make([]float32, 1)}, nil, []string{`parameter "a"`, "both Value and BF16"}},
	} {
		_, err := LoadWeights(c.path, []optim.Param[float32]{c.param}, c.opts...)
		wantError(t, err, append(c.want, c.path)...)
	}
	if half.BF16[0] != 7 || full.Value[0] != 7 {
		t.Errorf("a failed LoadWeights changed the parameters to %v and %v", half.BF16, full.Value)
	}
	_, err := LoadWeights(small, []optim.Param[float64]{{Name: "a", BF16: make([]kernels.BFloat16, 1)}})
	wantError(t, err, small, "float32 alone")
	wantError(t, SaveWeights(small, []optim.Param[float64]{{Name: "a", BF16: make([]kernels.BFloat16, 1)}}), small, "float32 alone")
}

// TestWeightsOfFormats: a checkpoint has the weights of a split parameter in two parts, which
// are one tensor of F32 here.
func TestWeightsOfFormats(t *testing.T) {
	const n = 5
	s := formatted(n)
	path := filepath.Join(t.TempDir(), "run.safetensors")
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	params := []optim.Param[float32]{
		{Name: "brain", BF16: make([]kernels.BFloat16, n)},
		{Name: "split", Value: make([]float32, n)},
		{Name: "float", Value: make([]float32, n)},
	}
	report, err := LoadWeights(path, params)
	if err != nil || len(report.Unexpected) > 0 {
		t.Fatalf("%+v: %v", report, err)
	}
	whole := joined(s.Params[1].BF16, s.Params[1].Rest)
	if !slices.Equal(params[0].BF16, s.Params[0].BF16) || !slices.Equal(params[1].Value, whole) || !slices.Equal(params[2].Value, s.Params[2].Value) {
		t.Errorf("got %v, want those of %+v", params, s.Params)
	}
	params[1] = optim.Param[float32]{Name: "split", BF16: make([]kernels.BFloat16, n), Rest: make([]int16, n)}
	if _, err := LoadWeights(path, params); err != nil || !slices.Equal(floatsOf(params[1]), whole) {
		t.Errorf("got %v (%v), want %v", floatsOf(params[1]), err, whole)
	}
	params[1] = optim.Param[float32]{Name: "split", BF16: make([]kernels.BFloat16, n)}
	_, err = LoadWeights(path, params)
	wantError(t, err, path, `"split"`, "dtype is F32, want BF16, or Convert")
	if _, err := LoadWeights(path, params, Convert()); err != nil {
		t.Fatal(err)
	}
	for i, x := range whole {
		if got := params[1].BF16[i]; got != kernels.ToBFloat16(x) {
			t.Errorf("element %d is %#x, want %#x, the nearest of %v", i, got, kernels.ToBFloat16(x), x)
		}
	}

	// Parts that are no parts of one tensor.
	bad := writeFile(t, edit(t, readBytes(t, path), replace(`"rest.model.split":{"dtype":"I16"`, `"rest.model.split":{"dtype":"U16"`)))
	_, err = LoadWeights(bad, params, Convert())
	wantError(t, err, bad, `"rest.model.split"`, "want 5 of I16")
}
