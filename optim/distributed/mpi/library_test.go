package mpi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func init() { programs["Init"] = initialize }

// initialize says what Init finds.
func initialize() error {
	w, err := Init()
	if err != nil {
		return err
	}
	fmt.Printf("rank %d of %d on %s, %d warnings\n", w.Rank(), w.Size(), w.Library(), len(w.Warnings()))
	return w.Close()
}

func TestNoLibrary(t *testing.T) {
	_, err := load("", []string{"libnone.so.1", "libnone.so.2"})
	if err == nil {
		t.Fatal("a library that is not there was loaded")
	}
	for _, want := range []string{"no library of MPI found", "openmpi-bin or mpich", LibraryVariable, "libnone.so.1: ", "libnone.so.2: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

// TestGivenLibrary gives libraries by the option and by the environment: what is given is the
// only one that is tried.
func TestGivenLibrary(t *testing.T) {
	t.Setenv(LibraryVariable, "/nowhere/libmpi.so")
	for name, want := range map[string]string{
		"":             "/nowhere/libmpi.so: ",
		"libother.so":  "libother.so: ",
		"libc.so.6":    "libc.so.6 is no library of MPI 3: it has no MPI_Get_version",
		old(t):         "(Old MPI) has version 2.2 of MPI; it must be 3 or later",
		foreign(t):     "(Foreign MPI) has the binary interface neither of Open MPI nor of MPICH",
		incomplete(t):  "is no library of MPI 3: it has no MPI_Isend",
		"libmpi.so.99": LibraryVariable,
	} {
		w, err := Init(WithLibrary(name))
		if err == nil {
			w.Close()
			t.Fatalf("%s: loaded", name)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; it lacks %q", name, err, want)
		}
	}
}

// imitate builds a library with the functions of MPI, but for those to be left out. It says it
// has a version, and a name.
func imitate(t *testing.T, version, name, without string) string {
	source := fmt.Sprintf(`#include <string.h>
int MPI_Get_version(int *v, int *s) { *v = %s; return 0; }
int MPI_Get_library_version(char *s, int *n) { strcpy(s, "%s"); *n = strlen(s); return 0; }
`, strings.Replace(version, ".", "; *s = ", 1), name)
	for _, f := range functions[2:] {
		if f != without {
			source += "int " + f + "(void) { return 1; }\n"
		}
	}
	return build(t, source)
}

// build makes a library of C.
func build(t *testing.T, source string) string {
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("STEEPEST_MPI") == "required" {
			t.Fatal(err)
		}
		t.Skip("NOT TESTED: ", err)
	}
	dir := t.TempDir()
	file, library := filepath.Join(dir, "library.c"), filepath.Join(dir, "library.so")
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-o", library, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return library
}

func old(t *testing.T) string        { return imitate(t, "2.2", "Old MPI", "") }
func foreign(t *testing.T) string    { return imitate(t, "3.1", "Foreign MPI\\nof 2020", "") }
func incomplete(t *testing.T) string { return imitate(t, "3.1", "MPI", "MPI_Isend") }

// TestMixed starts processes by one MPI that load the other's library.
func TestMixed(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		other := mpich
		if m.family == mpich {
			other = openMPI
		}
		loaded := false
		for _, name := range (launcher{family: other}).candidates()[:len(other.libraries)] {
			if _, err := open(name); err != nil {
				continue
			}
			loaded = true
			out, err := m.run(t, 2, "Init", LibraryVariable+"="+name)
			for _, want := range []string{
				m.family.name + "'s mpirun has started 2 processes, but " + name, other.name, "finds this one alone",
				"set " + LibraryVariable + " to the library of " + m.family.name,
			} {
				if err == nil || !strings.Contains(out, want) {
					t.Errorf("%s: %v: %q is missing in\n%s", name, err, want, out)
				}
			}
		}
		if !loaded {
			t.Skipf("NOT TESTED: %s is not installed", other.name)
		}
	})
}

func TestLaunched(t *testing.T) {
	for _, test := range []struct {
		environment string
		name        string
		size        int
		family      *family
	}{
		{"", "", 0, nil},
		{"OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=1 SLURM_STEP_NUM_TASKS=2", "Open MPI's mpirun", 4, openMPI},
		{"MPI_LOCALNRANKS=2 PMI_RANK=0 PMI_SIZE=8 SLURM_STEP_NUM_TASKS=4", "MPICH's mpirun", 8, mpich},
		{"PMI_RANK=0 PMI_SIZE=8 SLURM_STEP_NUM_TASKS=8", "a launcher with PMI", 8, mpich},
		{"PMIX_RANK=3 SLURM_STEP_NUM_TASKS=6", "a launcher with PMIx", 6, openMPI},
		{"SLURM_STEP_NUM_TASKS=6", "srun", 6, nil},
		{"SLURM_NTASKS=6", "", 0, nil}, // an allocation, in which nothing was started yet
	} {
		variables := map[string]string{}
		for _, v := range strings.Fields(test.environment) {
			name, value, _ := strings.Cut(v, "=")
			variables[name] = value
		}
		got := launched(func(name string) string { return variables[name] })
		if want := (launcher{test.name, test.size, test.family}); got != want {
			t.Errorf("%s: %+v, not %+v", test.environment, got, want)
		}
		first := openMPI.libraries[0]
		if test.family == mpich {
			first = mpich.libraries[0]
		}
		if names := got.candidates(); len(names) != 3 || names[0] != first {
			t.Errorf("%s: libraries %q", test.environment, names)
		}
	}
}

// TestSingletons has srun start processes without the service that MPICH needs to find the
// others, by the variable that srun sets: each would be alone.
func TestSingletons(t *testing.T) {
	if _, err := load("", mpich.libraries); err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), programVariable+"=Init", "SLURM_STEP_NUM_TASKS=2", LibraryVariable+"="+mpich.libraries[0])
	out, err := c.CombinedOutput()
	if want := "mpi: srun has started 2 processes, but " + mpich.libraries[0]; err == nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %q is missing in\n%s", err, want, out)
	}
}
