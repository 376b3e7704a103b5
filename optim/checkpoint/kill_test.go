package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/files"
)

// victimEnv names the directory in which TestVictim saves, as TestKilled's child.
const victimEnv = "STEEPEST_CHECKPOINT_VICTIM"

// victimKeep is the Dir's Keep.
const victimKeep = 3

func victimPaths(dir string) (file string, d Dir) {
	return filepath.Join(dir, "run.safetensors"), Dir{filepath.Join(dir, "steps"), victimKeep}
}

// newVictim returns an optimizer whose state is a function of its steps.
func newVictim(t testing.TB) *optim.Optimizer[float32] {
	t.Helper()
	opt, err := optim.New(optim.NewAdam(0.01), []optim.Param[float32]{{Name: "w", Value: make([]float32, 20_000), Shape: []int{100, 200}}})
	if err != nil {
		t.Fatal(err)
	}
	return opt
}

func victimStep(t testing.TB, opt *optim.Optimizer[float32]) {
	t.Helper()
	g := make([]float32, 20_000)
	for i := range g {
		g[i] = float32((i+opt.Steps())%7 - 3)
	}
	if _, err := opt.Step([][]float32{g}); err != nil {
		t.Fatal(err)
	}
}

// TestVictim goes on with what is saved, and saves in a loop until it is killed. It prints the
// steps that are saved.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimEnv)
	if dir == "" {
		t.Skip("for TestKilled")
	}
	file, d := victimPaths(dir)
	opt := newVictim(t)
	if _, _, err := LoadLatest(d, opt); err != nil {
		t.Fatal(err)
	}
	for {
		victimStep(t, opt)
		if err := Save(file, opt); err != nil {
			t.Fatal(err)
		}
		if err := SaveTo(d, opt.Steps(), opt); err != nil {
			t.Fatal(err)
		}
		fmt.Println("saved", opt.Steps())
	}
}

// TestKilled kills a process that saves, at a random moment, again and again. After each time
// the file and the Dir's newest have the state of a step, the last one that was saved or what
// was being saved; and what the writers have left behind does not stay.
func TestKilled(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("no processes here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lives := 100
	if testing.Short() {
		lives = 5
	}
	dir := t.TempDir()
	file, d := victimPaths(dir)
	// The states by steps.
	states := []*optim.Snapshot[float32]{snapshotOf(t, newVictim(t))}
	reference := newVictim(t)
	last, temps := 0, 0
	for life := range lives {
		confirmed, err := liveAndDie(self, dir, life%4 == 3)
		if err != nil {
			if errors.Is(err, syscall.ENOEXEC) {
				t.Skip("an emulated binary cannot start itself:", err)
			}
			t.Fatalf("life %d: %v", life, err)
		}
		confirmed = max(confirmed, last)
		check := func(what string, step int, s *optim.Snapshot[float32]) {
			t.Helper()
			// One step more may have been saved, and not told.
			if step < confirmed || step > confirmed+1 {
				t.Fatalf("life %d: %s has step %d, saved were %d", life, what, step, confirmed)
			}
			for len(states) <= step {
				victimStep(t, reference)
				states = append(states, snapshotOf(t, reference))
			}
			if !sameBits(s, states[step]) {
				t.Fatalf("life %d: %s has another state than that of step %d", life, what, step)
			}
		}
		opt := newVictim(t)
		step, found, err := LoadLatest(d, opt)
		if err != nil || found != (step > 0) {
			t.Fatalf("life %d: got %d, %t, %v", life, step, found, err)
		}
		check("the Dir", step, snapshotOf(t, opt))
		last = step
		if s, err := Read[float32](file); err == nil {
			// The file comes first: it may have gone one step further than the Dir.
			confirmed = max(step, confirmed)
			check("the file", s.Steps, s)
		} else if confirmed > 0 || !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("life %d: %v", life, err)
		}
		temps = max(temps, age(t, d.Path))
	}
	t.Logf("%d lives, %d steps, at most %d temporary files left", lives, last, temps)
	if last == 0 {
		t.Error("nothing was saved")
	}
	// All of them are old by now.
	opt := newVictim(t)
	if _, _, err := LoadLatest(d, opt); err != nil {
		t.Fatal(err)
	}
	victimStep(t, opt)
	if err := SaveTo(d, opt.Steps(), opt); err != nil {
		t.Fatal(err)
	}
	if got := names(t, d.Path); len(got) > victimKeep {
		t.Errorf("got the files %q, want %d", got, victimKeep)
	}
}

// liveAndDie starts a victim, kills it a little later, early or after its first word, and
// returns the last step that it has told, 0 if none.
func liveAndDie(self, dir string, early bool) (confirmed int, err error) {
	cmd := exec.Command(self, "-test.run=^TestVictim$")
	cmd.Env = append(os.Environ(), victimEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var killed atomic.Bool
	killSoon := func() {
		time.AfterFunc(time.Duration(rand.IntN(12_000))*time.Microsecond, func() {
			killed.Store(true)
			cmd.Process.Kill()
		})
	}
	if early {
		killSoon()
	}
	lines, other := bufio.NewScanner(out), ""
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "saved ")
		if !ok {
			other = lines.Text()
			continue
		}
		if confirmed == 0 && !early {
			killSoon()
		}
		if confirmed, err = strconv.Atoi(text); err != nil {
			return 0, err
		}
	}
	if err := cmd.Wait(); !killed.Load() {
		return 0, fmt.Errorf("the victim has ended by itself: %v %s", err, other)
	}
	return confirmed, nil
}

func snapshotOf(t testing.TB, opt *optim.Optimizer[float32]) *optim.Snapshot[float32] {
	t.Helper()
	s, err := opt.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// age makes the temporary files of a directory older, and returns their number.
func age(t testing.TB, dir string) (n int) {
	t.Helper()
	past := time.Now().Add(-2 * files.Abandoned)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files.IsTemp(e.Name()) {
			n++
			if err := os.Chtimes(filepath.Join(dir, e.Name()), past, past); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}
