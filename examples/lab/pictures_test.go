package main

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestPictures runs testdata/pictures.mjs, where there is node, against the page's modules.
// They are copied side by side, since node knows nothing of the names that the page gives them.
func TestPictures(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	s := newSite(&engine{})
	dir := t.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var beside []string
	for name, file := range s.modules() {
		beside = append(beside, `"`+name+`"`, `"./`+path.Base(file)+`"`)
	}
	names := strings.NewReplacer(beside...)
	for _, file := range s.modules() {
		put(path.Base(file), []byte(names.Replace(string(s[file]))))
	}
	put("package.json", []byte(`{"type": "module"}`))
	test, err := os.ReadFile("testdata/pictures.mjs")
	if err != nil {
		t.Fatal(err)
	}
	put("pictures.mjs", test)
	if out, err := exec.Command(node, filepath.Join(dir, "pictures.mjs")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
