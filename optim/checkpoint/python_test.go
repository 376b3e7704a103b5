package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// python reads a file as anyone would who knows the format, and prints the
// tensors' names with their bytes in hexadecimal digits.
const python = `
import array, hashlib, json, math, struct, sys
raw = open(sys.argv[1], "rb").read()
n, = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + n])
data = raw[8 + n:]
meta = header.pop("__metadata__")
assert all(type(v) is str for v in meta.values())
digest = meta["sha256"].encode()
assert raw.count(digest) == 1
assert hashlib.sha256(raw.replace(digest, b"0" * 64)).hexdigest().encode() == digest
assert (8 + n) % 8 == 0
out, shapes, end = {}, {}, 0
for name, t in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
    begin, stop = t["data_offsets"]
    assert begin == end
    end = stop
    values = array.array({"F32": "f", "F64": "d"}[t["dtype"]])
    values.frombytes(data[begin:stop])
    if sys.byteorder == "big":
        values.byteswap()
    assert len(values) == math.prod(t["shape"])
    out[name] = [x.hex() for x in values]
    shapes[name] = t["shape"]
assert end == len(data)
about = json.loads(meta["optimizer"])
json.dump({"steps": about["steps"], "rule": about["rule"], "tensors": out, "shapes": shapes}, sys.stdout)
`

// runPython runs a program and returns what it prints, or skips the test where there is no
// Python.
func runPython(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	out, err := exec.Command("python3", append([]string{"-c", program}, args...)...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("%v\n%s", err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPython(t *testing.T) {
	t.Run("float32", testPython[float32])
	t.Run("float64", testPython[float64])
}

func testPython[T kernels.Float](t *testing.T) {
	r := newRun[T](t, optim.NewAdam(0.01))
	r.steps(t, 3)
	out := runPython(t, python, r.save(t))
	var got struct {
		Steps   int
		Rule    string
		Tensors map[string][]string
		Shapes  map[string][]int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	s := r.snapshot(t)
	if got.Steps != 3 || got.Rule != "Adam" {
		t.Errorf("got %d steps of %q, want 3 of Adam", got.Steps, got.Rule)
	}
	if a, b := got.Shapes["model.weights"], got.Shapes["state.weights.exp_avg_sq"]; !slices.Equal(a, []int{50, 20}) || !slices.Equal(b, a) {
		t.Errorf("got the shapes %v", got.Shapes)
	}
	vectors := map[string][]T{}
	for i, p := range s.Params {
		vectors["model."+p.Name] = r.params[i].Value
		vectors["state."+p.Name+".exp_avg"] = p.State[0].Value
		vectors["state."+p.Name+".exp_avg_sq"] = p.State[1].Value
	}
	tensors := map[string][]T{}
	for name, list := range got.Tensors {
		for _, text := range list {
			var x float64
			if _, err := fmt.Sscanf(text, "%g", &x); err != nil {
				t.Fatal(err)
			}
			tensors[name] = append(tensors[name], T(x))
		}
	}
	if !reflect.DeepEqual(tensors, vectors) {
		t.Errorf("got %v, want %v", tensors, vectors)
	}
}
