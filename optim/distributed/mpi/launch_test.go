package mpi

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// programVariable chooses what this test's binary does when a launcher starts it.
const programVariable = "STEEPEST_MPI_TEST_PROGRAM"

// programs are what ranks do, by name; the name of a test's programs begins with its own.
var programs = map[string]func() error{}

func TestMain(m *testing.M) {
	name := os.Getenv(programVariable)
	if name == "" {
		flag.Parse()
		os.Exit(m.Run())
	}
	if err := programs[name](); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// An mpirun is a launcher on this machine.
type mpirun struct {
	family  *family
	command string
}

// launchers are where they are on machines with both MPIs, and the usual name.
var launchers = []struct {
	family   *family
	commands []string
	sign     string // in what --version prints
}{
	{openMPI, []string{"mpirun.openmpi", "mpirun"}, "Open"},
	{mpich, []string{"mpirun.mpich", "mpiexec.hydra", "mpirun"}, "HYDRA"},
}

// installed returns the launcher of a family.
func installed(f *family) (mpirun, bool) {
	for _, l := range launchers {
		if l.family != f {
			continue
		}
		for _, command := range l.commands {
			out, err := exec.Command(command, "--version").Output()
			if err == nil && strings.Contains(string(out), l.sign) {
				return mpirun{f, command}, true
			}
		}
	}
	return mpirun{}, false
}

// eachMPI runs a test with each MPI of this machine. One that is missing is a failure where
// STEEPEST_MPI is required.
func eachMPI(t *testing.T, test func(*testing.T, mpirun)) {
	for _, f := range []*family{openMPI, mpich} {
		t.Run(f.short(), func(t *testing.T) {
			m, ok := installed(f)
			switch {
			case ok:
				test(t, m)
			case os.Getenv("STEEPEST_MPI") == "required":
				t.Fatalf("%s is not installed (Debian: %s)", f.name, f.install)
			default:
				t.Skipf("NOT TESTED: %s is not installed (Debian: %s)", f.name, f.install)
			}
		})
	}
}

// short is a family's name for a test.
func (f *family) short() string { return strings.ReplaceAll(f.name, " ", "") }

// patience is how long a job may take: one that waits for a dead rank fails by it.
const patience = 2 * time.Minute

// run starts a program on so many ranks and returns what they print. Variables are NAME=value.
func (m mpirun) run(t testing.TB, ranks int, program string, variables ...string) (string, error) {
	t.Helper()
	return m.runArgs(t, []string{"-n", strconv.Itoa(ranks)}, program, variables...)
}

func (m mpirun) runArgs(t testing.TB, args []string, program string, variables ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if m.family == openMPI && !strings.Contains(strings.Join(args, " "), "bind-to") {
		args = append(args, "--bind-to", "none")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, m.command, append(args, self)...)
	c.Env = append(os.Environ(),
		programVariable+"="+program,
		"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"OMPI_MCA_rmaps_base_oversubscribe=1", "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
	)
	c.Env = append(c.Env, variables...)
	c.WaitDelay = time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err = c.Run()
	if ctx.Err() != nil {
		err = errors.New("the job hangs")
	}
	return out.String(), err
}

// mustRun fails the test if the job fails.
func (m mpirun) mustRun(t testing.TB, ranks int, program string, variables ...string) string {
	t.Helper()
	out, err := m.run(t, ranks, program, variables...)
	if err != nil {
		t.Fatalf("%d ranks: %v\n%s", ranks, err, out)
	}
	return out
}
