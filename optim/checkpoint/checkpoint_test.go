package checkpoint

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

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

// TestNil: nothing to save or to restore is an error, and no file.
func TestNil(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.safetensors")
	wantError(t, Save[float32](path, nil), path, "nil")
	wantError(t, Save(path, (*optim.Optimizer[float32])(nil)), path, "*optim.Optimizer[float32] is nil")
	wantError(t, Save(path, new(optim.Optimizer[float32])), path, "not from New")
	wantError(t, Write[float32](path, nil), path, "nil Snapshot")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written: %v", err)
	}
	path = newRun[float32](t, optim.NewAdam(0.01)).save(t)
	wantError(t, Load[float32](path, nil), path, "nil")
	wantError(t, Load(path, (*optim.Optimizer[float32])(nil)), path, "*optim.Optimizer[float32] is nil")
	wantError(t, Load(path, new(optim.Optimizer[float32])), path, "not from New")
}
