package dispatch

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestLinked checks that a program without assembly has no kernels but those that it calls.
func TestLinked(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program, which takes a Go that runs here")
	}
	path := filepath.Join(t.TempDir(), "axpy")
	if out, err := exec.Command("go", "build", "-tags", "purego", "-o", path, "./testdata/axpy").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The names of functions stand in every program, for its stack traces.
	for name, want := range map[string]bool{"generic.Axpy[": true, "generic.Axpby[": false, "generic.AMSGrad[": false} {
		if got := bytes.Contains(program, []byte(name)); got != want {
			t.Errorf("%s...] is linked: %v, want %v", name, got, want)
		}
	}
}
