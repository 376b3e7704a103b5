package demo

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/train"
)

// recorded is a program that records so many iterations and then does what it is told.
type recorded struct {
	Recording
	iterations int
	then       func() error
}

func (*recorded) Flags(*flag.FlagSet) {}
func (*recorded) Check() error        { return nil }

func (p *recorded) Run(io.Writer) error {
	if h := p.History(); h != nil {
		for i := range p.iterations {
			h.Records = append(h.Records, train.Record{Iteration: i + 1, Loss: 0.5})
		}
	}
	return p.then()
}

// TestRecording: the table is written whether the training fails or not, and one that is
// there is lost only to another.
func TestRecording(t *testing.T) {
	failed := errors.New("diverged")
	path := filepath.Join(t.TempDir(), "run.csv")
	for _, c := range []struct {
		iterations int
		err        error
		lines      int // of the table; -1: the old one
	}{{2, nil, 3}, {3, failed, 4}, {0, failed, -1}, {0, nil, -1}} {
		if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		p := &recorded{iterations: c.iterations, then: func() error { return c.err }}
		status := Run("program", "", p, []string{"-history", path}, io.Discard, &errs)
		if want := map[bool]int{true: Success, false: Failure}[c.err == nil]; status != want {
			t.Errorf("%+v: status %d, want %d: %s", c, status, want, &errs)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "\n"); c.lines >= 0 && got != c.lines || c.lines < 0 && string(text) != "old" {
			t.Errorf("%+v: table %q", c, text)
		}
		if files, err := filepath.Glob(path + "?*"); err != nil || files != nil {
			t.Errorf("%+v: it leaves %v, error %v", c, files, err)
		}
	}
}

// TestBadRecording: a file that cannot be written is found before the training.
func TestBadRecording(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "no", "file"), os.DevNull} {
		var errs bytes.Buffer
		p := &recorded{then: func() error { t.Errorf("-history %s: it trained", path); return nil }}
		if status := Run("program", "", p, []string{"-history", path}, io.Discard, &errs); status != Failure ||
			!strings.HasPrefix(errs.String(), "program: -history "+path+": ") {
			t.Errorf("status %d, %q", status, &errs)
		}
	}

	// The directory goes meanwhile: both errors are told, and the training's first.
	gone := filepath.Join(dir, "gone")
	if err := os.Mkdir(gone, 0o777); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(gone, "run.csv")
	for _, failed := range []error{nil, errors.New("diverged")} {
		os.Mkdir(gone, 0o777)
		var errs bytes.Buffer
		p := &recorded{iterations: 1, then: func() error { return errors.Join(os.RemoveAll(gone), failed) }}
		status := Run("program", "", p, []string{"-history", path}, io.Discard, &errs)
		if status != Failure || !strings.Contains(errs.String(), "-history "+path+": ") || failed != nil && !strings.HasPrefix(errs.String(), "program: diverged; and ") {
			t.Errorf("status %d, %q", status, &errs)
		}
	}
}
