package regular

import "os"

const Nonblock = nonblock

// OpenAndCheck and CreateAndCheck are Open and Create whose file took the name
// behind the look.

func OpenAndCheck(path string) (*os.File, error) { return openAndCheck(path, os.O_RDONLY) }

func CreateAndCheck(path string) (*os.File, error) { return openAndCheck(path, create) }
