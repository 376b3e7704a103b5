package demo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/optim/train"
)

// A Recording gives a program whose options embed it the flag -history: a file for the table
// of its training's iterations, which bench/plot draws.
type Recording struct {
	File    string // "" for none
	history train.History
}

// recorder is a program with a Recording.
type recorder interface{ recording() *Recording }

func (r *Recording) recording() *Recording { return r }

// History is what the training has to fill, nil if nobody asks for it.
func (r *Recording) History() *train.History {
	if r.File == "" {
		return nil
	}
	return &r.history
}

// During runs a training and writes the table, also of one that fails, as far as it got. A
// file that cannot be written is an error before the training begins. The table takes its
// name when it is complete: one that is there stays until then.
func (r *Recording) During(run func() error) (err error) {
	if r.File == "" {
		return run()
	}
	if info, err := os.Stat(r.File); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("-history %s: want a regular file", r.File)
	}
	file, err := os.CreateTemp(filepath.Dir(r.File), ".history-*.csv") // under a name that nobody has
	if err != nil {
		return fmt.Errorf("-history %s: %w", r.File, err)
	}
	err = run()
	if len(r.history.Records) == 0 {
		return First(err, file.Close(), os.Remove(file.Name()))
	}
	bad := errors.Join(r.history.WriteCSV(file), file.Chmod(0o644), file.Close())
	if bad == nil {
		bad = os.Rename(file.Name(), r.File)
	}
	switch {
	case bad == nil:
		return err
	case err == nil:
		return fmt.Errorf("-history %s: %w", r.File, bad)
	}
	return fmt.Errorf("%w; and -history %s: %v", err, r.File, bad)
}
