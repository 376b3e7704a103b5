package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// export writes the page's files to a directory, which may be missing, empty, or have an
// earlier export.
func export(dir string, w io.Writer) error {
	if err := onlyOurs(dir, newSite(&engine{})); err != nil {
		return fmt.Errorf("-export %s: %w", dir, err)
	}
	e, err := buildEngine()
	if err != nil {
		return err
	}
	s, total := newSite(e), 0
	for _, name := range s.names() {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := regular.WriteFile(path, s[name]); err != nil {
			return err
		}
		total += len(s[name])
	}
	fmt.Fprintf(w, "%s: %d files, %.1f MB, for any web server\n", dir, len(s), float64(total)/1e6)
	return nil
}

// onlyOurs returns an error if a directory has a file that is not the site's.
func onlyOurs(dir string, s site) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case path == dir:
			return errors.New("not a directory")
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if _, ok := s[filepath.ToSlash(name)]; !ok {
			return fmt.Errorf("has %s, which is not the page's: want a new or an empty directory", name)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// single writes the page as one file.
func single(name string, w io.Writer) error {
	if d, err := os.Stat(name); err == nil && d.IsDir() {
		return fmt.Errorf("-single %s: is a directory, want a file", name)
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return fmt.Errorf("-single %s: %w", name, err)
	}
	e, err := buildEngine()
	if err != nil {
		return err
	}
	html := newSite(e).inOne()
	if err := regular.WriteFile(name, html); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %.1f MB, opens from disk\n", name, float64(len(html))/1e6)
	return nil
}

// inOne returns the site as one page: style sheets stand in it, modules are data: addresses in
// the map of their names, and the engine is text that the page unpacks.
func (s site) inOne() []byte {
	for _, name := range s.names() {
		if strings.HasSuffix(name, ".css") {
			s.fill("index.html", `<link rel="stylesheet" href="`+name+`">`, "<style>"+string(s[name])+"</style>")
		}
	}
	m := s.modules()
	for name, path := range m {
		m[name] = "data:text/javascript;base64," + base64.StdEncoding.EncodeToString(s[path])
	}
	worker := append(s[glueFile], append([]byte("\n"), s["worker.js"]...)...)
	s.fill("index.html", s.head(), importMap(m)+
		packed("lab-worker", worker)+packed("lab-wasm", s[wasmFile]))
	return s["index.html"]
}

// packed returns an element with data by gzip, as base64.
func packed(id string, data []byte) string {
	return `<script type="text/plain" id="` + id + `">` + base64.StdEncoding.EncodeToString(pack(data)) + "</script>\n"
}
