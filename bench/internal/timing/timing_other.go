//go:build !linux

package timing

import "time"

// Thread returns the time. On a busy machine it contains what other programs took.
func Thread() time.Duration { return Wall() }

// Process is Thread.
func Process() time.Duration { return Wall() }
