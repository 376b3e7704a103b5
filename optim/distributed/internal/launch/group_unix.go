//go:build unix

package launch

import (
	"os/exec"
	"syscall"
	"time"
)

// isolate gives a command a group of processes of its own.
func isolate(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// end has the launcher end its ranks, and then all that is left of the group.
func end(c *exec.Cmd) {
	syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
	time.Sleep(c.WaitDelay)
	syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
}
