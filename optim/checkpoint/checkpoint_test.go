package checkpoint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
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
		name string
		n    int
	}{{"weights", 1000}, {"layer.0.bias", 7}, {"größe \"x\"\n<&>", 1}} {
		v := make([]T, p.n)
		for i := range v {
			v[i] = T(rng.NormFloat64())
		}
		r.params = append(r.params, optim.Param[T]{Name: p.name, Value: v})
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
		g := make([]T, len(p.Value))
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
	return decode[T](bytes.NewReader(b), int64(len(b)))
}

func TestRoundTrip(t *testing.T) {
	t.Run("float32", testRoundTrip[float32])
	t.Run("float64", testRoundTrip[float64])
}

func testRoundTrip[T kernels.Float](t *testing.T) {
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1},
		optim.Momentum{LR: 0.1, Momentum: 0.9, Nesterov: true},
		optim.NewAdam(1e-3),
		optim.NewScheduleFreeAdamW(1e-3),
	} {
		r := newRun[T](t, rule, optim.WithSchedule(schedule.NewPlateau()), optim.WithLossScaler(optim.NewLossScaler()))
		r.steps(t, 3)
		if err := r.opt.Freeze("layer.0.bias"); err != nil {
			t.Fatal(err)
		}
		r.accumulate(t)
		s := r.snapshot(t)
		random, err := rand.NewPCG(1, 2).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		s.Extra = map[string]string{"epoch": "7", "<&>\x00": "ü\u2028", "random": string(random),
			"\xff": "one", "\xfe": "two", "\ufffd": "\xed\xa0\x80", "": "\ufffd\U0001f600"}
		s.ExtraVectors = []optim.StateSnapshot[T]{{Name: "ema.weights", Value: []T{1, 2}}, {Name: "empty", Value: []T{}}}
		long := make([]T, chunkBytes/4+3)
		for i := range long {
			long[i] = T(i)
		}
		s.ExtraVectors = append(s.ExtraVectors, optim.StateSnapshot[T]{Name: "long", Value: long})
		// What text would not keep.
		special := []T{T(math.NaN()), T(math.Inf(-1)), T(math.Copysign(0, -1)), T(math.SmallestNonzeroFloat64), T(math.SmallestNonzeroFloat32)}
		copy(s.Params[0].Value, special)

		path := filepath.Join(t.TempDir(), "run.safetensors")
		if err := Write(path, s); err != nil {
			t.Fatal(err)
		}
		got, err := Read[T](path)
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(got, s) {
			t.Errorf("%s: read %+v, wrote %+v", rule.Name(), got, s)
		}
		if err := r.opt.Restore(got); err != nil {
			t.Error(err)
		}
		h, _, err := layout(s)
		if err != nil || len(h.raw)%8 != 0 {
			t.Errorf("%s: a header of %d bytes, not aligned (%v)", rule.Name(), len(h.raw), err)
		}
		// The same state gives the same file.
		again := path + "2"
		if err := Write(again, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(readBytes(t, path), readBytes(t, again)) {
			t.Errorf("%s: the files differ", rule.Name())
		}
	}
}

// sameBits compares snapshots; NaNs are equal to themselves.
func sameBits[T kernels.Float](a, b *optim.Snapshot[T]) bool {
	va, vb := vectorsOf(a), vectorsOf(b)
	if len(va) != len(vb) {
		return false
	}
	for i := range va {
		x, y := *va[i].data, *vb[i].data
		if va[i].name != vb[i].name || len(x) != len(y) {
			return false
		}
		for j := range x {
			if math.Float64bits(float64(x[j])) != math.Float64bits(float64(y[j])) {
				return false
			}
		}
	}
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	return bytes.Equal(ja, jb) && maps.Equal(a.Extra, b.Extra) // JSON need not tell these apart
}

// TestResume compares a run that stops at every step, goes through a file and
// goes on in a new optimizer, at another level in turn, with one that never
// stopped.
func TestResume(t *testing.T) {
	t.Run("float32", testResume[float32])
	t.Run("float64", testResume[float64])
}

func testResume[T kernels.Float](t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	levels := kernels.Levels()
	const last = 8
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1, WeightDecay: 0.1},
		optim.Momentum{LR: 0.1, Momentum: 0.9, Dampening: 0.3},
		optim.NewAdam(1e-2),
		optim.NewAdamW(1e-2),
		optim.NewLAMB(1e-2),
		optim.NewScheduleFreeAdamW(1e-2),
	} {
		opts := []optim.Option{optim.ClipNorm(1), optim.WithSchedule(schedule.Cosine{TMax: 6})}
		whole := newRun[T](t, rule, opts...)
		whole.steps(t, last)

		path := newRun[T](t, rule, opts...).save(t)
		for i := range last {
			if err := kernels.SetLevel(levels[i%len(levels)]); err != nil {
				t.Fatal(err)
			}
			r := newRun[T](t, rule, opts...)
			r.steps(t, 2*(i%2)) // where it was before must not matter
			if err := Load(path, r.opt); err != nil {
				t.Fatal(err)
			}
			r.steps(t, i+1)
			if err := Save(path, r.opt); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Read[T](path)
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(got, whole.snapshot(t)) {
			t.Errorf("%s: the resumed run differs", rule.Name())
		}
	}
}

// TestEmbedding resumes one after every step.
func TestEmbedding(t *testing.T) {
	const rows, dim, last = 50, 6, 6
	for _, rule := range []optim.Rule{
		optim.SGD{LR: 0.1}, optim.NewAdagrad(0.1), optim.NewRowAdagrad(0.1), optim.NewAdamW(0.1),
	} {
		fresh := func() *optim.Embedding[float32] {
			table := make([]float32, rows*dim)
			for i := range table {
				table[i] = float32(i % 7)
			}
			e, err := optim.NewEmbedding(rule, optim.Param[float32]{Name: "words", Value: table}, dim, optim.ClipNorm(1))
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		step := func(e *optim.Embedding[float32]) {
			rng := rand.New(rand.NewPCG(5, uint64(e.Steps())))
			grads := make([]float32, 9*dim)
			for i := range grads {
				grads[i] = float32(rng.NormFloat64())
			}
			if _, err := e.Step(rng.Perm(rows)[:9], grads); err != nil {
				t.Fatal(err)
			}
		}
		whole, part := fresh(), fresh()
		path := filepath.Join(t.TempDir(), "run.safetensors")
		for range last {
			step(whole)
			step(part)
			if err := Save(path, part); err != nil {
				t.Fatal(err)
			}
			part = fresh()
			if err := Load(path, part); err != nil {
				t.Fatal(err)
			}
		}
		a, err := whole.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		b, err := part.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(a, b) {
			t.Errorf("%s: the resumed run differs", rule.Name())
		}
	}
}

// TestRun resumes a run with everything that it remembers after every iteration.
func TestRun(t *testing.T) {
	t.Run("float32", testRun[float32])
	t.Run("float64", testRun[float64])
}

func testRun[T kernels.Float](t *testing.T) {
	const last = 9
	path := filepath.Join(t.TempDir(), "run.safetensors")
	fresh := func(stop int) *train.Run[T] {
		r := newRun[T](t, optim.NewAdam(1e-2), optim.WithSchedule(schedule.NewPlateau()))
		early, err := train.NewEarlyStopping(r.params, train.Patience{Checks: last})
		if err != nil {
			t.Fatal(err)
		}
		ema, err := train.NewEMA(r.params, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		run, err := train.NewRun(r.opt, func(step int, grads [][]T) (float64, error) {
			for i, g := range r.grads() {
				copy(grads[i], g)
			}
			if step == 3 {
				grads[1][2] = T(math.NaN())
				return math.Inf(1), nil
			}
			return 1 / float64(step+1), nil
		}, train.FitOptions[T]{
			Stop:          []train.StopRule{train.StepLimit(stop), early, &train.LossChange{Tol: 0.1, For: last}},
			Smoothing:     0.9,
			Divergence:    train.NewDivergence(),
			Average:       ema,
			Validate:      func() (float64, error) { return float64(r.params[0].Value[0]), nil },
			ValidateEvery: 2,
		})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	fit := func(run *train.Run[T]) {
		t.Helper()
		if _, err := run.Fit(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := Save(path, run); err != nil {
			t.Fatal(err)
		}
	}
	read := func() *optim.Snapshot[T] {
		t.Helper()
		s, err := Read[T](path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	fit(fresh(last))
	whole := read()
	fit(fresh(1))
	for n := 2; n <= last; n++ {
		run := fresh(n)
		if err := Load(path, run); err != nil {
			t.Fatal(err)
		}
		fit(run)
	}
	if part := read(); !sameBits(part, whole) || len(part.Run) != 5 || len(part.Run[2].Vectors) != 3 {
		t.Errorf("the resumed run has %+v, want %+v", part, whole)
	}
}

// TestNil: nothing to save or to restore is an error, and no file.
func TestNil(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	wantError(t, Save[float32](path, nil), path, "nil")
	wantError(t, Save(path, (*optim.Optimizer[float32])(nil)), path, "*optim.Optimizer[float32] is nil")
	wantError(t, Save(path, new(optim.Optimizer[float32])), path, "not from New")
	wantError(t, Save(path, new(train.Run[float32])), path, "not from NewRun")
	wantError(t, Write[float32](path, nil), path, "nil Snapshot")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written: %v", err)
	}
	path = newRun[float32](t, optim.NewAdam(0.01)).save(t)
	wantError(t, Load[float32](path, nil), path, "nil")
	wantError(t, Load(path, (*optim.Embedding[float32])(nil)), path, "*optim.Embedding[float32] is nil")
	wantError(t, Load(path, new(optim.Embedding[float32])), path, "not from NewEmbedding")
}

// TestDamage loads damaged files: each must give an error with the file's name
// and leave the optimizer as it was.
func TestDamage(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	r.steps(t, 2)
	path := r.save(t)
	good := readBytes(t, path)
	r.steps(t, 3)
	before := r.snapshot(t)
	h, err := readHeader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}

	check := func(what string, b []byte) {
		t.Helper()
		// decode first: most of the work without the disk's.
		if _, err := decodeBytes[float32](b); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	// Truncated, at every byte of the header and at some of the data.
	for n := range len(good) {
		if n <= len(h.raw)+16 || n%97 == 0 || n >= len(good)-8 {
			check(fmt.Sprint("first ", n, " bytes"), good[:n])
		}
	}
	check("one byte more", append(bytes.Clone(good), 0))
	// Flipped, bits of every byte of the header and some of the data.
	for i := range good {
		if i >= len(h.raw) && i%131 != 0 {
			continue
		}
		bits := []int{i % 8, 5} // the latter makes other capitals
		if i < 8 {
			bits = []int{0, 1, 2, 3, 4, 5, 6, 7}
		}
		for _, bit := range bits {
			good[i] ^= 1 << bit
			check(fmt.Sprintf("bit %d of byte %d", bit, i), good)
			good[i] ^= 1 << bit
		}
	}

	// Some of them all the way.
	for _, b := range [][]byte{
		nil, good[:4], good[:len(h.raw)/2], good[:len(good)-4], append(bytes.Clone(good), 0),
		flipped(good, 9), flipped(good, len(h.raw)+100), flipped(good, len(good)-1),
		bytes.Repeat([]byte("a text, no tensors. "), 99), file("{}", 0),
	} {
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		wantError(t, Load(path, r.opt), path)
	}
	if !sameBits(r.snapshot(t), before) {
		t.Error("a failed Load changed the optimizer")
	}
	if err := os.WriteFile(path, good, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Load(path, r.opt); err != nil {
		t.Error(err)
	}
}

func flipped(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1
	return b
}

// TestContent edits files and corrects the digest: errors of content, each with
// what was found and what was wanted.
func TestContent(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	path := r.save(t)
	good := readBytes(t, path)
	if _, err := decodeBytes[float32](good); err != nil {
		t.Fatal(err)
	}
	h, _ := readHeader(bytes.NewReader(good), int64(len(good)))
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{`"format":"steepest.optim"`, `"format":"pt"`, []string{"format", `"pt"`, `"steepest.optim"`}},
		{`"format":`, `"other":`, []string{`no "format"`}},
		{`"version":"1"`, `"version":"2"`, []string{"version", `"2"`, `"1"`}},
		{`"sha256":`, `"sha512":`, []string{"sha256"}},
		{h.metadata["sha256"], "beef", []string{"sha256", `"beef"`, "64"}},
		{`model.weights`, `model.heights`, []string{`"model.heights"`, "not in the metadata"}},
		{`state.weights.exp_avg"`, `state.weights.exp"`, []string{`"state.weights.exp"`, "not in the metadata"}},
		{`"shape":[7]`, `"shape":[7,1]`, []string{`"model.layer.0.bias"`, "[7 1]", "one dimension"}},
		{`\"rule\":\"Adam\"`, `\"rule\":17`, []string{`"optimizer"`}},
		{`\"rule\":\"Adam\"`, `\"rulf\":\"Adam\"`, []string{`"optimizer"`, "rulf"}},
		{`"optimizer":"{`, `"optimizer":"{}{`, []string{`"optimizer"`, "not JSON"}},
		{`"optimizer":"{`, `"optimizer":"[`, []string{`"optimizer"`}},
		{`"optimizer":`, `"optimiser":`, []string{`"optimizer"`}},
		{`{\"name\":\"weights\"`, `{\"name\":\"bytes\"`, []string{`"model.weights"`, "not in the metadata"}},
		{`{\"name\":\"weights\"`, `{\"name\":\"layer.0.bias\"`, []string{`"model.layer.0.bias"`, "twice"}},
		{`\"params\":[`, `\"params\":[{\"name\":\"more\"},`, []string{`"model.more"`, "missing"}},
		// What encoding/json would lose.
		{`\"steps\":0`, `\"steps\":0,\"steps\":1`, []string{`"optimizer"`, `"steps": twice`}},
		{`\"steps\":0`, `\"steps\":0,\"extra\":{\"a\":\"1\",\"\\u0061\":\"2\"}`, []string{`"extra": "a": twice`}},
		{`\"steps\":0`, `\"steps\":0,\"extra\":{\"\\udcff\":\"\"}`, []string{`"optimizer"`, `\udcff`, "half a sign"}},
		{`\"steps\":0`, `\"steps\":0,\"extra_bytes\":[{\"name\":\"/w==\"},{\"name\":\"/w==\"}]`, []string{`extra "\xff": twice`}},
		{`\"steps\":0`, `\"steps\":0,\"extra\":{\"a\":\"\"},\"extra_bytes\":[{\"name\":\"YQ==\"}]`, []string{`extra "a": twice`}},
		{`\"steps\":0`, `\"steps\":0,\"extra_bytes\":[{\"name\":\"?\"}]`, []string{`"optimizer"`, "base64"}},
	} {
		_, err := decodeBytes[float32](edit(t, good, replace(c.old, c.new)))
		if t.Run(c.new, func(t *testing.T) { wantError(t, err, c.want...) }); t.Failed() {
			return
		}
	}
}

// TestUnstorable: what JSON would not give back is refused, and named.
func TestUnstorable(t *testing.T) {
	r := newRun[float32](t, optim.NewNAdam(0.01), optim.WithSchedule(schedule.NewPlateau()), optim.WithLossScaler(optim.NewLossScaler()))
	r.steps(t, 1)
	path := r.save(t)
	old := readBytes(t, path)
	for want, spoil := range map[string]func(*optim.Snapshot[float32]){
		`Rule "\xff" is not UTF-8`:                            func(s *optim.Snapshot[float32]) { s.Rule = "\xff" },
		`Options's key "a\xff" is not UTF-8`:                  func(s *optim.Snapshot[float32]) { s.Options["a\xff"] = "" },
		`Options["a"] "\xe4" is not UTF-8`:                    func(s *optim.Snapshot[float32]) { s.Options["a"] = "\xe4" },
		`LossScale.Scale is +Inf, want a finite number`:       func(s *optim.Snapshot[float32]) { s.LossScale.Scale = math.Inf(1) },
		`Schedule[0].State "\xc0\x80" is not UTF-8`:           func(s *optim.Snapshot[float32]) { s.Schedule[0].State = "\xc0\x80" },
		`Params[2].Name "\xed\xa0\x80" is not UTF-8`:          func(s *optim.Snapshot[float32]) { s.Params[2].Name = "\xed\xa0\x80" },
		`Params[1].State[0].Name "\xff" is not UTF-8`:         func(s *optim.Snapshot[float32]) { s.Params[1].State[0].Name = "\xff" },
		`Params[0].Numbers["x"] is NaN, want a finite number`: func(s *optim.Snapshot[float32]) { s.Params[0].Numbers = map[string]float64{"x": math.NaN()} },
		`ExtraVectors[0].Name "\xff" is not UTF-8`: func(s *optim.Snapshot[float32]) {
			s.ExtraVectors = []optim.StateSnapshot[float32]{{Name: "\xff"}}
		},
	} {
		s := r.snapshot(t)
		spoil(s)
		wantError(t, Write(path, s), path, want)
	}
	if !bytes.Equal(readBytes(t, path), old) {
		t.Error("the old file has changed")
	}
}

// TestMismatch loads files into optimizers that they do not fit.
func TestMismatch(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	r.steps(t, 2)
	path := r.save(t)

	wide := newRun[float64](t, optim.NewAdam(0.01))
	wantError(t, Load(path, wide.opt), path, `"model.weights"`, "F32", "F64")

	other := newRun[float32](t, optim.NewAdamW(0.01))
	before := other.snapshot(t)
	wantError(t, Load(path, other.opt), path, `"Adam"`, `"AdamW"`)
	if !sameBits(other.snapshot(t), before) {
		t.Error("a failed Load changed the optimizer")
	}

	missing := filepath.Join(t.TempDir(), "none")
	if err := Load(missing, r.opt); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
	wantError(t, Load(filepath.Dir(path), r.opt), filepath.Dir(path), "regular")
}

// TestNoFile: reading and writing refuse a named pipe and do not wait for its
// other end.
func TestNoFile(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	pipe := filepath.Join(t.TempDir(), "pipe")
	regulartest.Pipe(t, pipe)
	wantError(t, regulartest.AtOnce(t, func() error { return Load(pipe, r.opt) }), pipe, "regular file")
	wantError(t, regulartest.AtOnce(t, func() error { return Save(pipe, r.opt) }), pipe, "regular file")
	if entries, _ := os.ReadDir(filepath.Dir(pipe)); len(entries) != 1 {
		t.Errorf("got the files %v, want the pipe", entries)
	}
}

// TestAtomic lets writing fail in several ways: the old file must stay, and
// nothing else.
func TestAtomic(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	path := r.save(t)
	old := readBytes(t, path)
	intact := func() {
		t.Helper()
		if !bytes.Equal(readBytes(t, path), old) {
			t.Error("the old file has changed")
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 1 {
			t.Errorf("got the files %v, want one", entries)
		}
	}
	intact()

	// The disk is full after some bytes.
	full := errors.New("disk full")
	err := replaceFile(path, func(f *os.File) error {
		_, err := f.Write(old[:100])
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	intact()
	// The file is closed too early.
	wantError(t, replaceFile(path, (*os.File).Close), "sync")
	intact()
	// A name that the format cannot have.
	s := r.snapshot(t)
	s.Params[1].Name = "\xff"
	wantError(t, Write(path, s), path, `Params[1].Name "\xff"`, "UTF-8")
	intact()

	s = r.snapshot(t)
	s.ExtraVectors = []optim.StateSnapshot[float32]{{Name: "a"}, {Name: "a"}}
	wantError(t, Write(path, s), path, `"extra.a"`, "twice")
	intact()

	// What cannot be replaced.
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	wantError(t, Save(dir, r.opt), dir, "regular")
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("got the files %v, want one", entries)
	}
	wantError(t, Save(filepath.Join(dir, "no", "run"), r.opt), filepath.Join(dir, "no", "run"))

	// And what can, with the old permissions.
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	r.steps(t, 1)
	if err := Save(path, r.opt); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(readBytes(t, path), old) {
		t.Error("the file is still the old one")
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o640 {
		t.Errorf("got the mode %v, want 0640 (%v)", info.Mode(), err)
	}
	old = readBytes(t, path)
	intact()
}

// python reads a file as anyone would who knows the format, and prints the
// tensors' names with their bytes in hexadecimal digits.
const python = `
import array, hashlib, json, struct, sys
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
out, end = {}, 0
for name, t in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
    begin, stop = t["data_offsets"]
    assert begin == end
    end = stop
    values = array.array({"F32": "f", "F64": "d"}[t["dtype"]])
    values.frombytes(data[begin:stop])
    if sys.byteorder == "big":
        values.byteswap()
    assert [len(values)] == t["shape"]
    out[name] = [x.hex() for x in values]
assert end == len(data)
about = json.loads(meta["optimizer"])
json.dump({"steps": about["steps"], "rule": about["rule"], "tensors": out}, sys.stdout)
`

func TestPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	t.Run("float32", testPython[float32])
	t.Run("float64", testPython[float64])
}

func testPython[T kernels.Float](t *testing.T) {
	r := newRun[T](t, optim.NewAdam(0.01))
	r.steps(t, 3)
	out, err := exec.Command("python3", "-c", python, r.save(t)).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var got struct {
		Steps   int
		Rule    string
		Tensors map[string][]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	s := r.snapshot(t)
	if got.Steps != 3 || got.Rule != "Adam" {
		t.Errorf("got %d steps of %q, want 3 of Adam", got.Steps, got.Rule)
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

// TestTooLarge: a tensor that an int cannot count is refused by name. Where int has
// 64 bits no file is that long.
func TestTooLarge(t *testing.T) {
	if strconv.IntSize > 32 {
		t.Skip("int is as wide as a file's offsets")
	}
	_, err := readVector[float32](nil, tensor{name: "w", dtype: "F32", end: 1 << 31}, make([]byte, chunkBytes))
	wantError(t, err, `"w"`, "536870912 elements", "memory")
}
