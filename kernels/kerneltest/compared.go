package kerneltest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// EnvCompared is the environment variable that names a directory in which
// processes leave the number of elements that they have compared. Fuzzing runs in
// processes of its own, which may be killed: each has a file and writes its count
// anew after every so many elements, so that the sum is no more than the truth.
const EnvCompared = "STEEPEST_COMPARED"

var compared = tally{dir: os.Getenv(EnvCompared)}

// CountCompared counts elements that were compared with a reference.
func CountCompared(n int) {
	if err := compared.add(int64(n)); err != nil {
		panic(fmt.Sprintf("kerneltest: %s=%s: %v", EnvCompared, compared.dir, err))
	}
}

// SumCompared returns the number of elements that all processes have left in a
// directory.
func SumCompared(dir string) (int64, error) {
	paths, err := filepath.Glob(filepath.Join(dir, comparedPrefix+"*"))
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		if len(text) == 0 {
			continue // it has just begun
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%s holds %q, want a count", path, text)
		}
		sum += n
	}
	return sum, nil
}

const (
	comparedPrefix = "compared-"
	comparedStep   = 1 << 17 // elements from one writing to the next
)

// A tally is the count of one process.
type tally struct {
	dir string // "": nothing is counted

	mu             sync.Mutex
	total, written int64
	file           *os.File
}

func (c *tally) add(n int64) (err error) {
	if c.dir == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total += n
	if c.total-c.written < comparedStep {
		return nil
	}
	if c.file == nil {
		if c.file, err = os.CreateTemp(c.dir, comparedPrefix); err != nil {
			return err
		}
	}
	// One writing in place, as long as the one before: there is no moment without a
	// count.
	if _, err := c.file.WriteAt(fmt.Appendf(nil, "%019d\n", c.total), 0); err != nil {
		return err
	}
	c.written = c.total
	return nil
}

// elements returns the number of a call's elements, with its result.
func (a *Args[T]) elements() int {
	return 1 + lengths(a.Vec) + lengths(a.List) + lengths(a.U16) + lengths(a.I16) + lengths(a.U8)
}

func lengths[E any](all [][]E) (n int) {
	for _, x := range all {
		n += len(x)
	}
	return n
}
