package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// processTime returns the processor time that this process has used, without what other
// programs took away meanwhile. On one processor it is the time that the work takes.
func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux that runs Go has this clock
	}
	return time.Duration(t.Nano())
}
