// Package mpi joins the ranks of a training by MPI, which clusters have and start: Slurm,
// Kubernetes, or mpirun by itself. The module's README has the command lines.
//
//	world, err := mpi.Init()
//	if err != nil {
//		log.Fatal(err)
//	}
//	if err := train(world); err != nil { // with optim.Distributed(world, microBatches)
//		world.Abort(err)
//	}
//	world.Close()
//
// [Init] loads the library when the program runs, without cgo, so that one binary serves Open MPI
// (4 and 5) and MPICH (and Intel MPI, MVAPICH and others with its binary interface), on Linux and
// macOS, amd64 and arm64. Which one is found by the launcher's environment variables and usual
// names; [LibraryVariable] and [WithLibrary] say it. A missing library, one of another kind or
// too old, and one that is not the launcher's, which would make each process a world of its own,
// are errors that say what to do. A rank that is bound to less than its share of the machine's
// cores is warned of.
//
// A [World] makes all calls of MPI on one thread. Gradients and parameters are sent from where
// they lie and received where they are wanted, as messages of two ranks each, of 1 GiB at most;
// nothing is added up by MPI, whose order depends on the number of ranks. Where a machine has
// more ranks than cores, calls wait asleep, otherwise busily.
//
// A rank that dies ends the job: the launcher kills the others. So does [World.Abort]. MPICH's
// launcher knows a rank only from Init on: call that before anything that may fail.
package mpi
