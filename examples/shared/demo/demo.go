// Package demo holds what the example programs have in common: the command
// line, the search for data, progress lines and checks of a training step.
package demo

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/train"
)

// Exit statuses.
const (
	Success = iota
	Failure // the program could not do its work
	Misuse  // the command line is wrong
)

// A Program is an example. One that embeds a Recording has a flag and its file more.
type Program interface {
	Flags(fs *flag.FlagSet)  // declares the flags
	Check() error            // checks their values
	Run(out io.Writer) error // does the work
}

// Run runs a program with the arguments of its command line and returns the exit
// status. An error is one line on stderr that begins with the program's name.
func Run(name, summary string, p Program, args []string, stdout, stderr io.Writer) int {
	err := parse(name, summary, p, args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Success
	case err != nil:
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return Misuse
	}
	work := func() error { return p.Run(stdout) }
	if r, ok := p.(recorder); ok {
		work = func() error { return r.recording().During(func() error { return p.Run(stdout) }) }
	}
	if err := work(); err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return Failure
	}
	return Success
}

func parse(name, summary string, p Program, args []string, help io.Writer) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, without the list of flags
	p.Flags(fs)
	if r, ok := p.(recorder); ok {
		fs.StringVar(&r.recording().File, "history", "", "`file` for a table of the training's iterations, as CSV")
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(help)
			fmt.Fprintln(help, summary)
			fs.PrintDefaults()
		}
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	return p.Check()
}

// Between returns an error unless the flag's value lies between two others.
func Between(flag string, value, least, most int) error {
	if value < least || value > most {
		return fmt.Errorf("-%s %d: want %d to %d", flag, value, least, most)
	}
	return nil
}

// Positive returns an error unless the flag's value is positive and finite, also
// as a float32.
func Positive(flag string, value float64) error {
	if !(value > 0) || value > math.MaxFloat32 {
		return fmt.Errorf("-%s %v: want a finite number > 0", flag, value)
	}
	return nil
}

// NonNegative is Positive for a value that may be 0.
func NonNegative(flag string, value float64) error {
	if !(value >= 0) || value > math.MaxFloat32 {
		return fmt.Errorf("-%s %v: want a finite number >= 0", flag, value)
	}
	return nil
}

// OneOf returns an error that names the flag unless its value is one of some words.
func OneOf(flag, value string, words ...string) error {
	if !slices.Contains(words, value) {
		return fmt.Errorf("-%s %s: want one of %s", flag, value, strings.Join(words, ", "))
	}
	return nil
}

// First returns the first error that is not nil.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Progress prints the progress line of one unit of training: "epoch  3/15  ...".
func Progress(w io.Writer, unit string, i, n int, format string, args ...any) {
	fmt.Fprintf(w, "%s %*d/%d  %s\n", unit, len(fmt.Sprint(n)), i, n, fmt.Sprintf(format, args...))
}

// Explain returns what Fit has returned, with what can be done about a training that has
// diverged.
func Explain(r train.FitResult, err error) error {
	var diverged *train.DivergedError
	var skipped *optim.SkippedError
	switch {
	case errors.As(err, &diverged):
		return fmt.Errorf("training diverged in iteration %d: loss %v after an average of %v; try a lower -lr", r.Iteration, diverged.Loss, diverged.Average)
	case errors.As(err, &skipped):
		return fmt.Errorf("training diverged in iteration %d: %v; try a lower -lr", r.Iteration, skipped.Reason)
	}
	return err
}

// Largest returns the index of the largest element.
func Largest(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// Order returns the numbers from 0 to n-1, for shuffling.
func Order(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}
