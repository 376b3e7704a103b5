package mpi

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/seed63264101/steepest/optim/distributed/internal/launch"
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
	launch.MPI
	family *family
}

// installed returns the launcher of a family. One that is missing ends the test or benchmark.
func installed(t testing.TB, f *family) mpirun { return mpirun{launch.Find(t, f.name), f} }

// eachMPI runs a test with each MPI.
func eachMPI(t *testing.T, test func(*testing.T, mpirun)) {
	launch.Each(t, func(t *testing.T, m launch.MPI) {
		for _, f := range []*family{openMPI, mpich} {
			if f.name == m.Name {
				test(t, mpirun{m, f})
			}
		}
	})
}

// run starts a program on so many ranks and returns what they print. Variables are NAME=value.
func (m mpirun) run(t testing.TB, ranks int, program string, variables ...string) (string, error) {
	t.Helper()
	return m.runBound(t, "", ranks, program, variables...)
}

// runBound is run with ranks that are bound to something.
func (m mpirun) runBound(t testing.TB, to string, ranks int, program string, variables ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return m.Run(t, launch.Job{Program: self, Ranks: ranks, Env: append(variables, programVariable+"="+program), BindTo: to})
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
