// Package mpi joins the ranks of a training by MPI.
package mpi
