//go:build unix

// Package launch starts jobs by the launchers of Open MPI and MPICH, for tests.
package launch

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An MPI is a launcher on this machine.
type MPI struct {
	name    string
	command string
	env     func(name, value string) []string // the arguments that set a variable for some ranks
	args    []string                          // of every job
}

// known are the launchers, by the names that they have beside each other and alone, and what they
// print of themselves.
var known = []struct {
	MPI
	commands      []string
	sign, install string
}{
	{MPI{
		name: "OpenMPI",
		env:  func(name, value string) []string { return []string{"-x", name + "=" + value} },
		args: []string{"--bind-to", "none", "--oversubscribe"},
	}, []string{"mpirun.openmpi", "mpirun"}, "Open", "openmpi-bin"},
	{MPI{
		name: "MPICH",
		env:  func(name, value string) []string { return []string{"-env", name, value} },
	}, []string{"mpirun.mpich", "mpiexec.hydra", "mpirun"}, "HYDRA", "mpich"},
}

// Each runs a test with each MPI. One that is missing is a failure where STEEPEST_MPI is
// required.
func Each(t *testing.T, test func(*testing.T, MPI)) {
	for _, k := range known {
		t.Run(k.name, func(t *testing.T) {
			for _, command := range k.commands {
				if out, err := exec.Command(command, "--version").Output(); err == nil && strings.Contains(string(out), k.sign) {
					m := k.MPI
					m.command = command
					test(t, m)
					return
				}
			}
			if os.Getenv("STEEPEST_MPI") == "required" {
				t.Fatalf("%s is not installed (Debian: %s)", k.name, k.install)
			}
			t.Skipf("NOT TESTED: %s is not installed (Debian: %s)", k.name, k.install)
		})
	}
}

// Build builds the program in a directory, without cgo, and returns the binary's path.
func Build(t testing.TB, dir string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	c := exec.Command("go", "build", "-o", binary, dir)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", dir, err, out)
	}
	return binary
}

// A Job is a program on some ranks.
type Job struct {
	Program string
	Args    []string
	Ranks   int
	Env     []string                            // NAME=value, for all ranks
	RankEnv func(rank int) (name, value string) // a variable that differs between ranks, or nil
}

// patience is how long a job may take: one whose ranks wait for a dead one fails by it.
const patience = 2 * time.Minute

// Run runs a job and returns what it has printed. With a signal or another status than 0 there is
// an error.
func (m MPI) Run(t testing.TB, j Job) (string, error) {
	t.Helper()
	args := slices.Clone(m.args)
	if j.RankEnv == nil {
		args = append(append(args, "-n", strconv.Itoa(j.Ranks), j.Program), j.Args...)
	}
	for r := 0; j.RankEnv != nil && r < j.Ranks; r++ {
		if r > 0 {
			args = append(args, ":")
		}
		args = append(append(args, "-n", "1"), m.env(j.RankEnv(r))...)
		args = append(append(args, j.Program), j.Args...)
	}
	return run(exec.Command(m.command, args...), j.Env)
}

// Alone runs a job's program without a launcher.
func Alone(t testing.TB, j Job) (string, error) {
	t.Helper()
	return run(exec.Command(j.Program, j.Args...), j.Env)
}

// run runs a command in its own process group, so that nothing of it is left.
func run(c *exec.Cmd, env []string) (string, error) {
	c.Env = append(os.Environ(),
		"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"OMPI_MCA_mpi_yield_when_idle=1", "MPIR_CVAR_POLLS_BEFORE_YIELD=1", // ranks share cores
	)
	c.Env = append(c.Env, env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.WaitDelay = 5 * time.Second
	if err := c.Start(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGTERM) // the launcher ends its ranks
		time.Sleep(c.WaitDelay)
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	})
	err := c.Wait()
	stop()
	if ctx.Err() != nil {
		err = fmt.Errorf("the job hangs: ended after %v", patience)
	}
	return out.String(), err
}
