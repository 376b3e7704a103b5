package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What directories of checkpoints have in common: a file for each step that was saved.

// StepPrefix is what the names of a step's files begin with.
const StepPrefix = "step-"

// StepName returns the name of a step's file. With fewer than eleven digits of the step, names
// sort by it.
func StepName(step int, suffix string) string {
	return fmt.Sprintf("%s%010d%s", StepPrefix, step, suffix)
}

// Steps returns the steps whose files are in a directory, ascending. There are none if there is no
// directory.
func Steps(dir, suffix string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var steps []int
	for _, e := range entries {
		digits := strings.TrimSuffix(strings.TrimPrefix(e.Name(), StepPrefix), suffix)
		// Other texts of a number make no name of a step's.
		if step, err := strconv.Atoi(digits); err == nil && step >= 0 && e.Name() == StepName(step, suffix) {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// Later returns those of ascending steps that are later than one.
func Later(steps []int, step int) []int {
	i, found := slices.BinarySearch(steps, step)
	if found {
		i++
	}
	return steps[i:]
}

// Abandoned is the age from which a file that is not in its place yet has no writer any more. If
// it does have one, that writer fails, and what it would replace stays.
const Abandoned = time.Hour
