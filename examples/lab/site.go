package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed page
var page embed.FS

// A site is all files of the page, by their paths.
type site map[string][]byte

// The files that are built, not embedded.
const (
	wasmFile = "lab.wasm"
	glueFile = "wasm_exec.js"
)

// newSite returns the page with an engine.
func newSite(e *engine) site {
	s := site{wasmFile: e.wasm, glueFile: e.glue}
	fs.WalkDir(page, "page", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s[strings.TrimPrefix(name, "page/")], err = page.ReadFile(name)
		}
		if err != nil {
			panic(err) // an embedded file can be read
		}
		return nil
	})
	// The small form of uPlot is a script. It needs a word to be a module.
	s["uplot.js"] = append(bytes.Clone(s["third_party/uplot/uPlot.iife.min.js"]), "export default uPlot;\n"...)
	delete(s, "third_party/uplot/uPlot.iife.min.js")
	s.fill("index.html", "<!-- modules -->", s.head())
	return s
}

// names returns the paths in order.
func (s site) names() []string { return slices.Sorted(maps.Keys(s)) }

// fill puts text in the place of a mark, which stands once in a file.
func (s site) fill(file, mark, text string) {
	if bytes.Count(s[file], []byte(mark)) != 1 {
		panic(file + " has not one " + mark)
	}
	s[file] = bytes.Replace(s[file], []byte(mark), []byte(text), 1)
}

// modules returns the page's modules: the path of each by the name that others import it by.
func (s site) modules() map[string]string {
	m := map[string]string{"uplot": "uplot.js", "gifenc": "third_party/gifenc/gifenc.esm.js"}
	for name := range s {
		if rest, ok := strings.CutPrefix(name, "js/"); ok && path.Ext(name) == ".js" {
			m["lab/"+rest] = name
		}
	}
	return m
}

// head returns what loads the modules: the map of their names, and a link to each, so that
// none waits for one that imports it.
func (s site) head() string {
	m := s.modules()
	var links strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		m[name] = "./" + m[name]
		links.WriteString(`<link rel="modulepreload" href="` + m[name] + "\">\n")
	}
	return importMap(m) + links.String()
}

func importMap(m map[string]string) string {
	text, err := json.Marshal(map[string]any{"imports": m})
	if err != nil {
		panic(err)
	}
	return `<script type="importmap">` + string(text) + "</script>\n"
}
