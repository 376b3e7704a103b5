package checkpoint

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// formatted is a snapshot with everything that a format changes, of n elements for each
// parameter. Its numbers are any.
func formatted(n int) *optim.Snapshot[float32] {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	halves := func() []kernels.BFloat16 {
		v := make([]kernels.BFloat16, n)
		for i := range v {
			v[i] = kernels.BFloat16(rng.Uint32())
		}
		return v
	}
	bits8 := func() kernels.Vector8 {
		v := kernels.NewVector8(n)
		for _, part := range [][]uint8{v.Codes, v.Exponents} {
			for i := range part {
				part[i] = uint8(rng.Uint32())
			}
		}
		return v
	}
	floats := func() []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	rest := make([]int16, n)
	for i := range rest {
		rest[i] = int16(rng.Uint32())
	}
	return &optim.Snapshot[float32]{
		Rule: "Adam", Steps: 1, Accumulated: 1, RoundingSeed: 1<<64 - 1,
		Params: []optim.ParamSnapshot[float32]{
			{Name: "brain", Shape: []int{n, 1}, BF16: halves(), Sums: [][]float32{floats()}, State: []optim.StateSnapshot[float32]{
				{Name: "exp_avg", Format: optim.Int8, Int8: bits8()}, {Name: "exp_avg_sq", Format: optim.BFloat16, BF16: halves()},
			}},
			{Name: "split", BF16: halves(), Rest: rest, Sums: [][]float32{floats()}},
			{Name: "float", Value: floats(), Sums: [][]float32{floats()}, State: []optim.StateSnapshot[float32]{{Name: "exp_avg", Format: optim.BFloat16, BF16: halves()}}},
		},
		Run:          []optim.RunSnapshot[float32]{{Vectors: []optim.StateSnapshot[float32]{{Name: "split", Format: optim.BFloat16, BF16: halves()}}}},
		ExtraVectors: []optim.StateSnapshot[float32]{{Name: "split", Format: optim.Int8, Int8: bits8()}},
	}
}

// fileOf returns the snapshot's file.
func fileOf[T kernels.Float](t testing.TB, s *optim.Snapshot[T]) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.safetensors")
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	return readBytes(t, path)
}

// TestFormats: what is in a format goes into a file and comes back with every bit.
func TestFormats(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, chunkBytes + 3} {
		s := formatted(n)
		b := fileOf(t, s)
		got, err := decodeBytes[float32](b)
		if err != nil {
			t.Fatalf("%d elements: %v", n, err)
		}
		if !sameBits(got, s) {
			t.Errorf("%d elements: the snapshot that was read is another one", n)
		}
		if !bytes.Equal(fileOf(t, got), b) {
			t.Errorf("%d elements: the same snapshot has another file", n)
		}
	}
}

// TestFormatsLayout: the tensors of the formats, with their types and shapes, and what the
// header says.
func TestFormatsLayout(t *testing.T) {
	h, _, err := layout(formatted(257))
	if err != nil {
		t.Fatal(err)
	}
	type kind struct {
		dtype string
		shape []int64
	}
	got := make(map[string]kind)
	for _, x := range h.tensors {
		got[x.name] = kind{x.dtype, x.shape}
	}
	want := map[string]kind{
		"model.brain": {"BF16", []int64{257, 1}}, "model.split": {"BF16", []int64{257}}, "rest.model.split": {"I16", []int64{257}}, "model.float": {"F32", []int64{257}},
		"codes.state.brain.exp_avg": {"U8", []int64{257, 1}}, "exponents.state.brain.exp_avg": {"U8", []int64{2}},
		"state.brain.exp_avg_sq": {"BF16", []int64{257, 1}}, "state.float.exp_avg": {"BF16", []int64{257}},
		"grad.brain": {"F32", []int64{257, 1}}, "grad.split": {"F32", []int64{257}}, "grad.float": {"F32", []int64{257}},
		"run.0.split": {"BF16", []int64{257}}, "codes.extra.split": {"U8", []int64{257}}, "exponents.extra.split": {"U8", []int64{2}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got the tensors %v, want %v", got, want)
	}
	var about struct {
		RoundingSeed uint64 `json:"rounding_seed"`
		Params       []struct {
			State []struct{ Name, Format string }
		}
	}
	if err := json.Unmarshal([]byte(h.metadata["optimizer"]), &about); err != nil {
		t.Fatal(err)
	}
	if state := about.Params[0].State; about.RoundingSeed != 1<<64-1 || state[0].Format != "int8" || state[1].Format != "bfloat16" {
		t.Errorf("the header has the seed %d and the state %v", about.RoundingSeed, state)
	}
}

// TestFormatsDamage: no byte of a file can change, and none be missing.
func TestFormatsDamage(t *testing.T) {
	good := fileOf(t, formatted(3))
	for n := range good {
		if _, err := decodeBytes[float32](good[:n]); err == nil {
			t.Errorf("the first %d bytes of %d are read", n, len(good))
		}
		for _, bit := range []int{n % 8, 5} {
			good[n] ^= 1 << bit
			if _, err := decodeBytes[float32](good); err == nil {
				t.Errorf("bit %d of byte %d is another one, and the file is read", bit, n)
			}
			good[n] ^= 1 << bit
		}
	}
}

// TestFormatsContent: files with the right digest whose parts do not fit together.
func TestFormatsContent(t *testing.T) {
	good := fileOf(t, formatted(4))
	const exponents = `"exponents.state.brain.exp_avg":{"dtype":"U8","shape":[1],"data_offsets":`
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{`"codes.state.brain.exp_avg":{"dtype":"U8"`, `"codes.state.brain.exp_avg":{"dtype":"I8"`, []string{`"codes.state.brain.exp_avg"`, "dtype I8, want U8"}},
		{`"exponents.state.brain.exp_avg":{"dtype":"U8"`, `"exponents.state.brain.exp_avg":{"dtype":"BOOL"`, []string{`"exponents.state.brain.exp_avg"`, "dtype BOOL, want U8"}},
		{`"rest.model.split":{"dtype":"I16"`, `"rest.model.split":{"dtype":"U16"`, []string{`"rest.model.split"`, "dtype U16, want I16"}},
		{`"state.brain.exp_avg_sq":{"dtype":"BF16"`, `"state.brain.exp_avg_sq":{"dtype":"F16"`, []string{`"state.brain.exp_avg_sq"`, "dtype F16, want BF16"}},
		{`"model.split":{"dtype":"BF16"`, `"model.split":{"dtype":"F16"`, []string{`"model.split"`, "dtype F16, want F32"}},
		{`"shape":[4,1]`, `"shape":[4]`, []string{`"model.brain"`, "shape [4], want [4 1]"}},
		{exponents, `"exponents.state.brain.exp":{"dtype":"U8","shape":[1],"data_offsets":`, []string{`"exponents.state.brain.exp"`, "not in the metadata"}},
		{`\"format\":\"int8\"`, `\"format\":\"int4\"`, []string{`"optimizer"`, `"int4"`, "int8"}},
		{`\"format\":\"int8\"`, `\"format\":\"bfloat16\"`, []string{`"codes.state.brain.exp_avg"`, "not in the metadata"}},
		{`\"format\":\"int8\"`, `\"format\":2`, []string{`"optimizer"`}},
		{`,\"format\":\"int8\"`, ``, []string{`"codes.state.brain.exp_avg"`, "not in the metadata"}},
		{`\"rounding_seed\":18446744073709551615`, `\"rounding_seed\":18446744073709551616`, []string{`"optimizer"`}},
	} {
		_, err := decodeBytes[float32](edit(t, good, replace(c.old, c.new)))
		t.Run(c.new, func(t *testing.T) { wantError(t, err, c.want...) })
	}

	// A part with more or fewer elements than the others.
	for _, c := range []struct {
		spoil func(s *optim.Snapshot[float32])
		want  []string
	}{
		{func(s *optim.Snapshot[float32]) { s.Params[0].State[0].Int8.Exponents = make([]uint8, 2) },
			[]string{`"exponents.state.brain.exp_avg"`, "2 elements, want 1", `4 of "codes.state.brain.exp_avg"`}},
		{func(s *optim.Snapshot[float32]) { s.ExtraVectors[0].Int8.Exponents = nil }, []string{`"exponents.extra.split"`, "0 elements, want 1"}},
		{func(s *optim.Snapshot[float32]) { s.Params[1].Rest = make([]int16, 3) }, []string{`"model.split"`, "4 elements, want 3"}},
	} {
		s := formatted(4)
		c.spoil(s)
		_, err := decodeBytes[float32](fileOf(t, s))
		wantError(t, err, c.want...)
	}
	s := formatted(4)
	s.Params[0].State[0].Format = 7
	wantError(t, Write(filepath.Join(t.TempDir(), "run"), s), "Format(7)")
	_, err := decodeBytes[float64](good)
	wantError(t, err, `"model.brain"`, "dtype BF16, want F64")
}

// oldFile is what Adam's first step and an accumulated batch left in a file before there were
// formats.
const oldFile = "\xc0\x02\x00\x00\x00\x00\x00\x00" +
	`{"__metadata__":{"format":"steepest.optim","optimizer":"{\"rule\":\"Adam\",\"options\":{\"AMSGrad\":\"false\",` +
	`\"Beta1\":\"0.9\",\"Beta2\":\"0.999\",\"Eps\":\"1e-08\",\"Maximize\":\"false\"},\"steps\":1,\"accumulated\":1,` +
	`\"params\":[{\"name\":\"w\",\"shape\":[3,1],\"steps\":1,\"state\":[{\"name\":\"exp_avg\"},{\"name\":\"exp_avg_sq\"}]}]}",` +
	`"sha256":"62dacd59aced9792f83457af7a07d415f886860163c630dea8f8e4dd261504c4","version":"2"},` +
	`"model.w":{"dtype":"F32","shape":[3,1],"data_offsets":[0,12]},"state.w.exp_avg":{"dtype":"F32","shape":[3,1],"data_offsets":[12,24]},` +
	`"state.w.exp_avg_sq":{"dtype":"F32","shape":[3,1],"data_offsets":[24,36]},"grad.w":{"dtype":"F32","shape":[3,1],"data_offsets":[36,48]}}   ` +
	"fff?ff\x06\xc0ffF@\xcd\xcc\xcc=\xcd\xccL>\x9a\x99\x99\xben\x12\x83:n\x12\x83;\xbbt\x13<\x00\x00\x80?\x00\x00\x80?\x00\x00\x80?"

// TestOldFile: files without formats are as they were.
func TestOldFile(t *testing.T) {
	opt, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{{Name: "w", Value: []float32{1, -2, 3}, Shape: []int{3, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := Load(writeFile(t, []byte(oldFile)), opt); err != nil {
		t.Fatal(err)
	}
	r := &run[float32]{opt: opt}
	if s := r.snapshot(t); s.Steps != 1 || s.Accumulated != 1 || s.Params[0].State[0].Value[0] != 0.1 {
		t.Errorf("got %+v", s)
	}
	if got := readBytes(t, r.save(t)); string(got) != oldFile {
		t.Errorf("the file is now %q", got)
	}
}
