package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// own calls f with each file of the page that is not a third party's.
func own(s site, f func(name, text string)) {
	for _, name := range s.names() {
		if !strings.HasPrefix(name, "third_party/") && name != "uplot.js" && name != wasmFile && name != glueFile {
			f(name, string(s[name]))
		}
	}
}

var (
	imports   = regexp.MustCompile(`\b(?:import|from) ?\(?["']([\w./-]+)["']`)
	mapOfHTML = regexp.MustCompile(`<script type="importmap">(.*?)</script>`)
	linked    = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	addresses = regexp.MustCompile(`https?:(?://)?[^\s"'` + "`" + `)]*`)
)

// TestImports: what the modules import is in the map, and the map's modules exist.
func TestImports(t *testing.T) {
	s := newSite(&engine{})
	var m struct{ Imports map[string]string }
	if err := json.Unmarshal(mapOfHTML.FindSubmatch(s["index.html"])[1], &m); err != nil {
		t.Fatal(err)
	}
	for name, path := range m.Imports {
		if len(s[strings.TrimPrefix(path, "./")]) == 0 {
			t.Errorf("%s is %s, which is not there", name, path)
		}
	}
	own(s, func(name, text string) {
		for _, found := range imports.FindAllStringSubmatch(text, -1) {
			if m.Imports[found[1]] == "" {
				t.Errorf("%s imports %s, which is not in the map", name, found[1])
			}
		}
	})
}

// TestLinks: the page's links lead to its own files.
func TestLinks(t *testing.T) {
	s := newSite(&engine{})
	for _, found := range linked.FindAllStringSubmatch(string(s["index.html"]), -1) {
		to := strings.TrimPrefix(found[1], "./")
		if _, ok := s[to]; !ok && !strings.HasPrefix(to, "data:") && !strings.HasPrefix(to, "#") {
			t.Errorf("index.html leads to %s, which is not there", found[1])
		}
	}
}

// TestNoAddresses: nothing of the page names another place, where something could be fetched, but
// for the names of XML.
func TestNoAddresses(t *testing.T) {
	own(newSite(&engine{}), func(name, text string) {
		for _, found := range addresses.FindAllString(text, -1) {
			if !strings.HasPrefix(found, "http://www.w3.org/") {
				t.Errorf("%s names %s", name, found)
			}
		}
	})
}

// TestSingle: the one file has everything inside: no address but of data, and what it holds is
// what the files are.
func TestSingle(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the engine")
	}
	file := filepath.Join(t.TempDir(), "lab.html")
	program.Output(t, "-single", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	html := string(data)
	for _, found := range linked.FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(found[1], "data:") && !strings.HasPrefix(found[1], "#") {
			t.Errorf("leads to %s", found[1])
		}
	}
	if strings.Contains(html, "@import") || strings.Contains(html, "url(") {
		t.Error("a style sheet leads elsewhere")
	}
	var m struct{ Imports map[string]string }
	if err := json.Unmarshal([]byte(mapOfHTML.FindStringSubmatch(html)[1]), &m); err != nil {
		t.Fatal(err)
	}
	s := newSite(&engine{})
	for name, path := range s.modules() {
		text, ok := strings.CutPrefix(m.Imports[name], "data:text/javascript;base64,")
		if got, err := base64.StdEncoding.DecodeString(text); !ok || err != nil || !bytes.Equal(got, s[path]) {
			t.Errorf("%s is not %s", name, path)
		}
	}
	for _, id := range []string{"lab-wasm", "lab-worker"} {
		if !regexp.MustCompile(`<script type="text/plain" id="` + id + `">H4sI[A-Za-z0-9+/=]+</script>`).MatchString(html) {
			t.Errorf("no packed %s", id)
		}
	}
}

// TestModules checks the modules in node: testdata/modules.mjs has all compiled, and tries those
// that need no browser.
func TestModules(t *testing.T) {
	inNode(t, "modules.mjs", "--experimental-vm-modules", "--no-warnings")
}

// TestPictures tries what the pictures compute: testdata/pictures.mjs.
func TestPictures(t *testing.T) { inNode(t, "pictures.mjs") }

// TestWork tries when the panels' work begins and ends: testdata/panels.mjs.
func TestWork(t *testing.T) { inNode(t, "panels.mjs") }

// TestPanels: there is a panel for each tab that an experiment may name.
func TestPanels(t *testing.T) {
	var ids []string
	own(newSite(&engine{}), func(name, text string) {
		if strings.HasPrefix(name, "js/panels/") {
			for _, found := range panelID.FindAllStringSubmatch(text, -1) {
				ids = append(ids, found[1])
			}
		}
	})
	if got, want := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(spec.Tabs)); !slices.Equal(got, want) {
		t.Errorf("panels %v, tabs %v", got, want)
	}
}

var panelID = regexp.MustCompile(`export const panel = \{\s+id: "(\w+)"`)

// inNode runs a script of testdata beside the page's modules, if there is a node.
func inNode(t *testing.T, script string, options ...string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	// Node finds a module by the name that the page's map has if it lies in node_modules.
	s := newSite(&engine{})
	for name, file := range s.modules() {
		if path.Ext(name) == "" {
			write("node_modules/"+name+"/package.json", []byte(`{"type": "module", "main": "index.js"}`))
			name += "/index.js"
		}
		write("node_modules/"+name, s[file])
	}
	write("node_modules/lab/package.json", []byte(`{"type": "module"}`))
	write("worker.js", s["worker.js"])
	test, err := os.ReadFile("testdata/" + script)
	if err != nil {
		t.Fatal(err)
	}
	write(script, test)
	cmd := exec.Command(node, append(options, script)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("node %s: %v\n%s", script, err, out)
	}
}
