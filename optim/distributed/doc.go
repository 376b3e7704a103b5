// Package distributed has what a training on several machines needs beside package optim.
//
// An optimizer of package optim is a distributed one by its option optim.Distributed, which
// takes a [Transport]: what joins the processes. There are two:
//
//   - package mpi, below this one, joins processes by MPI, which clusters have and Slurm and
//     Kubernetes start. One binary, built without cgo, runs on Open MPI and on MPICH.
//   - [NewMemory] joins goroutines of one process, for tests.
//
// The module is one of its own, so that a program that does not need it links nothing of it.
package distributed
