//go:build (linux || darwin) && (amd64 || arm64)

package mpi

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// open loads a library. Open MPI loads parts of itself, which need to see its symbols. What went
// wrong is told to the same thread alone.
func open(name string) (uintptr, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_GLOBAL)
}

func symbol(library uintptr, name string) (uintptr, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return purego.Dlsym(library, name)
}

// invoke calls a C function that returns an int.
//
//go:uintptrescapes
func invoke(function uintptr, args ...uintptr) int32 {
	r, _, _ := purego.SyscallN(function, args...)
	return int32(r)
}
