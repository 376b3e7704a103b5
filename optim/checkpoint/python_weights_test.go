package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// pythonWeights reads a file of weights, and writes another one with the same tensors and some
// of other types, as Python's package does: wide types first and then by name, the text in the
// order in which a program had them, names escaped, blanks at the end. It prints what it has
// read, and whether that package was there to read both files, too.
const pythonWeights = `
import array, json, math, struct, sys
raw = open(sys.argv[1], "rb").read()
n, = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + n])
data = raw[8 + n:]
metadata = header.pop("__metadata__", None)
tensors, read = {}, {}
for name, t in header.items():
    begin, end = t["data_offsets"]
    tensors[name] = t["dtype"], t["shape"], data[begin:end]
    values = array.array({"F32": "f", "F64": "d"}[t["dtype"]])
    values.frombytes(data[begin:end])
    if sys.byteorder == "big":
        values.byteswap()
    assert len(values) == math.prod(t["shape"])
    read[name] = {"shape": t["shape"], "values": [x.hex() for x in values]}
assert sum(len(b) for _, _, b in tensors.values()) == len(data) and (8 + n) % 8 == 0

tensors = dict(reversed(tensors.items()))
numbers = [1.5, -2.0, 65504.0, 2.0 ** -24, math.inf]
tensors["steps"] = "I64", [], struct.pack("<q", 7)
tensors["half"] = "F16", [5, 1], struct.pack("<5e", *numbers)
tensors["mask"] = "BOOL", [3], b"\1\0\1"
tensors["brain"] = "BF16", [5], b"".join(struct.pack("<f", x)[2:] for x in numbers)
tensors["none"] = "F32", [0, 4], b""
text, end = {"__metadata__": {"format": "pt"}}, 0
for name, (dtype, shape, b) in tensors.items():
    text[name] = {"dtype": dtype, "shape": shape}
order = ["I64", "F64", "F32", "BF16", "F16", "BOOL"]
chunks = []
for name in sorted(tensors, key=lambda name: (order.index(tensors[name][0]), name)):
    b = tensors[name][2]
    text[name]["data_offsets"] = [end, end + len(b)]
    end += len(b)
    chunks.append(b)
text = json.dumps(text).encode()
text += b" " * (-len(text) % 8)
written = struct.pack("<Q", len(text)) + text + b"".join(chunks)
open(sys.argv[2], "wb").write(written)

try:
    import safetensors
    package = True
except ImportError:
    package = False
if package:
    for raw, want in ((raw, {name: t for name, t in tensors.items() if name in read}), (written, tensors)):
        got = {name: (list(t["shape"]), bytes(t["data"])) for name, t in safetensors.deserialize(raw)}
        assert got == {name: (t[1], t[2]) for name, t in want.items()}
json.dump({"package": package, "metadata": metadata, "read": read}, sys.stdout)
`

// TestPythonWeights: weights go to Python and come back with the same bits.
func TestPythonWeights(t *testing.T) {
	t.Run("float32", testPythonWeights[float32])
	t.Run("float64", testPythonWeights[float64])
}

func testPythonWeights[T kernels.Float](t *testing.T) {
	params := newRun[T](t, optim.NewAdam(0.01)).params
	params = append(params, optim.Param[T]{Name: "\U0001f600", Value: []T{T(math.Inf(-1)), T(math.Copysign(0, -1)), T(math.SmallestNonzeroFloat32)}, Shape: []int{3, 1, 1}})
	back := filepath.Join(t.TempDir(), "back.safetensors")
	out := runPython(t, pythonWeights, mustSaveWeights(t, params, Metadata(map[string]string{"epoch": "7"})), back)
	var got struct {
		Package  bool
		Metadata map[string]string
		Read     map[string]struct {
			Shape  []int
			Values []string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	t.Log("with Python's safetensors beside the reader here:", got.Package)
	if len(got.Read) != len(params) || got.Metadata["epoch"] != "7" {
		t.Errorf("Python has read %d tensors, want %d; metadata %v", len(got.Read), len(params), got.Metadata)
	}
	for _, p := range params {
		read := got.Read[p.Name]
		if shape := p.Shape; !slices.Equal(read.Shape, shape) && (shape != nil || !slices.Equal(read.Shape, []int{len(p.Value)})) {
			t.Errorf("%q: Python has read the shape %v, want %v", p.Name, read.Shape, shape)
		}
		if len(read.Values) != len(p.Value) {
			t.Fatalf("%q: Python has read %d values, want %d", p.Name, len(read.Values), len(p.Value))
		}
		for i, text := range read.Values {
			var x float64
			if _, err := fmt.Sscanf(text, "%g", &x); err != nil || T(x) != p.Value[i] {
				t.Fatalf("%q: Python has read %s, want %v (%v)", p.Name, text, p.Value[i], err)
			}
		}
	}

	again := zeros[T](params)
	report, err := LoadWeights(back, again, Partial())
	if err != nil {
		t.Fatal(err)
	}
	if !sameValues(again, params) || len(report.Loaded) != len(params) || report.Metadata["format"] != "pt" {
		t.Errorf("got %v and %+v, want %v", again, report, params)
	}
	if want := []string{"steps", "none", "brain", "half", "mask"}; !sameNames(report.Unexpected, want) {
		t.Errorf("got the other tensors %q, want %q", report.Unexpected, want)
	}
	// And what Python has rounded to 16 bits.
	small := []optim.Param[T]{{Name: "half", Value: make([]T, 5), Shape: []int{5, 1}}, {Name: "brain", Value: make([]T, 5)}, {Name: "none"}}
	if _, err := LoadWeights(back, small, Partial(), Convert()); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]T{{1.5, -2, 65504, 0x1p-24, T(math.Inf(1))}, {1.5, -2, 65280, 0x1p-24, T(math.Inf(1))}} {
		if !reflect.DeepEqual(small[i].Value, want) {
			t.Errorf("%s: got %v, want %v", small[i].Name, small[i].Value, want)
		}
	}
}

// sameNames compares lists whose order is another one in another type.
func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
