package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
)

var program = demotest.Program{Name: "lab", Run: run}

// TestExport: the files are those of the page and the engine, and a directory with others stays
// as it is.
func TestExport(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the engine")
	}
	dir := filepath.Join(t.TempDir(), "new")
	program.Output(t, "-export", dir)
	s := newSite(&engine{})
	if err := onlyOurs(dir, s); err != nil {
		t.Errorf("a second export is refused: %v", err)
	}
	for _, name := range s.names() {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, error %v", name, len(data), err)
		}
		if name == wasmFile {
			checkEngine(t, data)
		}
	}
	other := filepath.Join(dir, "js", "other.js")
	if err := os.WriteFile(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	program.Refused(t, demo.Failure, []string{"-export", dir}, dir, "other.js", "want a new or an empty directory")
	program.Refused(t, demo.Failure, []string{"-export", other}, other, "not a directory")
}

// checkEngine checks that a file is WebAssembly, and that its data has been joined.
func checkEngine(t *testing.T, module []byte) {
	if !strings.HasPrefix(string(module), "\x00asm") {
		t.Fatalf("%s is no WebAssembly", wasmFile)
	}
	segments := 0
	for r := (reader{rest: module[8:]}); len(r.rest) > 0; {
		id, body := r.byte(), reader{}
		if body.rest = r.bytes(r.uint()); id == dataSection {
			segments = int(body.uint())
		}
	}
	if segments == 0 || segments > 100 {
		t.Errorf("the data of %s is in %d segments, want a few", wasmFile, segments)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	program.Refused(t, demo.Failure, []string{"-single", dir}, dir, "is a directory")
	program.Refused(t, demo.Failure, []string{"-single", filepath.Join(dir, "a", "b")}, "no such file")
	program.Refused(t, demo.Failure, []string{"-addr", "nowhere"}, "-addr nowhere")
	program.Refused(t, demo.Misuse, []string{"-single", "a", "-export", "b"}, "-single", "-export")
	t.Setenv("PATH", dir)
	program.Refused(t, demo.Failure, []string{"-single", filepath.Join(dir, "a")}, "built with Go", "go")
}

// TestThirdParty: what others wrote is what the list there says.
func TestThirdParty(t *testing.T) {
	const dir = "page/third_party/"
	text, err := page.ReadFile(dir + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	list := string(text)
	files, err := fs.Glob(page, dir+"*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := page.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rest := strings.TrimPrefix(name, dir)
		if row := fmt.Sprintf("| `%s` |", rest); !strings.Contains(list, row) {
			t.Errorf("no row %s", row)
		}
		if hash := fmt.Sprintf("`%x` |", sha256.Sum256(data)); !strings.Contains(list, hash) {
			t.Errorf("%s has hash %s", name, hash)
		}
	}
	if rows := strings.Count(list, "` |\n"); len(files) == 0 || rows != len(files) {
		t.Errorf("%d files, %d rows", len(files), rows)
	}
}
