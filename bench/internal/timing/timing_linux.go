package timing

import (
	"time"

	"golang.org/x/sys/unix"
)

// Thread returns the processor time that the calling thread has used: the time of what only
// computes.
func Thread() time.Duration { return of(unix.CLOCK_THREAD_CPUTIME_ID) }

// Process returns the processor time that this process has used. On one processor it is the
// time that the work takes.
func Process() time.Duration { return of(unix.CLOCK_PROCESS_CPUTIME_ID) }

func of(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic(err) // every Linux that runs Go has these clocks
	}
	return time.Duration(t.Nano())
}
