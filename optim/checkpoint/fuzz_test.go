package checkpoint

import (
	"bytes"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// small returns optimizers for the same gradients: the second has state and parameters in formats,
// the third adds up in a tree.
func small(t testing.TB) []*run[float32] {
	t.Helper()
	plain, err := optim.New(optim.NewScheduleFreeAdamW(0.1), []optim.Param[float32]{
		{Name: "w", Value: []float32{1, 2, 3}, Shape: []int{3, 1}}, {Name: "b", Value: []float32{4}},
	}, optim.WithSchedule(schedule.NewPlateau()), optim.WithLossScaler(optim.NewLossScaler()))
	if err != nil {
		t.Fatal(err)
	}
	formats, err := optim.New(optim.NewAdam(0.1), []optim.Param[float32]{
		{Name: "w", BF16: []kernels.BFloat16{0x3f80, 0x4000, 0x4040}, Shape: []int{3, 1}}, {Name: "b", BF16: []kernels.BFloat16{0x4080}, Rest: []int16{7}},
	}, optim.WithStateFormat(optim.Int8), optim.WithRoundingSeed(5),
		optim.WithGroup(func(name string) bool { return name == "b" }, optim.GroupStateFormat(optim.BFloat16)))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := optim.New(optim.NewLion(0.1), []optim.Param[float32]{
		{Name: "w", Value: []float32{1, 2, 3}, Shape: []int{3, 1}}, {Name: "b", Value: []float32{4}},
	}, optim.WithReductionOrder(optim.ReduceTree))
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Accumulate([][]float32{{1, 2, 3}, {4}}, [][]float32{{1, 2, 3}, {4}}); err != nil {
		t.Fatal(err)
	}
	return []*run[float32]{{opt: plain}, {opt: formats}, {opt: tree}}
}

// seeds returns small checkpoints and damaged forms of them.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	var files [][]byte
	three := small(f)
	tree := readBytes(f, three[2].save(f))
	for _, r := range three[:2] {
		grads := [][]float32{{1, 2, 3}, {4}}
		if _, err := r.opt.Step(grads); err != nil {
			f.Fatal(err)
		}
		if err := r.opt.Accumulate(grads); err != nil {
			f.Fatal(err)
		}
		files = append(files, readBytes(f, r.save(f)))
	}
	good, formats := files[0], fileOf(f, formatted(3))
	list := [][]byte{
		tree, edit(f, tree, replace(`\"accumulated\":2`, `\"accumulated\":3`)), edit(f, tree, replace(`\"order\":\"tree\"`, `\"order\":\"in order\"`)),
		files[1], edit(f, files[1], replace(`,\"signed\":true`, ``)), edit(f, files[1], replace(`\"rounding_seed\":5`, `\"rounding_seed\":0`)),
		formats, fileOf(f, formatted(257)), edit(f, formats, replace(`\"format\":\"int8\"`, `\"format\":\"int8\",\"signed\":true`)),
		edit(f, formats, replace(`\"format\":\"int8\"`, `\"format\":\"bfloat16\"`)), edit(f, formats, replace(`"dtype":"I16"`, `"dtype":"BF16"`)),
		nil, good, good[:9], good[:len(good)-1], append(bytes.Clone(good), 0), file("{}", 0), file("[]", 0),
		file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}`, 16),
		file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0),
		file(`{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}} `, 0),
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{', '}'},
	}
	for _, c := range [][2]string{
		{`\"steps\":1`, `\"steps\":9`},
		{`\"steps\":1`, `\"steps\":-1`},
		{`\"accumulated\":1,`, ``},
		{`\"name\":\"b\"`, `\"name\":\"w\"`},
		{`\"params\":[{`, `\"params\":[null,{`},
		{`\"steps\":1`, `\"steps\":1,\"extra\":{\"a\":\"\"},\"extra_bytes\":[{\"name\":\"/w==\",\"value\":\"/g==\"}]`},
		{`\"steps\":1`, `\"steps\":1,\"extra\":{\"\\ud83d\\ude00\":\"\\udcff\"}`},
		{`"shape":[3,1]`, `"shape":[3]`},
		{`"shape":[3,1]`, `"shape":[3]`},
		{`\\\"Bad\\\":`, `\\\"Bad\\\":-`},
	} {
		list = append(list, edit(f, good, replace(c[0], c[1])))
	}
	return list
}

// FuzzHeader: a header is refused, or it describes its file byte by byte and can
// be written again.
func FuzzHeader(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := readHeader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		if !bytes.Equal(h.raw, b[:len(h.raw)]) || h.dataSize() != int64(len(b)-len(h.raw)) {
			t.Fatalf("%d bytes of header, %d of data, %d in all", len(h.raw), h.dataSize(), len(b))
		}
		at, names := int64(0), make(map[string]bool)
		for _, x := range h.tensors {
			n := elementBits[x.dtype]
			for _, k := range x.shape {
				n *= k
			}
			if x.begin != at || 8*x.end != 8*at+n || names[x.name] {
				t.Fatalf("tensor %+v after %d", x, at)
			}
			at, names[x.name] = x.end, true
		}
		again := &header{metadata: h.metadata, tensors: h.tensors}
		if err := again.encode(); err != nil {
			t.Fatal(err)
		}
		b = append(again.raw, b[len(h.raw):]...)
		got, err := readHeader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got.metadata, h.metadata) {
			t.Fatalf("wrote %q, read %q", h.metadata, got.metadata)
		}
		for i, x := range h.tensors {
			if y := got.tensors[i]; !reflect.DeepEqual(x, y) {
				t.Fatalf("wrote %+v, read %+v", x, y)
			}
		}
	})
}

// FuzzDecode: a file is refused, or its snapshot can be written and is read again.
// The digest is made right, so that what is behind it meets bad files. Restoring
// works, or changes nothing.
func FuzzDecode(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeBytes[float32](seal(b))
		if err != nil {
			return
		}
		h, vectors, err := layout(s)
		if err != nil {
			t.Fatal(err)
		}
		if n := h.dataSize(); n > int64(len(b)) || len(vectors) != len(h.tensors) {
			t.Fatalf("%d bytes of data and %d tensors of %d from %d bytes", n, len(h.tensors), len(vectors), len(b))
		}
		path := filepath.Join(t.TempDir(), "run.safetensors")
		if err := Write(path, s); err != nil {
			t.Fatal(err)
		}
		if again, err := Read[float32](path); err != nil || !sameBits(again, s) {
			t.Fatalf("wrote %+v, read %+v (%v)", s, again, err)
		}
		for _, r := range small(t) {
			before := r.snapshot(t)
			if err := r.opt.Restore(s); err == nil {
				if _, err = r.opt.Step([][]float32{{1, 2, 3}, {4}}); err != nil {
					t.Logf("step: %v", err)
				}
			} else if !sameBits(r.snapshot(t), before) {
				t.Fatalf("failed Restore changed the optimizer: %v", err)
			}
		}
	})
}

// decodeAs reads a checkpoint of any float type.
func decodeAs[T kernels.Float](b []byte) (*optim.Snapshot[T], error) {
	return decode[T](bytes.NewReader(b), int64(len(b)), options{convert: true})
}

// FuzzConvert: what is read as float32 is read as float64, too, and is the same up to rounding;
// what is read can be written, and is read again.
func FuzzConvert(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = seal(b)
		wide, err := decodeAs[float64](b)
		narrow, errNarrow := decodeAs[float32](b)
		if err != nil {
			if errNarrow == nil {
				t.Fatalf("float32 is read, but float64: %v", err)
			}
			return
		}
		if errNarrow != nil && !strings.Contains(errNarrow.Error(), "beyond the range") {
			t.Fatalf("float64 is read, but float32: %v", errNarrow)
		}
		if errNarrow == nil {
			decodeFormats(narrow) // as float64 has it
		}
		size := 0
		for i, v := range vectorsOf(wide) {
			size += v.len()
			if errNarrow != nil {
				continue
			}
			for j, x := range floats[float32](vectorsOf(narrow)[i]) {
				if y := float32(floats[float64](v)[j]); x != y && (x == x || y == y) {
					t.Fatalf("%s: element %d is %v and %v", v.name, j, x, y)
				}
			}
		}
		if size > len(b) {
			t.Fatalf("%d elements from %d bytes", size, len(b))
		}
		path := filepath.Join(t.TempDir(), "run.safetensors")
		if err := Write(path, wide); err != nil {
			t.Fatal(err)
		}
		if again, err := Read[float64](path); err != nil || !sameBits(again, wide) {
			t.Fatalf("wrote %+v, read %+v (%v)", wide, again, err)
		}
	})
}

// FuzzWeights: a file is refused, or all of its floats are loaded into parameters that want
// them, and these can be saved and loaded again.
func FuzzWeights(f *testing.F) {
	for _, b := range append(seeds(f), foreign()) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = seal(b)
		load := func(b []byte, params []optim.Param[float32], o options) error {
			_, err := decodeWeights(bytes.NewReader(b), int64(len(b)), params, o)
			return err
		}
		h, err := readHeader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if load(b, nil, options{partial: true}) == nil {
				t.Fatalf("loaded, though %v", err)
			}
			return
		}
		sources := sourcesOf(h.tensors)
		if h.metadata["format"] == format {
			if sources, err = modelOf(h.tensors); err != nil {
				return
			}
		}
		var params []optim.Param[float32]
		for _, x := range sources {
			if convertible[float32](x.dtype, true) {
				p := optim.Param[float32]{Name: x.name}
				if n, _ := count(x.shape); x.numbers() == "BF16" {
					p.BF16 = make([]kernels.BFloat16, n)
				} else {
					p.Value = make([]float32, n)
				}
				for _, d := range x.shape {
					p.Shape = append(p.Shape, int(d))
				}
				params = append(params, p)
			}
		}
		if load(b, params, options{partial: true, convert: true}) != nil {
			return
		}
		saved, vectors, err := weightsLayout(params, nil)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := writeAll(&again, saved, vectors); err != nil {
			t.Fatal(err)
		}
		got := zeros[float32](params)
		if err := load(again.Bytes(), got, options{}); err != nil || !sameValues(got, params) {
			t.Fatalf("saved %v, loaded %v (%v)", params, got, err)
		}
	})
}
