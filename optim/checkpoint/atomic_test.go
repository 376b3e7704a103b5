package checkpoint

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
	"github.com/seed63264101/steepest/optim/internal/files"
)

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
	err := files.Replace(path, func(f *os.File) error {
		_, err := f.Write(old[:100])
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	intact()
	// The file is closed too early.
	wantError(t, files.Replace(path, (*os.File).Close), "sync")
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
