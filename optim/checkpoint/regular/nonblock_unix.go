//go:build unix

package regular

import "syscall"

// nonblock lets opening a pipe or a device return at once. It means nothing for
// regular files.
const nonblock = syscall.O_NONBLOCK
