package checkpoint

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

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
	tooMany := strings.Repeat(`{},`, len(h.tensors)-len(r.params)+1)
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{`"format":"steepest.optim"`, `"format":"pt"`, []string{"format", `"pt"`, `"steepest.optim"`}},
		{`"format":`, `"other":`, []string{`no "format"`}},
		{`"version":"2"`, `"version":"1"`, []string{"version", `"1"`, `"2"`}},
		{`"sha256":`, `"sha512":`, []string{"sha256"}},
		{h.metadata["sha256"], "beef", []string{"sha256", `"beef"`, "64"}},
		{`model.weights`, `model.heights`, []string{`"model.heights"`, "not in the metadata"}},
		{`state.weights.exp_avg"`, `state.weights.exp"`, []string{`"state.weights.exp"`, "not in the metadata"}},
		{`"shape":[7]`, `"shape":[7,1]`, []string{`"model.layer.0.bias"`, "shape [7 1]", "want [7]"}},
		{`"shape":[50,20]`, `"shape":[1000]`, []string{`"model.weights"`, "shape [1000]", "want [50 20]"}},
		{`"shape":[1,1]`, `"shape":[]`, []string{`"model.größe \"x\"\n<&>"`, "shape []", "want [1 1]"}},
		{`\"shape\":[50,20]`, `\"shape\":[50,-20]`, []string{`"model.weights"`, "shape [50 20]", "want [1000]"}},
		{`\"shape\":[50,20]`, `\"shape\":[2147483647,2147483647,9]`, []string{`"model.weights"`, "shape [50 20]", "want [1000]"}},
		{`\"rule\":\"Adam\"`, `\"rule\":17`, []string{`"optimizer"`}},
		{`\"rule\":\"Adam\"`, `\"rulf\":\"Adam\"`, []string{`"optimizer"`, "rulf"}},
		{`"optimizer":"{`, `"optimizer":"{}{`, []string{`"optimizer"`, "not JSON"}},
		{`"optimizer":"{`, `"optimizer":"[`, []string{`"optimizer"`}},
		{`"optimizer":`, `"optimiser":`, []string{`"optimizer"`}},
		{`{\"name\":\"weights\"`, `{\"name\":\"bytes\"`, []string{`"model.weights"`, "not in the metadata"}},
		{`{\"name\":\"weights\"`, `{\"name\":\"layer.0.bias\"`, []string{`"model.layer.0.bias"`, "twice"}},
		{`\"params\":[`, `\"params\":[{\"name\":\"more\"},`, []string{`"model.more"`, "missing"}},
		{`\"params\":[`, `\"params\":[` + tooMany, []string{`"optimizer"`, `"params": more than `}},
		{`\"params\":[`, `\"PARAMS\":[` + tooMany, []string{`"optimizer"`, `"PARAMS": more than `}},
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

// TestTooLarge: a tensor that an int cannot count is refused by name. Where int has
// 64 bits no file is that long.
func TestTooLarge(t *testing.T) {
	if strconv.IntSize > 32 {
		t.Skip("int is as wide as a file's offsets")
	}
	_, err := readVector[float32](nil, tensor{name: "w", dtype: "F32", end: 1 << 31}, make([]byte, chunkBytes))
	wantError(t, err, `"w"`, "536870912 elements", "memory")
}
