// Soak fuzzes all targets of the module in turn, again and again, until a time is
// up, and prints how many elements were compared with a reference:
//
//	go run ./fuzz/soak -t 2h
//
// A turn is a number of executions, not a time: up to Go 1.26 a fuzzing run that a
// deadline ends may fail with "context deadline exceeded" and no input (golang/go
// issue 75804). So it takes a little longer than asked.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"github.com/seed63264101/steepest/kernels/kerneltest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "soak:", err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("soak", flag.ContinueOnError)
	set.SetOutput(stderr)
	limit := set.Duration("t", 10*time.Minute, "begin no further turn after this `time`")
	turn := set.Int("n", 300000, "executions of a target in a turn")
	packages := set.String("packages", "./...", "fuzz the targets of these packages")
	if err := set.Parse(args); err != nil {
		return err
	}
	switch {
	case set.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", set.Arg(0))
	case *limit <= 0:
		return fmt.Errorf("-t %v, want a time > 0", *limit)
	case *turn <= 0:
		return fmt.Errorf("-n %d, want a number > 0", *turn)
	}
	targets, err := list(ctx, strings.Fields(*packages))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	start := time.Now()
	err = fuzz(ctx, targets, start.Add(*limit), *turn, dir, stdout)
	sum, sumErr := kerneltest.SumCompared(dir)
	fmt.Fprintf(stdout, "%d elements compared in %v by %d targets\n", sum, time.Since(start).Round(time.Second), len(targets))
	return errors.Join(err, sumErr)
}

// A target is a fuzz test.
type target struct{ pkg, name string }

// list returns the targets of packages.
func list(ctx context.Context, packages []string) ([]target, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-list", "^Fuzz"}, packages...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the targets: %w\n%s", err, out)
	}
	targets := parse(string(out))
	if len(targets) == 0 {
		return nil, fmt.Errorf("no targets in %q", packages)
	}
	return targets, nil
}

// parse reads what go test -list prints: the names of a package's tests, and then
// a line with the package.
func parse(out string) []target {
	var targets []target
	var names []string
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		switch {
		case len(fields) >= 2 && fields[0] == "ok":
			for _, name := range names {
				targets = append(targets, target{fields[1], name})
			}
			names = nil
		case len(fields) == 1 && strings.HasPrefix(fields[0], "Fuzz"):
			names = append(names, fields[0])
		}
	}
	return targets
}

// fuzz gives each target its turn until the time is up, and then ends, after each
// has had at least one.
func fuzz(ctx context.Context, targets []target, end time.Time, turn int, dir string, stdout io.Writer) error {
	for round := 1; ; round++ {
		for _, t := range targets {
			if round > 1 && time.Now().After(end) {
				return nil
			}
			if err := t.fuzz(ctx, turn, dir); err != nil {
				return err
			}
			sum, err := kerneltest.SumCompared(dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "%s  round %d  %s: %d elements so far\n", time.Now().Format(time.TimeOnly), round, t.name, sum)
		}
	}
}

// fuzz runs one turn. What a failure prints is in the error.
func (t target) fuzz(ctx context.Context, turn int, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "test", t.pkg, "-run", "^$", "-fuzz", "^"+t.name+"$",
		"-fuzztime", fmt.Sprintf("%dx", turn), "-fuzzminimizetime", "100x")
	cmd.Env = append(os.Environ(), kerneltest.EnvCompared+"="+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return errors.New("interrupted")
	case err != nil:
		return fmt.Errorf("%s of %s: %w\n%s", t.name, t.pkg, err, &out)
	}
	return nil
}
