//go:build unix

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// A death is a moment at which a rank kills itself, once: the same command goes on afterwards.
type death struct {
	rank, call int
	phase      string  // step or save
	share      float64 // of what the phase has taken the last time, in [0, 1]
	marker     string  // a file that says that it is over
	usual      map[string]time.Duration
}

// deathVariable has rank,call,phase,share,marker.
const deathVariable = "TRAINEE_DEATH"

// newDeath returns that of a rank; one that never comes where none is asked for.
func newDeath(rank int) (*death, error) {
	d := &death{rank: -1, usual: map[string]time.Duration{}}
	text := os.Getenv(deathVariable)
	if text == "" {
		return d, nil
	}
	fields := strings.SplitN(text, ",", 5)
	if len(fields) < 5 {
		return nil, fmt.Errorf("%s=%s", deathVariable, text)
	}
	var errs [3]error
	var of int
	of, errs[0] = strconv.Atoi(fields[0])
	d.call, errs[1] = strconv.Atoi(fields[1])
	d.phase, d.marker = fields[2], fields[4]
	d.share, errs[2] = strconv.ParseFloat(fields[3], 64)
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", deathVariable, text, err)
		}
	}
	if _, err := os.Stat(d.marker); err != nil && of == rank {
		d.rank = rank
	}
	return d, nil
}

// during does a phase of a call, in which the rank may die: at the latest when it has returned.
func (d *death) during(call int, phase string, do func() error) error {
	start := time.Now()
	if d.rank < 0 || d.call != call || d.phase != phase {
		err := do()
		d.usual[phase] = time.Since(start)
		return err
	}
	time.AfterFunc(time.Duration(d.share*float64(d.usual[phase])), d.die)
	do()
	d.die()
	return nil
}

func (d *death) die() {
	if err := regular.WriteFile(d.marker, nil); err == nil {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	select {}
}
