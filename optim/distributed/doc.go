// Package distributed has what a training on several machines needs beside package optim.
//
// An optimizer of package optim is a distributed one by its option optim.Distributed, which
// takes a [Transport]: what joins the processes. There are two:
//
//   - package mpi, below this one, joins processes by MPI, which clusters have and Slurm and
//     Kubernetes start. One binary, built without cgo, runs on Open MPI and on MPICH.
//   - [NewMemory] joins goroutines of one process, for tests.
//
// A [Dir] has the checkpoints of such a run: each rank writes its own part, and a run goes on
// on any number of ranks, and in one process. A checkpoint of one process that package
// checkpoint has written is restored on ranks by checkpoint.Load.
//
// The module is one of its own, so that a program that does not need it links nothing of it.
package distributed
