package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

const module = "github.com/seed63264101/steepest"

// An engine is what the browser runs.
type engine struct {
	wasm []byte // package wasm, compiled
	glue []byte // wasm_exec.js of the Go that compiled it: the two must match
}

// buildEngine compiles the engine with the user's Go.
func buildEngine() (*engine, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	goroot, err := runGo(root, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	glue, err := regular.ReadFile(filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, fmt.Errorf("this Go has no support for WebAssembly: %w", err)
	}
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "lab.wasm")
	// What the compiler inlines makes a tenth of the download, and races are as fast without.
	if _, err := runGo(root, "build", "-tags=singleprocess", "-trimpath", "-ldflags=-s -w", "-gcflags=all=-l",
		"-o", out, module+"/examples/lab/wasm"); err != nil {
		return nil, err
	}
	wasm, err := regular.ReadFile(out)
	if err != nil {
		return nil, err
	}
	return &engine{joinSegments(wasm), glue}, nil
}

// moduleRoot returns the directory of this module's source: the one that this command was
// compiled from, or, if the compiler was told to forget it, what the working directory's module
// says.
func moduleRoot() (string, error) {
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		root := filepath.Join(filepath.Dir(file), "..", "..")
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root, nil
		}
	}
	root, err := runGo("", "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return "", fmt.Errorf("no source of %s, of which the engine is built: %w", module, err)
	}
	return root, nil
}

// runGo runs the go command for WebAssembly in a directory, and returns what it prints.
func runGo(dir string, args ...string) (string, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("the engine is built with Go: %w", err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	// A workspace around the directory may be one that this module is no part of.
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWORK=off")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, strings.Join(strings.Fields(string(failed.Stderr)), " "))
	}
	return string(bytes.TrimSpace(out)), err
}
