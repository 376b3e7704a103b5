package mpi

import (
	"fmt"
	"syscall"
	"unsafe"
)

// Go's runtime turns these signals into panics. UCX, below MPICH and Open MPI, takes them for
// itself, and a nil pointer that a program recovers from would end the process.
var faultSignals = [...]syscall.Signal{
	syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGSEGV,
}

// An action is the kernel's struct sigaction, whose parts do not matter here.
type action [4]uint64

// handlers are what a process does on those signals.
type handlers [len(faultSignals)]action

// saveHandlers returns what is done now.
func saveHandlers() (h handlers, err error) {
	for i, s := range faultSignals {
		if err := sigaction(s, nil, &h[i]); err != nil {
			return h, err
		}
	}
	return h, nil
}

// restore makes the process do so again.
func (h *handlers) restore() error {
	for i, s := range faultSignals {
		if err := sigaction(s, &h[i], nil); err != nil {
			return err
		}
	}
	return nil
}

// sigaction is the system call: UCX puts a function of its own before libc's, which refuses to
// change what it has taken.
func sigaction(s syscall.Signal, set, old *action) error {
	_, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
	if e != 0 {
		return fmt.Errorf("mpi: the handler of %v: %w", s, e)
	}
	return nil
}
