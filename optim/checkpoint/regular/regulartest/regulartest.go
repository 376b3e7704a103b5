// Package regulartest helps to test that what is no regular file is refused.
package regulartest

import (
	"os/exec"
	"testing"
	"time"
)

// Pipe makes a named pipe, or skips the test where there are none.
func Pipe(t testing.TB, path string) {
	t.Helper()
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Skipf("no named pipes here: %v %s", err, out)
	}
}

// AtOnce returns what the function returns, and ends the test if that takes long.
func AtOnce(t testing.TB, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("it waits")
		return nil
	}
}
