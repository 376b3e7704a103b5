package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A run is an optimizer with gradients that depend on the step alone.
type run[T kernels.Float] struct {
	opt    *optim.Optimizer[T]
	params []optim.Param[T]
}

func newRun[T kernels.Float](t testing.TB, rule optim.Rule, opts ...optim.Option) *run[T] {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	r := new(run[T])
	for _, p := range []struct {
		name  string
		n     int
		shape []int
	}{{"weights", 1000, []int{50, 20}}, {"layer.0.bias", 7, nil}, {"größe \"x\"\n<&>", 1, []int{1, 1}}} {
		v := make([]T, p.n)
		for i := range v {
			v[i] = T(rng.NormFloat64())
		}
		r.params = append(r.params, optim.Param[T]{Name: p.name, Value: v, Shape: p.shape})
	}
	var err error
	if r.opt, err = optim.New(rule, r.params, opts...); err != nil {
		t.Fatal(err)
	}
	return r
}

// grads returns the gradients of the next step.
func (r *run[T]) grads() [][]T {
	rng := rand.New(rand.NewPCG(3, uint64(r.opt.Steps())))
	var grads [][]T
	for _, p := range r.params {
		g := make([]T, p.Len())
		for i := range g {
			g[i] = T(rng.NormFloat64())
		}
		grads = append(grads, g)
	}
	return grads
}

// steps takes the steps from the optimizer's next one to the last.
func (r *run[T]) steps(t testing.TB, last int) {
	t.Helper()
	for r.opt.Steps() < last {
		if _, err := r.opt.Step(r.grads()); err != nil {
			t.Fatal(err)
		}
	}
}

// accumulate gathers gradients for the next step.
func (r *run[T]) accumulate(t testing.TB) {
	t.Helper()
	if err := r.opt.Accumulate(r.grads()); err != nil {
		t.Fatal(err)
	}
}

// snapshot must succeed.
func (r *run[T]) snapshot(t testing.TB) *optim.Snapshot[T] {
	t.Helper()
	s, err := r.opt.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// save writes the run to a new file.
func (r *run[T]) save(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "run.safetensors")
	if err := Save(path, r.opt); err != nil {
		t.Fatal(err)
	}
	return path
}

func readBytes(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seal computes the digest of an edited file anew, where it can, so that what
// comes behind the digest's check is reached.
func seal(b []byte) []byte {
	b = bytes.Clone(b)
	h, err := readHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return b
	}
	old := h.metadata["sha256"]
	if len(old) != len(noDigest) || bytes.Count(h.raw, []byte(old)) != 1 {
		return b
	}
	place := bytes.Index(b, []byte(old))
	copy(b[place:], noDigest)
	sum := sha256.Sum256(b)
	hex.Encode(b[place:], sum[:])
	return b
}

// edit replaces the JSON text of a file, whose data stay.
func edit(t testing.TB, b []byte, change func(text []byte) []byte) []byte {
	t.Helper()
	h, err := readHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	text := change(bytes.Clone(h.raw[8:]))
	if bytes.Equal(text, h.raw[8:]) {
		t.Fatal("nothing was edited")
	}
	return seal(append(file(string(text), 0), b[len(h.raw):]...))
}

func replace(old, new string) func([]byte) []byte {
	return func(text []byte) []byte { return bytes.Replace(text, []byte(old), []byte(new), 1) }
}

func decodeBytes[T kernels.Float](b []byte) (*optim.Snapshot[T], error) {
	return decode[T](bytes.NewReader(b), int64(len(b)), options{})
}

// bytesOf returns a vector's elements as a file has them.
func bytesOf(v vector) []byte {
	var b bytes.Buffer
	if err := v.write(&b, make([]byte, chunkBytes)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// floats returns the elements of a vector without a format.
func floats[T kernels.Float](v vector) []T { return *v.store.(sliceOf[T]).at }

// sameBits compares snapshots; NaNs are equal to themselves.
func sameBits[T kernels.Float](a, b *optim.Snapshot[T]) bool {
	va, vb := vectorsOf(a), vectorsOf(b)
	if len(va) != len(vb) {
		return false
	}
	for i := range va {
		if va[i].name != vb[i].name || va[i].dtype() != vb[i].dtype() || !bytes.Equal(bytesOf(va[i]), bytesOf(vb[i])) {
			return false
		}
	}
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	return bytes.Equal(ja, jb) && maps.Equal(a.Extra, b.Extra) // JSON need not tell these apart
}
