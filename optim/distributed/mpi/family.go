package mpi

import (
	"runtime"
	"strconv"
	"strings"
	"unsafe"
)

// A family is all builds of MPI with one binary interface: names of libraries that have it, and
// the handles and numbers that C programs get from its mpi.h.
type family struct {
	name      string
	install   string   // what to install, in Debian's names
	libraries []string // names of its library, the usual ones first
	darwin    []string

	// Open MPI's handles are addresses, which its library tells.
	world, bytes, errorsReturn uintptr
	requestBytes               uintptr // of a handle of a message on its way
	statusBytes, statusError   uintptr // of what becomes of one, and where its error is
}

var (
	openMPI = &family{
		name:         "Open MPI",
		install:      "openmpi-bin",
		libraries:    []string{"libmpi.so.40"},
		darwin:       []string{"libmpi.40.dylib", "/opt/homebrew/lib/libmpi.40.dylib"},
		requestBytes: unsafe.Sizeof(uintptr(0)),
		statusBytes:  24,
		statusError:  8,
	}
	mpich = &family{
		name:         "MPICH",
		install:      "mpich",
		libraries:    []string{"libmpich.so.12", "libmpi.so.12"},
		darwin:       []string{"libmpi.12.dylib", "/opt/homebrew/lib/libmpi.12.dylib"},
		world:        0x44000000,
		bytes:        0x4c00010d,
		errorsReturn: 0x54000001,
		requestBytes: 4,
		statusBytes:  20,
		statusError:  16,
	}
)

// mpichNames are in the versions of libraries with MPICH's binary interface.
var mpichNames = []string{"MPICH", "Intel(R) MPI", "MVAPICH", "ParaStation"}

// A launcher is what started this process.
type launcher struct {
	name   string
	size   int     // processes that it started, or 0
	family *family // whose library fits, or nil
}

// launched tells by the environment what started this process.
func launched(getenv func(string) string) launcher {
	number := func(name string) int {
		n, _ := strconv.Atoi(getenv(name))
		return n
	}
	// Launchers of MPI come first: within a job of Slurm they start their helpers by srun.
	if n := number("OMPI_COMM_WORLD_SIZE"); n > 0 {
		return launcher{"Open MPI's mpirun", n, openMPI}
	}
	slurm := number("SLURM_STEP_NUM_TASKS")
	switch {
	case getenv("MPI_LOCALNRANKS") != "":
		return launcher{"MPICH's mpirun", number("PMI_SIZE"), mpich}
	case getenv("PMI_RANK") != "":
		return launcher{"a launcher with PMI", number("PMI_SIZE"), mpich}
	case getenv("PMIX_RANK") != "":
		return launcher{"a launcher with PMIx", slurm, openMPI}
	case slurm > 0:
		return launcher{"srun", slurm, nil}
	}
	return launcher{}
}

// candidates returns the names of libraries to try, those of the launcher's family first.
func (l launcher) candidates() []string {
	families := []*family{openMPI, mpich}
	if l.family == mpich {
		families = []*family{mpich, openMPI}
	}
	var names []string
	for _, f := range families {
		if runtime.GOOS == "darwin" {
			names = append(names, f.darwin...)
		} else {
			names = append(names, f.libraries...)
		}
	}
	return names
}

// line returns the first line of a text of C.
func line(text []byte) string {
	s := string(text)
	if i := strings.IndexAny(s, "\x00\n\r"); i >= 0 {
		s = s[:i]
	}
	return strings.Join(strings.Fields(s), " ")
}
