package mpi

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// A World joins all processes that one launcher has started. It is an optim.Transport.
type World struct {
	lib        *library
	rank, size int
	limit      int // of a call's bytes: counts and displacements are ints of C
	warnings   []string
	crowded    bool // whether a machine has more ranks than cores

	jobs   chan job
	ended  chan struct{} // closed after MPI_Finalize
	close  sync.Once
	closed error

	scratch
}

// A job is a call for the thread that makes all of them.
type job struct {
	call func() error
	done chan error
}

// funneled is MPI_THREAD_FUNNELED in both families: one thread makes all calls.
const funneled = 1

// maxBytes is the most that one call of MPI moves. It would be 2^31 - 1, but a power of two
// keeps pieces aligned.
const maxBytes = 1 << 30

// grace is how long an abort waits for MPI to end the process.
const grace = 5 * time.Second

// begun is whether MPI was initialized, which a process may do once.
var begun struct {
	sync.Mutex
	yes bool
}

// Init loads an MPI library and initializes it. All processes of a job must call it, once. After
// an error the process should end, and then the others do.
// A program that was started without a launcher is a world of one rank.
func Init(opts ...Option) (*World, error) {
	c := config{limit: maxBytes}
	for _, o := range opts {
		o(&c)
	}
	begun.Lock()
	defer begun.Unlock()
	if begun.yes {
		return nil, errors.New("mpi: Init was called before, and MPI begins once in a process")
	}
	w := &World{limit: c.limit, jobs: make(chan job), ended: make(chan struct{})}
	started := launched(os.Getenv)
	go w.serve()
	err := w.do(func() error {
		before, err := saveHandlers()
		if err != nil {
			return err
		}
		if w.lib, err = load(libraryName(c.library), started.candidates()); err == nil {
			err = w.begin()
		}
		return errors.Join(err, before.restore())
	})
	if err == nil {
		err = w.check(started)
	}
	if err == nil {
		err = w.findBindings(c.warn)
	}
	if err != nil {
		if !begun.yes || w.lib.family.name != mpich.name {
			tellLauncher()
		}
		w.Close()
		return nil, err
	}
	return w, nil
}

// serve makes the calls, all of them on one thread, until the world ends.
func (w *World) serve() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		select {
		case j := <-w.jobs:
			j.done <- j.call()
		case <-w.ended:
			return
		}
	}
}

// do has a function called on that thread.
func (w *World) do(call func() error) error {
	j := job{call, make(chan error, 1)}
	select {
	case w.jobs <- j:
		return <-j.done
	case <-w.ended:
		return errors.New("mpi: the world is closed")
	}
}

// begin initializes MPI.
func (w *World) begin() error {
	l := w.lib
	var already, provided, rank, size int32
	if err := l.call("MPI_Initialized", uintptr(unsafe.Pointer(&already))); err != nil {
		return err
	}
	if already != 0 {
		return errors.New("mpi: other code of this process has initialized MPI")
	}
	if err := l.call("MPI_Init_thread", 0, 0, funneled, uintptr(unsafe.Pointer(&provided))); err != nil {
		return err
	}
	begun.yes = true
	if provided < funneled {
		return fmt.Errorf("mpi: %s (%s) was built for programs of one thread", l.name, l.version)
	}
	if err := errors.Join(
		l.call("MPI_Comm_set_errhandler", l.world, l.errorsReturn),
		l.call("MPI_Comm_rank", l.world, uintptr(unsafe.Pointer(&rank))),
		l.call("MPI_Comm_size", l.world, uintptr(unsafe.Pointer(&size))),
	); err != nil {
		return err
	}
	w.rank, w.size = int(rank), int(size)
	w.scratch = newScratch(w.size)
	return nil
}

// check finds a library that does not know the launcher: then each process is alone, and would
// train the whole model by itself.
func (w *World) check(started launcher) error {
	if w.size > 1 || started.size <= 1 {
		return nil
	}
	cure := "a launcher that belongs to it (of srun, the right --mpi)"
	if f := started.family; f != nil && f.name != w.lib.family.name {
		cure += fmt.Sprintf(", or set %s to the library of %s", LibraryVariable, f.name)
	}
	return fmt.Errorf("mpi: %s has started %d processes, but %s (%s) finds this one alone: start them with %s",
		started.name, started.size, w.lib.name, w.lib.version, cure)
}

// Rank returns the number of this process, from 0.
func (w *World) Rank() int { return w.rank }

// Size returns the number of processes.
func (w *World) Size() int { return w.size }

// Library returns what the library says of itself, in one line, after the name by which it was
// found.
func (w *World) Library() string { return w.lib.name + ": " + w.lib.version }

// Warnings returns what was found at the start that will make this rank slow.
func (w *World) Warnings() []string { return w.warnings }

// Close finalizes MPI, which waits for the other ranks to do so. After an error, which the
// others may not have seen, call [World.Abort]. More calls of Close return what the first did.
func (w *World) Close() error {
	w.close.Do(func() {
		w.closed = w.do(func() error {
			if !begun.yes {
				return nil
			}
			if err := w.lib.call("MPI_Finalize"); err != nil || w.lib.family.name != mpich.name {
				return err
			}
			return runExitHandlers(w.lib.handle, w.lib.addresses["MPI_Finalize"])
		})
		close(w.ended)
	})
	return w.closed
}

// Abort says the reason on stderr and ends the processes of all ranks, this one among them,
// with status 1. It does not return.
func (w *World) Abort(reason error) {
	fmt.Fprintf(os.Stderr, "mpi: rank %d of %d ends the job: %v\n", w.rank, w.size, reason)
	go func() {
		time.Sleep(grace)
		os.Exit(1) // which launchers take as an end of the job, too
	}()
	abort := func() error { return w.lib.call("MPI_Abort", w.lib.world, 1) }
	select {
	case w.jobs <- job{abort, make(chan error, 1)}:
	case <-w.ended:
		os.Exit(1)
	case <-time.After(grace / 50):
		// The thread waits for other ranks in a call that this one will never end.
		abort()
	}
	select {}
}
