package checkpoint

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/files"
)

// names lists what is in a directory.
func names(t testing.TB, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// saveSteps takes the steps up to the last one, and saves each.
func saveSteps(t testing.TB, d Dir, r *run[float32], last int) {
	t.Helper()
	for r.opt.Steps() < last {
		r.steps(t, r.opt.Steps()+1)
		if err := SaveTo(d, r.opt.Steps(), r.opt); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDir: the last files stay, and what is not the Dir's own.
func TestDir(t *testing.T) {
	d := Dir{filepath.Join(t.TempDir(), "new", "runs"), 3}
	r := newRun[float32](t, optim.NewAdam(0.01))
	if step, found, err := LoadLatest(d, r.opt); step != 0 || found || err != nil {
		t.Errorf("no directory: got %d, %t, %v", step, found, err)
	}
	saveSteps(t, d, r, 1)

	temp := files.TempPrefix + "0123456789abcdef" + files.TempSuffix
	old := []string{"step-1.safetensors", "step-0000000001.safetensors.old", "step--000000001.safetensors", "step-+000000001.safetensors",
		"best.safetensors", "step-00000000001.safetensors", files.TempPrefix + "0123456789abcde" + files.TempSuffix, temp + "x", files.TempPrefix + "0123456789ABCDEF" + files.TempSuffix}
	for _, name := range append(old, temp) {
		path := filepath.Join(d.Path, name)
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		past := time.Now().Add(-2 * files.Abandoned)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	young := files.TempPrefix + "fedcba9876543210" + files.TempSuffix // another process may be writing it
	if err := os.WriteFile(filepath.Join(d.Path, young), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	saveSteps(t, d, r, 12)
	want := append(old, young, "step-0000000010.safetensors", "step-0000000011.safetensors", "step-0000000012.safetensors")
	slices.Sort(want)
	if got := names(t, d.Path); !slices.Equal(got, want) {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if steps, err := d.Steps(); err != nil || !slices.Equal(steps, []int{10, 11, 12}) {
		t.Errorf("got the steps %v, %v", steps, err)
	}

	again := newRun[float32](t, optim.NewAdam(0.01))
	step, found, err := LoadLatest(d, again.opt)
	if step != 12 || !found || err != nil || !sameBits(again.snapshot(t), r.snapshot(t)) {
		t.Errorf("got step %d, %t, %v", step, found, err)
	}
	// The same step again replaces its file; an earlier one is no place to go on from.
	if err := SaveTo(d, 12, again.opt); err != nil {
		t.Error(err)
	}
	wantError(t, SaveTo(d, 11, again.opt), d.Path, "step 12 already", "step 11")
	if got := names(t, d.Path); !slices.Equal(got, want) {
		t.Errorf("got the files %q, want %q", got, want)
	}
	// Fewer are kept, and a step of more digits is a later one.
	d.Keep = 2
	last := math.MaxInt // 19 digits, or the 10 of the name
	for _, step := range []int{last - 1, last} {
		if err := SaveTo(d, step, again.opt); err != nil {
			t.Error(err)
		}
	}
	if steps, err := d.Steps(); err != nil || !slices.Equal(steps, []int{last - 1, last}) {
		t.Errorf("got the steps %v, %v", steps, err)
	}
}

// damage flips a bit of a step's file.
func damage(t testing.TB, d Dir, step int) {
	t.Helper()
	b := readBytes(t, d.File(step))
	if err := os.WriteFile(d.File(step), flipped(b, len(b)-1), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestDirFallback: corrupt files are passed over, and this is said.
func TestDirFallback(t *testing.T) {
	d := Dir{t.TempDir(), 4}
	r := newRun[float32](t, optim.NewAdam(0.01))
	saveSteps(t, d, r, 2)
	second := r.snapshot(t)
	saveSteps(t, d, r, 4)
	damage(t, d, 3)
	if err := os.Truncate(d.File(4), 100); err != nil {
		t.Fatal(err)
	}

	step, found, err := LoadLatest(d, r.opt)
	if step != 2 || !found || !sameBits(r.snapshot(t), second) {
		t.Errorf("got step %d, %t, and not its state", step, found)
	}
	fallback, ok := errors.AsType[*FallbackError](err)
	if !ok || fallback.Path != d.File(2) || len(fallback.Corrupt) != 2 {
		t.Fatalf("got the error %v", err)
	}
	wantError(t, fallback.Corrupt[0], d.File(4), "truncated")
	wantError(t, fallback.Corrupt[1], d.File(3), "sha256")
	wantError(t, err, d.File(2), d.File(3), d.File(4), "corrupt")

	// The run goes on. Its files stay, the corrupt ones do not.
	r.steps(t, 3)
	if err := SaveTo(d, 3, r.opt); err != nil {
		t.Fatal(err)
	}
	if steps, err := d.Steps(); err != nil || !slices.Equal(steps, []int{1, 2, 3}) {
		t.Errorf("got the steps %v, %v", steps, err)
	}
	if step, found, err := LoadLatest(d, r.opt); step != 3 || !found || err != nil {
		t.Errorf("got step %d, %t, %v", step, found, err)
	}

	// Another model is no reason to go back, nor is a file that cannot be read.
	other := newRun[float32](t, optim.NewAdamW(0.01))
	before := other.snapshot(t)
	_, found, err = LoadLatest(d, other.opt)
	wantError(t, err, d.File(3), `"Adam"`, `"AdamW"`)
	if strings.Contains(err.Error(), "corrupt") || strings.Contains(err.Error(), d.File(2)) {
		t.Errorf("got %v, which is more than the newest file", err)
	}
	wide := newRun[float64](t, optim.NewAdam(0.01))
	_, foundWide, err := LoadLatest(d, wide.opt)
	wantError(t, err, d.File(3), "F32", "F64")
	if step, found, err := LoadLatest(d, newRun[float64](t, optim.NewAdam(0.01)).opt, Convert()); step != 3 || !found || err != nil {
		t.Errorf("converted: got step %d, %t, %v", step, found, err)
	}
	if err := os.Mkdir(d.File(5), 0o777); err != nil {
		t.Fatal(err)
	}
	_, foundDir, err := LoadLatest(d, r.opt)
	wantError(t, err, d.File(5), "regular")
	wantError(t, SaveTo(d, 4, r.opt), d.Path, "step 5 is later than step 4", "regular")
	if err := os.Remove(d.File(5)); err != nil {
		t.Fatal(err)
	}
	// Weights alone are none either, whatever their metadata, and stay.
	for _, opts := range [][]SaveOption{nil, {Metadata(map[string]string{"format": "pt"})}} {
		if err := SaveWeights(d.File(5), r.params, opts...); err != nil {
			t.Fatal(err)
		}
		_, foundWeights, err := LoadLatest(d, r.opt)
		wantError(t, err, d.File(5), "no checkpoint")
		wantError(t, SaveTo(d, 4, r.opt), d.Path, "there is step 5 already")
		if _, err := LoadWeights(d.File(5), r.params); err != nil || foundWeights {
			t.Errorf("the weights are found as a checkpoint, or not there any more: %v", err)
		}
	}
	if err := os.Remove(d.File(5)); err != nil {
		t.Fatal(err)
	}
	// Nothing to go back to is no fresh start.
	for step := 1; step <= 3; step++ {
		damage(t, d, step)
	}
	_, foundBad, err := LoadLatest(d, other.opt)
	wantError(t, err, d.Path, "all is corrupt", d.File(1), d.File(3))
	if found || foundWide || foundDir || foundBad || !sameBits(other.snapshot(t), before) {
		t.Error("a failed LoadLatest has found something, or changed the optimizer")
	}
}

// TestDirShared: between the look at the directory and the reading of a file another process
// may save, and remove that file. The newer one is read instead.
func TestDirShared(t *testing.T) {
	d := Dir{t.TempDir(), 1}
	r := newRun[float32](t, optim.NewAdam(0.01))
	saveSteps(t, d, r, 1)
	saved := false
	saveNow := loadOption{func(*options) {
		if !saved {
			saved = true
			saveSteps(t, d, r, 2)
		}
	}}
	reader := newRun[float32](t, optim.NewAdam(0.01))
	if step, found, err := LoadLatest(d, reader.opt, saveNow); step != 2 || !found || err != nil || reader.opt.Steps() != 2 {
		t.Errorf("got step %d, %t, %v", step, found, err)
	}
	// A name without a file is no file that is gone.
	if err := os.Symlink(filepath.Join(d.Path, "none"), d.File(3)); err != nil {
		t.Skip(err)
	}
	step, found, err := LoadLatest(d, reader.opt)
	if !errors.Is(err, fs.ErrNotExist) || found {
		t.Errorf("got step %d, %t, %v", step, found, err)
	}
}

// TestDirMisuse: what a Dir cannot be.
func TestDirMisuse(t *testing.T) {
	r := newRun[float32](t, optim.NewAdam(0.01))
	dir := t.TempDir()
	wantError(t, SaveTo(Dir{"", 1}, 1, r.opt), "without a Path")
	wantError(t, SaveTo(Dir{dir, 0}, 1, r.opt), dir, "Keep = 0, want 1 or more")
	wantError(t, SaveTo(Dir{dir, 1}, -1, r.opt), dir, "step -1, want 0 or more")
	wantError(t, SaveTo[float32](Dir{dir, 1}, 1, nil), dir, "nil")
	_, _, err := LoadLatest(Dir{"", 1}, r.opt)
	wantError(t, err, "without a Path")
	_, _, err = LoadLatest[float32](Dir{dir, 1}, nil)
	wantError(t, err, dir, "nil")

	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	wantError(t, SaveTo(Dir{path, 1}, 1, r.opt), path)
	wantError(t, SaveTo(Dir{filepath.Join(path, "sub"), 1}, 1, r.opt), path)
	_, _, err = LoadLatest(Dir{path, 1}, r.opt)
	wantError(t, err, path)
	if got := strings.Join(names(t, dir), " "); got != "file" {
		t.Errorf("got the files %s, want file", got)
	}
	// A failed save removes nothing.
	d := Dir{dir, 1}
	saveSteps(t, d, r, 1)
	bad := r.snapshot(t)
	bad.Rule = "\xff"
	wantError(t, SaveTo(d, 2, fixed{bad}), d.File(2), "UTF-8")
	if _, err := os.Stat(d.File(1)); err != nil {
		t.Error(err)
	}
}

// A fixed is a Stateful with one state.
type fixed struct{ s *optim.Snapshot[float32] }

func (f fixed) Snapshot() (*optim.Snapshot[float32], error) { return f.s, nil }

func (f fixed) Restore(*optim.Snapshot[float32]) error { return errors.New("fixed") }
