package checkpoint

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// zeros returns parameters like the given ones, with zeros.
func zeros[T, F kernels.Float](params []optim.Param[F]) []optim.Param[T] {
	list := make([]optim.Param[T], len(params))
	for i, p := range params {
		list[i] = optim.Param[T]{Name: p.Name, Shape: p.Shape}
		if p.BF16 != nil {
			list[i].BF16 = make([]kernels.BFloat16, len(p.BF16))
		} else {
			list[i].Value = make([]T, len(p.Value))
		}
	}
	return list
}

// sameValues reports whether parameters have the same values, bit by bit.
func sameValues[T, F kernels.Float](a []optim.Param[T], b []optim.Param[F]) bool {
	return slices.EqualFunc(a, b, func(p optim.Param[T], q optim.Param[F]) bool {
		return slices.EqualFunc(p.Value, q.Value, func(x T, y F) bool {
			return math.Float64bits(float64(x)) == math.Float64bits(float64(y))
		}) && slices.Equal(p.BF16, q.BF16)
	})
}

func mustSaveWeights[T kernels.Float](t testing.TB, params []optim.Param[T], opts ...SaveOption) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "weights.safetensors")
	if err := SaveWeights(path, params, opts...); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeFile(t testing.TB, b []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file.safetensors")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWeights(t *testing.T) {
	t.Run("float32", testWeights[float32])
	t.Run("float64", testWeights[float64])
}

func testWeights[T kernels.Float](t *testing.T) {
	params := newRun[T](t, optim.NewAdam(0.01)).params
	params = append(params, optim.Param[T]{Name: "", Value: make([]T, 2*chunkBytes/4)}, optim.Param[T]{Name: "none", Value: []T{}, Shape: []int{3, 0}})
	copy(params[0].Value, []T{T(math.NaN()), T(math.Inf(-1)), T(math.Copysign(0, -1)), T(math.SmallestNonzeroFloat64), T(math.SmallestNonzeroFloat32)})
	for i := range params[3].Value {
		params[3].Value[i] = T(i)
	}
	metadata := map[string]string{"format": "pt", "ü": "\"\x00"}
	path := mustSaveWeights(t, params, Metadata(metadata))
	got := zeros[T](params)
	report, err := LoadWeights(path, got)
	if err != nil {
		t.Fatal(err)
	}
	want := LoadReport{Loaded: []string{"weights", "layer.0.bias", "größe \"x\"\n<&>", "", "none"}, Metadata: metadata}
	if !reflect.DeepEqual(report, want) {
		t.Errorf("got %+v, want %+v", report, want)
	}
	if !sameValues(got, params) {
		t.Errorf("got %v, want %v", got, params)
	}

	// Without a shape any one will do, also for one number.
	for i := range got {
		got[i].Shape = nil
		clear(got[i].Value)
	}
	if _, err := LoadWeights(path, got); err != nil || !sameValues(got, params) {
		t.Errorf("got %v (%v), want %v", got, err, params)
	}
	// There are metadata only if some are given.
	h, _, err := weightsLayout(params, nil)
	if err != nil || strings.Contains(string(h.raw), metadataKey) || len(h.raw)%8 != 0 {
		t.Errorf("got the header %q (%v)", h.raw, err)
	}
}

// TestWeightsOfCheckpoint: parameters of another rule, with another head, and of the other type
// begin with the values of a checkpoint, whose state is no concern of theirs.
func TestWeightsOfCheckpoint(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	r.steps(t, 2)
	r.accumulate(t)
	path := r.save(t)
	got := zeros[float64](r.params)
	if _, err := LoadWeights(path, got, Convert()); err != nil || !sameValues(got, r.params) {
		t.Errorf("got %v (%v), want %v", got, err, r.params)
	}

	head := zeros[float32](r.params)
	head[1] = optim.Param[float32]{Name: "head", Value: []float32{1, 2}}
	report, err := LoadWeights(path, head, Partial())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.Loaded, []string{"weights", r.params[2].Name}) || !slices.Equal(report.Missing, []string{"head"}) ||
		!slices.Equal(report.Unexpected, []string{"layer.0.bias"}) {
		t.Errorf("got %+v", report)
	}
	if !sameValues(head[:1], r.params[:1]) || head[1].Value[0] != 1 || head[1].Value[1] != 2 {
		t.Errorf("got %v", head)
	}

	b := readBytes(t, path)
	before := zeros[float32](r.params)
	fresh := zeros[float32](r.params)
	for what, bad := range map[string][]byte{"sha256": flipped(b, len(b)-1), "truncated": b[:len(b)-1], "version": edit(t, b, replace(`"version":"2"`, `"version":"1"`)), `sha256 "beef"`: edit(t, b, func(text []byte) []byte {
		i := strings.Index(string(text), `"sha256":"`) + len(`"sha256":"`)
		return append(append(slices.Clone(text[:i]), "beef"...), text[i+64:]...)
	})} {
		path := writeFile(t, bad)
		_, err := LoadWeights(path, fresh, Partial())
		wantError(t, err, path, what)
	}
	if !sameValues(fresh, before) {
		t.Error("a failed LoadWeights changed the parameters")
	}
}

// foreign is a file as other programs write it: several types, the text in another order than
// the data.
func foreign() []byte {
	data := []byte{
		1, 0, 0, 0, 0, 0, 0, 0, // steps
		0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, // a = 1, -2
		0, 0x3c, 0, 0xc0, // half = 1, -2
		0x80, 0x3f, 0, 0xc0, // brain = 1, -2
		0x38, // scale
		1,    // flag
	}
	text := `{"half":{"dtype":"F16","shape":[2],"data_offsets":[16,20]},"a":{"shape":[1,2],"data_offsets":[8,16],"dtype":"F32"},
		"flag":{"dtype":"BOOL","shape":[],"data_offsets":[25,26]},"brain":{"dtype":"BF16","shape":[2,1],"data_offsets":[20,24]},
		"scale":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[24,25]},"steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}   `
	return append(file(text, 0), data...)
}

// TestForeignWeights loads what of such a file is weights.
func TestForeignWeights(t *testing.T) {
	path := writeFile(t, foreign())
	params := []optim.Param[float32]{{Name: "x.brain", Value: make([]float32, 2), Shape: []int{2, 1}}, {Name: "x.a", Value: make([]float32, 2)}, {Name: "x.half", Value: make([]float32, 2)}}
	report, err := LoadWeights(path, params, Convert(), Rename(func(name string) string {
		if name == "flag" || name == "scale" || name == "steps" {
			return ""
		}
		return "x." + name
	}))
	if err != nil || !reflect.DeepEqual(report, LoadReport{Loaded: []string{"x.brain", "x.a", "x.half"}}) {
		t.Errorf("got %+v, %v", report, err)
	}
	for _, p := range params {
		if p.Value[0] != 1 || p.Value[1] != -2 {
			t.Errorf("%s: got %v, want [1 -2]", p.Name, p.Value)
		}
	}
	report, err = LoadWeights(path, []optim.Param[float32]{{Name: "b", Value: []float32{7}}, {Name: "a", Value: []float32{3, 4}, Shape: []int{1, 2}}}, Partial())
	want := LoadReport{Loaded: []string{"a"}, Missing: []string{"b"}, Unexpected: []string{"steps", "half", "brain", "scale", "flag"}}
	if err != nil || !reflect.DeepEqual(report, want) {
		t.Errorf("got %+v (%v), want %+v", report, err, want)
	}
}

// TestWeightsMismatch: what does not fit is named, and nothing is loaded.
func TestWeightsMismatch(t *testing.T) {
	path := writeFile(t, foreign())
	param := func(name string, shape ...int) optim.Param[float32] {
		return optim.Param[float32]{Name: name, Value: []float32{7, 7}, Shape: shape}
	}
	a := param("a")
	same := func(name string) string {
		if name == "half" {
			return "a"
		}
		return name
	}
	var many []optim.Param[float32]
	for i := range 12 {
		many = append(many, param(fmt.Sprint("p", i)))
	}
	for _, c := range []struct {
		params []optim.Param[float32]
		opts   []WeightsOption
		want   []string
	}{
		{[]optim.Param[float32]{a, param("b")}, nil, []string{`parameters without a tensor: ["b"]`, `tensors without a parameter: ["steps" "half" "brain" "scale" "flag"]`}},
		{many, []WeightsOption{Rename(func(string) string { return "" })}, []string{`"p9"] and 2 more`, "tensors without a parameter: none"}},
		{[]optim.Param[float32]{a, param("half")}, []WeightsOption{Partial()}, []string{`tensor "half" for parameter "half"`, "F16, want F32, or Convert"}},
		{[]optim.Param[float32]{a, {Name: "steps", Value: []float32{1}}}, []WeightsOption{Partial(), Convert()}, []string{`tensor "steps"`, "I64, want F32"}},
		{[]optim.Param[float32]{a, {Name: "scale", Value: []float32{1}}}, []WeightsOption{Partial(), Convert()}, []string{`tensor "scale"`, "F8_E4M3, want F32"}},
		{[]optim.Param[float32]{param("a", 2)}, []WeightsOption{Partial()}, []string{`tensor "a"`, "shape is [1 2], want [2]"}},
		{[]optim.Param[float32]{param("a", 2, 1)}, []WeightsOption{Partial()}, []string{`tensor "a"`, "shape is [1 2], want [2 1]"}},
		{[]optim.Param[float32]{{Name: "a", Value: []float32{7}}}, []WeightsOption{Partial()}, []string{`tensor "a"`, "shape [1 2] has 2 elements, want 1"}},
		{[]optim.Param[float32]{a}, []WeightsOption{Partial(), Convert(), Rename(same)}, []string{`tensors "a" and "half" are both renamed to "a"`}},
		{[]optim.Param[float32]{a, a}, nil, []string{`parameter "a": twice`}},
		{[]optim.Param[float32]{param("a", 3)}, nil, []string{`parameter "a"`, "shape [3]", "2 elements"}},
		{[]optim.Param[float32]{param("a", -1, -2)}, nil, []string{`parameter "a"`, "shape [-1 -2]"}},
		{[]optim.Param[float32]{a}, []WeightsOption{Rename(nil)}, []string{"nil option"}},
		{[]optim.Param[float32]{a}, []WeightsOption{nil}, []string{"nil option"}},
	} {
		report, err := LoadWeights(path, c.params, c.opts...)
		wantError(t, err, append(c.want, path)...)
		if report.Loaded != nil || a.Value[0] != 7 {
			t.Errorf("%v: %+v, and a is %v", err, report, a.Value)
		}
	}
	report, _ := LoadWeights(path, []optim.Param[float32]{a, param("b")})
	if !slices.Equal(report.Missing, []string{"b"}) || len(report.Unexpected) != 5 {
		t.Errorf("got %+v", report)
	}
	// A tensor of the wrong shape is not all that there is to say.
	report, err := LoadWeights(path, []optim.Param[float32]{a, param("b"), {Name: "steps", Value: []float32{1}}, param("c")})
	wantError(t, err, path, `tensor "steps"`, "I64, want F32")
	if !slices.Equal(report.Missing, []string{"b", "c"}) || !slices.Equal(report.Unexpected, []string{"half", "brain", "scale", "flag"}) {
		t.Errorf("got %+v", report)
	}
	_, err = LoadWeights(path+"x", []optim.Param[float32]{a})
	wantError(t, err, path+"x")
	_, err = LoadWeights(filepath.Dir(path), []optim.Param[float32]{a})
	wantError(t, err, "regular")

	// The last tensor fails: the first has not been loaded either.
	wide := []optim.Param[float64]{{Name: "a", Value: []float64{1, 2}}, {Name: "b", Value: make([]float64, chunkBytes)}}
	wide[1].Value[chunkBytes-3] = math.MaxFloat64
	large := mustSaveWeights(t, wide)
	narrow := []optim.Param[float32]{a, {Name: "b", Value: make([]float32, chunkBytes)}}
	_, err = LoadWeights(large, narrow, Convert())
	wantError(t, err, large, `"b"`, fmt.Sprint("element ", chunkBytes-3, " = "))
	if a.Value[0] != 7 {
		t.Error("a failed LoadWeights changed the parameters")
	}
}

// TestUnstorableWeights: what no file can have is refused, and the old file stays.
func TestUnstorableWeights(t *testing.T) {
	path := mustSaveWeights(t, []optim.Param[float32]{{Name: "a", Value: []float32{1}}})
	old := readBytes(t, path)
	for _, c := range []struct {
		param optim.Param[float32]
		opt   SaveOption
		want  []string
	}{
		{optim.Param[float32]{Name: "\xff"}, Metadata(nil), []string{`parameter "\xff"`, "name"}},
		{optim.Param[float32]{Name: metadataKey}, Metadata(nil), []string{`parameter "__metadata__"`, "name"}},
		{optim.Param[float32]{Name: "a", Value: []float32{1}, Shape: []int{2}}, Metadata(nil), []string{`parameter "a"`, "shape [2]", "1 elements"}},
		{optim.Param[float32]{Name: "b"}, Metadata(nil), []string{`parameter "b": twice`}},
		{optim.Param[float32]{Name: "a"}, Metadata(map[string]string{"a": "\xff"}), []string{`entry "a"`, "UTF-8"}},
		{optim.Param[float32]{Name: "a"}, Metadata(map[string]string{"\xff": ""}), []string{`entry "\xff"`, "UTF-8"}},
		{optim.Param[float32]{Name: "a"}, Metadata(map[string]string{"format": format}), []string{`entry "format"`, format}},
		{optim.Param[float32]{Name: "a"}, nil, []string{"nil option"}},
	} {
		wantError(t, SaveWeights(path, []optim.Param[float32]{c.param, {Name: "b"}}, c.opt), append(c.want, path)...)
	}
	if !slices.Equal(readBytes(t, path), old) {
		t.Error("the old file has changed")
	}
}
