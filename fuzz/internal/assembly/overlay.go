package assembly

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Overlay is a set of files that stand in the place of the module's own in a build:
// see go help build, -overlay.
type Overlay struct {
	root, dir string
	replace   map[string]string
}

// NewOverlay returns an overlay of the module at root that keeps its files in dir.
func NewOverlay(root, dir string) (*Overlay, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return &Overlay{root, dir, map[string]string{}}, nil
}

// Put puts a text in the place of the file at a path below the root of the module,
// whether there is such a file or not.
func (o *Overlay) Put(path, text string) error {
	file := filepath.Join(o.dir, fmt.Sprintf("%d-%s", len(o.replace), filepath.Base(path)))
	o.replace[filepath.Join(o.root, path)] = file
	return os.WriteFile(file, []byte(text), 0o644)
}

// Flag writes the list of the files and returns the flag with which the go command
// uses it.
func (o *Overlay) Flag() (string, error) {
	list, err := json.Marshal(map[string]map[string]string{"Replace": o.replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(o.dir, "overlay.json")
	return "-overlay=" + file, os.WriteFile(file, list, 0o644)
}
