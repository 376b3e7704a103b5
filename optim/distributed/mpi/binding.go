package mpi

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// findBindings warns of a rank that may run on fewer cores than its machine has for it:
// mpirun binds each to one core, unless told otherwise, and Go then runs one thread at a time,
// while a rank's workers and the thread that waits in MPI want one each.
func (w *World) findBindings(warn func(string)) error {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("mpi: %w", err)
	}
	h := fnv.New64a()
	h.Write([]byte(host))
	hosts := make([][]byte, w.size)
	for r := range hosts {
		hosts[r] = make([]byte, 8)
	}
	h.Sum(hosts[w.rank][:0])
	if err := w.AllGather(hosts[w.rank], hosts); err != nil {
		return err
	}
	ranks := 0
	for _, id := range hosts {
		if bytes.Equal(id, hosts[w.rank]) {
			ranks++
		}
	}
	if err := w.findCrowds(ranks > cores()); err != nil {
		return err
	}
	if text := bound(runtime.NumCPU(), cores(), ranks); text != "" {
		w.warnings = append(w.warnings, text)
	}
	if warn == nil {
		warn = func(text string) { fmt.Fprintf(os.Stderr, "mpi: rank %d on %s: %s\n", w.rank, host, text) }
	}
	for _, text := range w.warnings {
		warn(text)
	}
	return nil
}

// bound returns a warning if a rank that may run on so many cores has less than its share of a
// machine's, or one alone.
func bound(mine, cores, ranks int) string {
	share := max(cores/ranks, 1)
	if mine >= cores || mine >= share && mine > 1 {
		return ""
	}
	return fmt.Sprintf("bound to %d of %d cores (ranks of this machine: %d); start with mpirun --bind-to none (Slurm: srun --cpu-bind=none)", mine, cores, ranks)
}

// cores returns how many cores this machine, or this container, has, whatever the process is
// bound to; or how many the process may run on where the system does not say more.
func cores() int {
	least := 0
	for _, name := range []string{
		"/sys/devices/system/cpu/online",
		"/sys/fs/cgroup/cpuset.cpus.effective",
		"/sys/fs/cgroup/cpuset/cpuset.effective_cpus",
	} {
		text, err := regular.ReadFile(name)
		if err != nil {
			continue
		}
		if n := listed(strings.TrimSpace(string(text))); n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return max(least, runtime.NumCPU())
}

// listed returns how many numbers a list of ranges has, such as 0-3,8.
func listed(list string) int {
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		lo, err := strconv.Atoi(first)
		hi, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || hi < lo {
			return 0
		}
		n += hi - lo + 1
	}
	return n
}
