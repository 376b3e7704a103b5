// Gonum measures what gonum's packages gain by the kernels of this module as their BLAS, and
// what does not:
//
//	go run ./bench/gonum
//	go run ./bench/gonum -n 1000 -tasks 'Cholesky|QR' -procs 2
//
// A line has a task, the call of gonum, and for each size the time with the kernels, and how
// many times as fast that is as with gonum's own BLAS. Both do the same work on the same data
// in turns, and the fastest round of each counts; on Linux time is that of the processor,
// which on one (-procs 1) is what the work takes. The lines are those of a table in Markdown.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/bench/internal/timing"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// flags are the checked command line.
type flags struct {
	sizes  []int
	tasks  *regexp.Regexp
	budget time.Duration
	procs  int
}

func parse(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("gonum", flag.ContinueOnError)
	set.SetOutput(stderr)
	sizes := set.String("n", "100,500", "the `sizes`, with commas between them")
	tasks := set.String("tasks", "", "measure the tasks whose name or call matches the `regexp`")
	set.DurationVar(&f.budget, "time", time.Second, "about how long to measure a task at a size, but three rounds at least")
	set.IntVar(&f.procs, "procs", 1, "number of processors")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	for _, s := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 10000 {
			return f, fmt.Errorf("-n %s: want numbers from 1 to 10000", *sizes)
		}
		f.sizes = append(f.sizes, n)
	}
	if f.procs < 1 || f.procs > 1024 {
		return f, fmt.Errorf("-procs %d: want a number from 1 to 1024", f.procs)
	}
	f.tasks, err = regexp.Compile(*tasks)
	return f, err
}

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	f, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = f.measureAll(stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "gonum: %v\n", err)
		return 1
	}
	return 0
}

// measureAll prints a line for each task. It leaves gonum as it was.
func (f flags) measureAll(w io.Writer) error {
	chosen := slices.DeleteFunc(slices.Clone(tasks), func(t task) bool { return !f.tasks.MatchString(t.name + " " + t.call) })
	if len(chosen) == 0 {
		return fmt.Errorf("-tasks %q matches none", f.tasks)
	}
	before32, before64 := blas32.Implementation(), blas64.Implementation()
	defer func() { blas32.Use(before32); blas64.Use(before64) }()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(f.procs))

	fmt.Fprintf(w, "Level %v, GOMAXPROCS=%d: time with the kernels, and gonum's over it.\n\n| | |", kernels.ActiveLevel(), f.procs)
	for _, n := range f.sizes {
		fmt.Fprintf(w, " n = %d | |", n)
	}
	fmt.Fprintf(w, "\n| --- | --- |%s\n", strings.Repeat(" --- | --- |", len(f.sizes)))
	for _, t := range chosen {
		fmt.Fprintf(w, "| %s | `%s` |", t.name, strings.ReplaceAll(t.call, ", ", "`, `"))
		for _, n := range f.sizes {
			theirs, ours := f.measure(t, n)
			fmt.Fprintf(w, " %s | %.2g |", short(ours), theirs.Seconds()/ours.Seconds())
		}
		fmt.Fprintln(w)
	}
	return nil
}

// short prints a time with two digits.
func short(d time.Duration) string {
	x, unit := float64(d.Nanoseconds())/1e3, "µs"
	if x >= 1000 {
		x, unit = x/1e3, "ms"
	}
	digits := 0
	if x < 10 {
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + " " + unit
}

// A contender does the work with a BLAS.
type contender struct {
	use  func()
	work func() float64
	best time.Duration
}

// measure returns the times that a task takes with gonum's BLAS and with the kernels.
func (f flags) measure(t task, n int) (theirs, ours time.Duration) {
	contenders := []*contender{
		{use: func() { blas32.Use(gonum.Implementation{}); blas64.Use(gonum.Implementation{}) }},
		{use: gonumblas.Use},
	}
	for _, c := range contenders {
		c.use()
		c.work = t.build(rand.New(rand.NewPCG(1, uint64(n))), n)
		sink = c.work() // for the first time: what it allocates, it has
	}
	now := timing.Wall
	if f.procs == 1 {
		now = timing.Process
	}
	for round, start := 0, time.Now(); round < 3 || time.Since(start) < f.budget; round++ {
		for _, c := range contenders {
			c.use()
			runtime.GC() // none in the midst of it
			began := now()
			calls := 0
			for took := time.Duration(0); calls == 0 || took < minSample; calls++ {
				sink = c.work()
				took = now() - began
			}
			if took := (now() - began) / time.Duration(calls); round == 0 || took < c.best {
				c.best = took
			}
		}
	}
	return contenders[0].best, contenders[1].best
}

// minSample is how long a sample lasts at least, so that the clock's cost is little of it.
const minSample = 200 * time.Microsecond

// sink keeps the results.
var sink float64
