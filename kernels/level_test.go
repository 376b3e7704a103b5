package kernels_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

var allLevels = []kernels.Level{kernels.Generic, kernels.NEON, kernels.AVX2, kernels.AVX512}

// TestExpectedLevel makes a run say which levels it tests, and fails one that was
// to test another.
func TestExpectedLevel(t *testing.T) {
	t.Logf("levels %v, active %v", kernels.Levels(), kernels.ActiveLevel())
	if err := kerneltest.CheckExpected(); err != nil {
		t.Fatal(err)
	}
}

// TestLevels checks what Levels promises: Generic first, rising, no strangers.
func TestLevels(t *testing.T) {
	all := kernels.Levels()
	if all[0] != kernels.Generic || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("Levels() = %v", all)
	}
	native := map[string][]kernels.Level{"amd64": {kernels.AVX2, kernels.AVX512}, "arm64": {kernels.NEON}}
	for _, l := range all[1:] {
		if !slices.Contains(native[runtime.GOARCH], l) {
			t.Errorf("level %v on %s", l, runtime.GOARCH)
		}
	}
}

func TestParseLevel(t *testing.T) {
	for _, l := range allLevels {
		if got, err := kernels.ParseLevel(l.String()); got != l || err != nil {
			t.Errorf("ParseLevel(%q) = %v, %v", l.String(), got, err)
		}
	}
	for _, name := range []string{"", "sse9", "AVX2", " avx2", "avx", "avx5121", kernels.Level(9).String()} {
		got, err := kernels.ParseLevel(name)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", name)) || got != kernels.Generic {
			t.Errorf("ParseLevel(%q) = %v, %v, want generic and an error that quotes the name", name, got, err)
		}
	}
}

// TestSetLevel activates every level, and fails to activate those that the
// machine lacks without changing anything.
func TestSetLevel(t *testing.T) {
	restoreLevel(t)
	for _, l := range kernels.Levels() {
		activate(t, l)
		if got := kernels.ActiveLevel(); got != l {
			t.Errorf("after SetLevel(%v) the level is %v", l, got)
		}
		for _, lacking := range append([]kernels.Level{4, 255}, allLevels...) {
			if slices.Contains(kernels.Levels(), lacking) {
				continue
			}
			if err := kernels.SetLevel(lacking); err == nil || !strings.Contains(err.Error(), lacking.String()) {
				t.Errorf("SetLevel(%v) returns %v", lacking, err)
			}
			if got := kernels.ActiveLevel(); got != l {
				t.Errorf("SetLevel(%v) failed and changed the level from %v to %v", lacking, l, got)
			}
			if table, err := kerneltest.TableOf[float32](lacking); table != nil || err == nil {
				t.Errorf("TableOf(%v) = %v, %v", lacking, table, err)
			}
		}
	}
}

// TestPinnedLevel starts this binary again with every sort of STEEPEST_LEVEL.
func TestPinnedLevel(t *testing.T) {
	if os.Getenv("STEEPEST_TELL_LEVEL") != "" {
		fmt.Println("told", kernels.ActiveLevel(), kernels.Levels())
		return
	}
	if runtime.GOARCH == "wasm" {
		t.Skip("no processes here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pins := []string{"", "sse9", "AVX2", "avx2 "}
	for _, l := range allLevels {
		pins = append(pins, l.String())
	}
	for _, pin := range pins {
		cmd := exec.Command(self, "-test.run=^TestPinnedLevel$")
		for _, e := range os.Environ() {
			if !strings.HasPrefix(e, kernels.EnvLevel+"=") {
				cmd.Env = append(cmd.Env, e)
			}
		}
		cmd.Env = append(cmd.Env, "STEEPEST_TELL_LEVEL=1")
		if pin != "" {
			cmd.Env = append(cmd.Env, kernels.EnvLevel+"="+pin)
		}
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.ENOEXEC) {
			t.Skip("an emulated binary cannot start itself:", err)
		}
		if err != nil {
			t.Fatalf("with %s=%q: %v\n%s", kernels.EnvLevel, pin, err, out)
		}
		active, available := told(t, string(out))
		want := "generic"
		switch {
		case pin == "":
			want = available[len(available)-1]
		case slices.Contains(available, pin):
			want = pin
		}
		if active != want {
			t.Errorf("with %s=%q the level is %s, want %s of %v", kernels.EnvLevel, pin, active, want, available)
		}
	}
}

// told reads a child's report. The child of an emulated binary may run on the
// machine itself and have other levels, so it has to name its own.
func told(t *testing.T, out string) (active string, available []string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if report, ok := strings.CutPrefix(line, "told "); ok {
			active, list, _ := strings.Cut(strings.TrimSpace(report), " ")
			return active, strings.Fields(strings.Trim(list, "[]"))
		}
	}
	t.Fatalf("no report in %q", out)
	return "", nil
}
