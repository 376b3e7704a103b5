//go:build !((linux || darwin) && (amd64 || arm64))

package mpi

import (
	"fmt"
	"runtime"
)

func open(string) (uintptr, error) {
	return 0, fmt.Errorf("not offered on %s/%s: it is on linux and darwin, amd64 and arm64", runtime.GOOS, runtime.GOARCH)
}

func symbol(uintptr, string) (uintptr, error) { return open("") }

// invoke is not reached: open has failed.
func invoke(uintptr, ...uintptr) int32 { return -1 }
