//go:build !linux

package main

import "time"

// threadTime returns the time. On a busy machine it contains what other programs
// took.
func threadTime() time.Duration { return wallTime() }
