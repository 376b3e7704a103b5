package mpi

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func init() {
	programs["Fault"] = fault
	programs["NoRank"] = noRank
	programs["Truncated"] = truncated
	programs["AfterInit"] = afterInit
	programs["InitFails"] = initFails
	programs["InitAgain"] = initAgain
}

// faults are how a rank ends a job, in FAULT, and what is then seen beside a status that is not 0.
var faults = map[string]struct {
	do   func(w *World)
	says string
}{
	"killed":  {kill, "signal 9"},
	"panics":  {func(*World) { panic("lost") }, "panic: lost"},
	"exits":   {func(*World) { os.Exit(3) }, ""},
	"aborts":  {func(w *World) { w.Abort(errors.New("no more data")) }, "mpi: rank 1 of 3 ends the job: no more data"},
	"aborts2": {abortAmidCall, "mpi: rank 1 of 3 ends the job: no more data"},
}

// kill is a death without notice: SIGKILL.
func kill(*World) {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	fmt.Println(err)
	select {}
}

// abortAmidCall aborts while the thread of MPI waits for the other ranks in a call.
func abortAmidCall(w *World) {
	part := [][]byte{{1}, {1}, {1}}
	go w.AllToAll(part, part)
	time.Sleep(100 * time.Millisecond)
	w.Abort(errors.New("no more data"))
}

// fault has one rank fail while the others wait for it.
func fault() error {
	w, err := Init()
	if err != nil {
		return err
	}
	if err := w.Barrier(); err != nil {
		return err
	}
	if w.Rank() == 1 {
		time.Sleep(100 * time.Millisecond)
		faults[os.Getenv("FAULT")].do(w)
	}
	err = w.Barrier()
	fmt.Println("SURVIVED", w.Rank(), err)
	time.Sleep(time.Hour)
	return nil
}

// TestFaults ends one of three ranks: the job must end, and not as if all were well.
func TestFaults(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		for name, f := range faults {
			start := time.Now()
			out, err := m.run(t, 3, "Fault", "FAULT="+name)
			// MPICH's launcher may lose the status of a rank that ends by itself: its issue 7057.
			lost := m.family == mpich && (name == "panics" || name == "exits")
			if err == nil && !lost || err != nil && strings.Contains(err.Error(), "hangs") || !strings.Contains(out, f.says) {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
			if strings.Contains(out, "SURVIVED") {
				t.Errorf("%s: a rank went on:\n%s", name, out)
			}
			t.Logf("%s: %v after %.1f s", name, err, time.Since(start).Seconds())
		}
	})
}

// truncated has rank 0 send more than rank 1 expects, which MPI finds.
func truncated() error {
	w, err := Init()
	if err != nil {
		return err
	}
	send, recv := make([][]byte, 2), make([][]byte, 2)
	if w.Rank() == 0 {
		send[1] = make([]byte, 8)
	} else {
		recv[0] = make([]byte, 4)
	}
	err = w.AllToAll(send, recv)
	fmt.Printf("rank %d: %v\n", w.Rank(), err)
	return w.Close()
}

// TestErrorsOfMPI: what a message has come to is told. Open MPI may wait for ever in its place.
func TestErrorsOfMPI(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		if out := m.mustRun(t, 2, "NoRank"); strings.Count(strings.ToLower(out), "invalid rank") != 2 {
			t.Errorf("no error that speaks of a rank that is none:\n%s", out)
		}
		if m.family.name == openMPI.name {
			return
		}
		out, _ := m.run(t, 2, "Truncated") // closing may fail as well
		if !strings.Contains(out, "rank 1: mpi: a message: ") || !strings.Contains(strings.ToLower(out), "truncate") {
			t.Errorf("no error that speaks of a message that is too long:\n%s", out)
		}
	})
}

// noRank sends to a rank that there is not.
func noRank() error {
	w, err := Init()
	if err != nil {
		return err
	}
	err = w.do(func() error {
		w.requests = make([]uint64, 1)
		return w.start("MPI_Isend", []byte{1}, 7)
	})
	fmt.Printf("rank %d: %v\n", w.Rank(), err)
	return w.Close()
}

// afterInit asks what a library may have changed in a process of Go, and what a world does that
// is initialized twice, called with slices for other ranks, or closed.
func afterInit() error {
	w, err := Init()
	if err != nil {
		return err
	}
	if _, err := Init(); err == nil || !strings.Contains(err.Error(), "called before") {
		return fmt.Errorf("a second Init: %v", err)
	}
	var nowhere *int
	func() {
		defer func() { err = recover().(error) }()
		*nowhere = 1
	}()
	if !strings.Contains(err.Error(), "nil pointer") {
		return fmt.Errorf("a fault of Go is no panic any more: %v", err)
	}
	if err := w.AllGather(nil, nil); err == nil || !strings.Contains(err.Error(), "from 0 ranks, of 2") {
		return fmt.Errorf("without slices: %v", err)
	}
	if err := w.AllGather([]byte{1}, make([][]byte, 2)); err == nil || !strings.Contains(err.Error(), "0 bytes for oneself, of 1") {
		return fmt.Errorf("without room: %v", err)
	}
	if err := w.AllToAll(nil, nil); err == nil || !strings.Contains(err.Error(), "for 0 ranks and from 0, of 2") {
		return fmt.Errorf("without slices: %v", err)
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		return err
	}
	if err := w.Barrier(); err == nil || !strings.Contains(err.Error(), "closed") {
		return fmt.Errorf("a call after Close: %v", err)
	}
	if _, err := Init(); err == nil {
		return errors.New("MPI begins twice")
	}
	return nil
}

func TestAfterInit(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) { m.mustRun(t, 2, "AfterInit") })
}

// initFails has one rank fail before MPI, while the others wait for it in MPI_Init.
func initFails() error {
	if os.Getenv("PMI_RANK") == "1" || os.Getenv("OMPI_COMM_WORLD_RANK") == "1" {
		_, err := Init(WithLibrary("/nowhere/libmpi.so"))
		time.Sleep(100 * time.Millisecond)
		return err
	}
	_, err := Init()
	fmt.Println("SURVIVED", err)
	time.Sleep(time.Hour)
	return nil
}

// initAgain has all ranks fail so, and then not.
func initAgain() error {
	if _, err := Init(WithLibrary("/nowhere/libmpi.so")); err == nil {
		return errors.New("a library that is not there was loaded")
	}
	w, err := Init()
	if err != nil {
		return err
	}
	if w.Size() != 2 {
		return fmt.Errorf("%d ranks, want 2", w.Size())
	}
	return errors.Join(w.Barrier(), w.Close())
}

// TestInitFails: a rank without a library ends the job with its error, unless it finds another.
func TestInitFails(t *testing.T) {
	eachMPI(t, func(t *testing.T, m mpirun) {
		out, err := m.run(t, 2, "InitFails")
		if err == nil || strings.Contains(err.Error(), "hangs") || !strings.Contains(out, "/nowhere/libmpi.so") || strings.Contains(out, "SURVIVED") {
			t.Errorf("%v\n%s", err, out)
		}
		m.mustRun(t, 2, "InitAgain")
	})
}
