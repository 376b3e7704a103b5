//go:build !linux

package main

import "time"

var begin = time.Now()

// threadTime returns the time. On a busy machine it contains what other programs
// took.
func threadTime() time.Duration { return time.Since(begin) }
