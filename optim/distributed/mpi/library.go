package mpi

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unsafe"
)

// LibraryVariable is the environment variable that says which library [Init] loads: a path, or
// a name that the system's loader finds.
const LibraryVariable = "STEEPEST_MPI_LIBRARY"

// functions are all that is called.
var functions = []string{
	"MPI_Get_version", "MPI_Get_library_version", "MPI_Initialized", "MPI_Init_thread", "MPI_Finalize", "MPI_Abort",
	"MPI_Comm_rank", "MPI_Comm_size", "MPI_Comm_set_errhandler", "MPI_Error_string",
	"MPI_Allgatherv", "MPI_Iallgatherv", "MPI_Barrier", "MPI_Ibarrier",
	"MPI_Isend", "MPI_Irecv", "MPI_Waitall", "MPI_Testall",
}

// A library is an MPI that is loaded.
type library struct {
	name    string // by which it was found
	version string
	handle  uintptr
	*family
	addresses map[string]uintptr
}

// load finds and loads the library: the given one, or the first of the candidates.
func load(given string, candidates []string) (*library, error) {
	names := candidates
	if given != "" {
		names = []string{given}
	}
	var tried []string
	for _, name := range names {
		handle, err := open(name)
		if err == nil {
			return bind(name, handle)
		}
		tried = append(tried, "\n\t"+err.Error())
	}
	if given != "" {
		return nil, fmt.Errorf("mpi: the library that was asked for (option or %s) does not load:%s", LibraryVariable, tried[0])
	}
	return nil, fmt.Errorf("mpi: no library of MPI found; install one (Debian: %s or %s), or set %s to the path of its library; tried:%s",
		openMPI.install, mpich.install, LibraryVariable, strings.Join(tried, ""))
}

// bind looks up what is called in a library, and finds out what it is.
func bind(name string, handle uintptr) (*library, error) {
	l := &library{name: name, handle: handle, addresses: map[string]uintptr{}}
	for _, f := range functions {
		address, err := symbol(handle, f)
		if err != nil {
			return nil, fmt.Errorf("mpi: %s is no library of MPI 3: it has no %s", name, f)
		}
		l.addresses[f] = address
	}
	var version, subversion, length int32
	var text [8192]byte // the longest of both families
	if err := errors.Join(
		l.call("MPI_Get_version", uintptr(unsafe.Pointer(&version)), uintptr(unsafe.Pointer(&subversion))),
		l.call("MPI_Get_library_version", uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(&length))),
	); err != nil {
		return nil, err
	}
	l.version = line(text[:])
	if version < 3 {
		return nil, fmt.Errorf("mpi: %s (%s) has version %d.%d of MPI; it must be 3 or later", name, l.version, version, subversion)
	}
	return l, l.identify()
}

// identify finds the family and its handles.
func (l *library) identify() error {
	if _, err := symbol(l.handle, "ompi_mpi_comm_world"); err != nil {
		if !slices.ContainsFunc(mpichNames, func(s string) bool { return strings.Contains(l.version, s) }) {
			return fmt.Errorf("mpi: %s (%s) has the binary interface neither of Open MPI nor of MPICH", l.name, l.version)
		}
		l.family = mpich
		return nil
	}
	f := *openMPI
	l.family = &f
	for name, to := range map[string]*uintptr{
		"ompi_mpi_comm_world": &f.world, "ompi_mpi_byte": &f.bytes, "ompi_mpi_errors_return": &f.errorsReturn,
	} {
		address, err := symbol(l.handle, name)
		if err != nil {
			return fmt.Errorf("mpi: %s (%s) has no %s", l.name, l.version, name)
		}
		*to = address
	}
	return nil
}

// call calls a function of MPI. Pointers converted in its argument list stay valid.
//
//go:uintptrescapes
func (l *library) call(name string, args ...uintptr) error {
	code := invoke(l.addresses[name], args...)
	if code == 0 {
		return nil
	}
	return fmt.Errorf("mpi: %s: %s", name, l.text(uintptr(code)))
}

// text returns what an error code means.
func (l *library) text(code uintptr) string {
	var text [512]byte // the longest of both families
	var length int32
	if invoke(l.addresses["MPI_Error_string"], code, uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(&length))) != 0 {
		return fmt.Sprintf("error %d", code)
	}
	return line(text[:])
}

// libraryName returns the name that was asked for, by an option or the environment.
func libraryName(option string) string {
	if option != "" {
		return option
	}
	return os.Getenv(LibraryVariable)
}
