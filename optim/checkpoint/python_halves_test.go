package checkpoint

import (
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// pythonHalves reads bfloat16 weights, and writes them to another file as bfloat16 and as
// float32, as Python does. It prints the values and which packages were there to read both
// files, too: the one of the format by itself, with numpy as the documentation says, and with
// torch.
const pythonHalves = `
import json, struct, sys
def parse(raw):
    n, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + n])
    header.pop("__metadata__", None)
    return {name: (t["dtype"], t["shape"], raw[8 + n:][slice(*t["data_offsets"])]) for name, t in header.items()}
def floats(dtype, data):
    if dtype == "BF16":
        data = b"".join(b"\0\0" + data[i:i + 2] for i in range(0, len(data), 2))
    return list(struct.unpack("<%df" % (len(data) // 4), data))

raw = open(sys.argv[1], "rb").read()
tensors = parse(raw)
read = {name: [dtype, shape, [struct.unpack("<I", struct.pack("<f", x))[0] for x in floats(dtype, data)]] for name, (dtype, shape, data) in tensors.items()}
dtype, shape, data = tensors["half"]
back = {"as.half": (dtype, shape, data), "as.float": ("F32", shape, b"".join(struct.pack("<f", x) for x in floats(dtype, data)))}
text, end = {}, 0
for name, (dtype, shape, data) in back.items():
    text[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
    end += len(data)
text = json.dumps(text).encode()
written = struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in back.values())
open(sys.argv[2], "wb").write(written)

packages = []
try:
    import safetensors
    packages.append("safetensors")
    import numpy as np
    packages.append("numpy")
    import safetensors.torch
    packages.append("torch")
except ImportError:
    pass
for file, want in (raw, tensors), (written, back):
    if "safetensors" in packages:
        got = {name: (t["dtype"], list(t["shape"]), bytes(t["data"])) for name, t in safetensors.deserialize(file)}
        assert got == want
    if "numpy" in packages:
        for name, t in safetensors.deserialize(file):
            if t["dtype"] == "BF16":
                x = (np.frombuffer(t["data"], "<u2").astype("<u4") << 16).view("<f4").reshape(t["shape"])
                assert list(x.shape) == want[name][1] and x.tobytes() == struct.pack("<%df" % x.size, *floats("BF16", want[name][2]))
    if "torch" in packages:
        for name, x in safetensors.torch.load(file).items():
            dtype, shape, data = want[name]
            assert list(x.shape) == shape and x.float().flatten().tolist() == floats(dtype, data)
json.dump({"packages": packages, "read": read}, sys.stdout)
`

// TestPythonHalves: bfloat16 weights go to Python and come back with the same bits.
func TestPythonHalves(t *testing.T) {
	values := []kernels.BFloat16{0x3f80, 0xbfc0, 0x8000, 0x0001, 0x7f7f, 0xff80}
	hi, rest := splitOf([]float32{1 + 0x1p-20, -3})
	params := []optim.Param[float32]{{Name: "half", BF16: values, Shape: []int{2, 3}}, {Name: "split", BF16: hi, Rest: rest}}
	back := filepath.Join(t.TempDir(), "back.safetensors")
	out := runPython(t, pythonHalves, mustSaveWeights(t, params), back)
	var got struct {
		Packages []string
		Read     map[string][3]any
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	t.Log("packages beside the reader here:", got.Packages)
	want := map[string][3]any{
		"half":  {"BF16", []any{2.0, 3.0}, bitsOf(1, -1.5, float32(math.Copysign(0, -1)), 0x1p-133, 0x1.fep127, float32(math.Inf(-1)))},
		"split": {"F32", []any{2.0}, bitsOf(1+0x1p-20, -3)},
	}
	if !reflect.DeepEqual(got.Read, want) {
		t.Errorf("Python has read %v, want %v", got.Read, want)
	}

	again := []optim.Param[float32]{{Name: "as.half", BF16: make([]kernels.BFloat16, 6), Shape: []int{2, 3}}, {Name: "as.float", BF16: make([]kernels.BFloat16, 6)}}
	if _, err := LoadWeights(back, again[:1], Partial()); err != nil || !slices.Equal(again[0].BF16, values) {
		t.Errorf("got %#x (%v), want %#x", again[0].BF16, err, values)
	}
	if _, err := LoadWeights(back, again, Convert()); err != nil || !slices.Equal(again[1].BF16, values) {
		t.Errorf("got %#x (%v), want %#x", again[1].BF16, err, values)
	}
}

// bitsOf returns the bits of the numbers in float32, as JSON has them.
func bitsOf(list ...float32) []any {
	bits := make([]any, len(list))
	for i, x := range list {
		bits[i] = float64(math.Float32bits(x))
	}
	return bits
}
