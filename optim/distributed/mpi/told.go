package mpi

import (
	"os"
	"strconv"
	"sync"
)

// tellLauncher tells MPICH's launcher that this process is a rank, if it will not hear so from a
// library. It takes any other process for a program without MPI: when that ends, whatever its
// status, the other ranks wait for it in MPI_Init for ever. When a rank ends without finalizing
// MPI, it ends the job.
//
// The protocol is PMI's first version, lines of text by a file that the launcher has opened.
var tellLauncher = sync.OnceFunc(func() {
	fd, err := strconv.Atoi(os.Getenv("PMI_FD"))
	if err != nil || fd <= 2 {
		return
	}
	launcherFile = os.NewFile(uintptr(fd), "PMI_FD")
	if _, err := launcherFile.WriteString("cmd=init pmi_version=1 pmi_subversion=1\n"); err != nil {
		return
	}
	// The answer must not meet a library that begins later.
	for b := []byte{0}; b[0] != '\n'; {
		if _, err := launcherFile.Read(b); err != nil {
			return
		}
	}
})

// launcherFile stays open until the process ends, which the launcher takes as a rank's end.
var launcherFile *os.File
