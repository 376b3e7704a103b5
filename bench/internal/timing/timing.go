// Package timing tells what measurements take, where the system can without what other programs
// take meanwhile.
package timing

import "time"

var begin = time.Now()

// Wall returns the time that has gone by.
func Wall() time.Duration { return time.Since(begin) }
