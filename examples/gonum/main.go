// Gonum shows how a program that uses gonum gets the kernels of this module: by
// one line, and no other change.
//
//	gonumblas.Use()
//
// It solves a least-squares problem by conjugate gradients, in float64 with the
// matrices and vectors of gonum's package mat and in float32 with package blas32,
// first on gonum's own BLAS and then on the kernels.
//
//	go run ./examples/gonum
//
// It prints both times, and last how far the two answers lie apart and how far the
// answers are from the planted weights, relative to the weights' norm. A matrix that
// no cache holds (-rows 20000) is read at the memory's speed on either backend.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("gonum", "Gonum solves a least-squares problem with gonum, without and with the kernels.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	rows, cols, steps, runs int
	seed                    uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.IntVar(&o.rows, "rows", 1000, "rows of the matrix")
	fs.IntVar(&o.cols, "cols", 200, "columns of the matrix")
	fs.IntVar(&o.steps, "steps", 40, "steps of conjugate gradients")
	fs.IntVar(&o.runs, "runs", 20, "how often to solve; the fastest run counts")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the generated data")
}

// Check checks the flags' values.
func (o *options) Check() error {
	if err := demo.First(
		demo.Between("cols", o.cols, 1, 10000),
		demo.Between("rows", o.rows, 1, 100000),
		demo.Between("steps", o.steps, 1, 10000),
		demo.Between("runs", o.runs, 1, 1000),
	); err != nil {
		return err
	}
	if o.rows < o.cols {
		return fmt.Errorf("-rows %d: want at least -cols %d", o.rows, o.cols)
	}
	return nil
}

// Run solves the problem four times: in two types, on two backends.
func (o *options) Run(w io.Writer) error {
	p := generate(o.rows, o.cols, o.seed)
	fmt.Fprintf(w, "least squares, %d rows, %d columns, generated with seed %d\n", o.rows, o.cols, o.seed)
	fmt.Fprintf(w, "conjugate gradients, %d steps, the fastest of %d runs, level %v\n", o.steps, o.runs, kernels.ActiveLevel())

	double := o.both(w, "float64, mat   ", func() []float64 { return p.double(o.steps) })
	single := o.both(w, "float32, blas32", func() []float64 { return p.single(o.steps) })
	fmt.Fprintf(w, "apart64=%.2g apart32=%.2g error64=%.2g error32=%.2g\n",
		distance(double.gonum, double.kernels, p.planted), distance(single.gonum, single.kernels, p.planted),
		distance(double.kernels, p.planted, p.planted), distance(single.kernels, p.planted, p.planted))
	return nil
}

// answers are those of the two backends.
type answers struct{ gonum, kernels []float64 }

// both solves on both backends and prints the times.
func (o *options) both(w io.Writer, name string, solve func() []float64) (a answers) {
	before32, before64 := blas32.Implementation(), blas64.Implementation()
	defer func() { blas32.Use(before32); blas64.Use(before64) }()

	// What gonum uses unless told otherwise.
	blas32.Use(gonum.Implementation{})
	blas64.Use(gonum.Implementation{})
	var without, with time.Duration
	a.gonum, without = o.time(solve)

	// All it takes.
	gonumblas.Use()
	a.kernels, with = o.time(solve)

	fmt.Fprintf(w, "%s  gonum %8.2f ms  kernels %8.2f ms  %5.2f times as fast\n", name,
		1e3*without.Seconds(), 1e3*with.Seconds(), without.Seconds()/with.Seconds())
	return a
}

// time returns the answer and the time of the fastest run.
func (o *options) time(solve func() []float64) (answer []float64, best time.Duration) {
	for i := range o.runs {
		start := time.Now()
		answer = solve()
		if took := time.Since(start); i == 0 || took < best {
			best = took
		}
	}
	return answer, best
}
