// Package launch starts jobs by the launchers of Open MPI and MPICH, for tests.
package launch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An MPI is a launcher on this machine.
type MPI struct {
	Name    string
	command string
	env     func(name, value string) []string // the arguments that set a variable for some ranks
	binding string                            // the argument before what ranks are bound to
}

// known are the launchers, by the names that they have beside each other and alone, and what they
// print of themselves.
var known = []struct {
	MPI
	commands      []string
	sign, install string
}{
	{MPI{
		Name:    "Open MPI",
		env:     func(name, value string) []string { return []string{"-x", name + "=" + value} },
		binding: "--bind-to",
	}, []string{"mpirun.openmpi", "mpirun"}, "Open", "openmpi-bin"},
	{MPI{
		Name:    "MPICH",
		env:     func(name, value string) []string { return []string{"-env", name, value} },
		binding: "-bind-to",
	}, []string{"mpirun.mpich", "mpiexec.hydra", "mpirun"}, "HYDRA", "mpich"},
}

// Each runs a test with each MPI. One that is missing is a failure where STEEPEST_MPI is
// required.
func Each(t *testing.T, test func(*testing.T, MPI)) {
	for _, k := range known {
		t.Run(strings.ReplaceAll(k.Name, " ", ""), func(t *testing.T) { test(t, Find(t, k.Name)) })
	}
}

// Find returns the launcher of an MPI. One that is missing ends the test or benchmark.
func Find(t testing.TB, name string) MPI {
	t.Helper()
	for _, k := range known {
		if k.Name != name {
			continue
		}
		for _, command := range k.commands {
			if out, err := exec.Command(command, "--version").Output(); err == nil && strings.Contains(string(out), k.sign) {
				k.MPI.command = command
				return k.MPI
			}
		}
		if os.Getenv("STEEPEST_MPI") == "required" {
			t.Fatalf("%s is not installed (Debian: %s)", k.Name, k.install)
		}
		t.Skipf("NOT TESTED: %s is not installed (Debian: %s)", k.Name, k.install)
	}
	t.Fatalf("no MPI has the name %s", name)
	panic("unreachable")
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
	BindTo  string                              // what a rank is bound to; none without it
}

// patience is how long a job may take: one whose ranks wait for a dead one fails by it.
const patience = 2 * time.Minute

// Run runs a job and returns what it has printed, and behind it what came on stderr: an MPI may warn
// there of the machine. With a signal or another status than 0 there is an error.
func (m MPI) Run(t testing.TB, j Job) (string, error) {
	t.Helper()
	args := []string{m.binding, "none"}
	if j.BindTo != "" {
		args[1] = j.BindTo
	}
	if j.RankEnv == nil {
		args = append(args, "-n", strconv.Itoa(j.Ranks), j.Program)
		args = append(args, j.Args...)
	}
	for r := 0; j.RankEnv != nil && r < j.Ranks; r++ {
		if r > 0 {
			args = append(args, ":")
		}
		args = append(args, "-n", "1")
		args = append(args, m.env(j.RankEnv(r))...)
		args = append(args, j.Program)
		args = append(args, j.Args...)
	}
	return run(exec.Command(m.command, args...), j.Env)
}

// Alone runs a job's program without a launcher.
func Alone(t testing.TB, j Job) (string, error) {
	t.Helper()
	return run(exec.Command(j.Program, j.Args...), j.Env)
}

// run runs a command, of which nothing is left when its time is over.
func run(c *exec.Cmd, env []string) (string, error) {
	c.Env = slices.Concat(os.Environ(), []string{
		"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"OMPI_MCA_rmaps_base_oversubscribe=1", "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
	}, env)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	c.WaitDelay = 5 * time.Second
	isolate(c)
	if err := c.Start(); err != nil {
		return "", err
	}
	timer := time.AfterFunc(patience, func() { end(c) })
	err := c.Wait()
	if !timer.Stop() {
		err = fmt.Errorf("the job hangs: ended after %v", patience)
	}
	return out.String() + errs.String(), err
}
