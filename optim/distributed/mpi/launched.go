package mpi

import "os"

// Launched reports whether a launcher of MPI has started this process.
func Launched() bool { return launched(os.Getenv).name != "" }
