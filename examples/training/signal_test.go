//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
)

// TestMain runs the program itself where a test has started it.
func TestMain(m *testing.M) {
	if os.Getenv("TRAINING_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestCtrlC: an interrupt ends the program, which has saved the run. It runs in plain Go, whose
// bits are the same, for it must be slow enough to be interrupted.
func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-data", "none", "-hidden", "4", "-epochs", "10", "-checkpoints", dir}
	command := exec.Command(os.Args[0], args...)
	command.Env = append(os.Environ(), "TRAINING_PROGRAM=1", "STEEPEST_LEVEL=generic")
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Process.Kill()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "iteration ") {
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	command.Wait()
	if got := command.ProcessState.ExitCode(); got != demo.Failure || !strings.Contains(errs.String(), "interrupted after iteration ") {
		t.Fatalf("status %d, want %d; %s", got, demo.Failure, &errs)
	}
	t.Log(errs.String())
	resumed := program.Output(t, append(args, "-resume", "-workers", "3")...)
	whole := program.Output(t, args[:len(args)-2]...)
	for i := range 2 {
		if got, want := resumed[len(resumed)-1-i], whole[len(whole)-1-i]; got != want {
			t.Errorf("resumed: %s, want %s", got, want)
		}
	}
}
