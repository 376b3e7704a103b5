//go:build !linux

package main

import "time"

// processTime returns the time. On a busy machine it contains what other programs took.
func processTime() time.Duration { return wallTime() }
