// Report measures every kernel, element type and level at sizes from 16 elements
// to main memory, beside the level's limit probe, the plain Go loop and gonum:
//
//	go run ./bench/report -quick
//	go run ./bench/report -ops 'Axpy|Dot|Adam' -json speeds.json
//	go run ./bench/report -ops '^BLAS/'
//
// The contenders for one piece of work run interleaved on the same data, round
// after round, and the fastest round of each counts. So the ratios hold even
// where the machine's pace changes; ratios of different lines need not.
//
// A line tells the nanoseconds for a call (ns), the bytes that it reads and
// writes in that time (GB/s), the additions, multiplications, divisions and roots
// that its formula has (GFLOP/s; functions, random numbers and whole routines have
// none that are counted), the fraction of the limit probe's rate that it
// reaches (limit; a kernel with the same streams and almost no arithmetic; the
// generic level is held to the best level's), and how many times faster it is
// than the plain loop (naive), gonum's routine (gonum) and the same sum by
// repeated Axpy (axpy).
//
// For the kernels that work on rows, n is the number of the matrix's elements, in
// 64 rows (4 of them where n is 16). Those named Inc have vectors with every
// second (x) and every third (y) element; they have no limit. Adam/dead, Adam/tiny and Adam/subnormal are
// Adam on gradients of zero, of so small numbers that their squares are
// subnormal, and of subnormal numbers, in the slowest phase of the moments'
// decay; slowdown is their time over that of Adam/normal.
//
// Step is a whole training step of package optim: Adam with clipping by the norm
// of n float32 parameters, on the active level; its limit is the time of two
// probes, of one pass that reads the gradients and one that updates.
// Step/workers=2 is that with two workers, and speedup the time of one over its
// own, both on the wall clock. Step/tensors=1000 has a thousand parameters with
// n elements together; slowdown is its time over that of a single one.
//
// Gemm/TN/64x64x784 is a matrix product of m=64, n=64, k=784 with the left factor
// transposed; n is m*n*k, and limit the fraction of the rate at which the core does
// multiply-adds that do nothing else. gonum's own runs on one processor there.
//
// Syrk/LN, Trsm/RLT and the like are products with symmetric and triangular matrices, and
// solutions, of n rows and columns; the letters are BLAS's for side, triangle and
// transposition. limit is as with Gemm, half as many multiply-adds where one matrix is a
// triangle, and gemm how many times faster they are than the level's Gemm of whole matrices.
//
// LinearGradient/256x512 is the gradient of a linear model by least squares, of 256 rows and
// 512 features; n is their product, and GB/s counts the batch once. passes is how many times
// faster it is than two passes, the level's Gemv and GemvT over the whole batch.
//
// CrossEntropy/512x10 is the cross-entropy of 512 rows of 10 classes with its gradient; n is
// the number of logits.
//
// ColumnMoments/256x1024, BatchNorm/256x1024 and their like are moments and normalisation of
// 256 rows and 1024 columns; GB/s counts the matrices that are read and written once.
//
// BLAS/Saxpy and so on are whole routines of package kernels/gonumblas, called
// through gonum's interface as its users call them, on the active level; gonum is
// how many times faster they are than gonum's own. BLAS/SgemvT is Sgemv with the
// transposed matrix. Vectors have the stride 1, or that of the name, as in
// BLAS/Saxpy/inc=2; n is the number of their elements, for Gemv and Ger the number
// of the matrix's rows and of its columns. Rotg and Rotmg take only numbers: n is
// 1 and GB/s 0.
//
// With -forms it measures every kernel's own forms on the two widest levels, at sizes
// up to what the second-level cache holds, and nothing else:
//
//	go run ./bench/report -forms
//
// A line has the time of the widest level's form over that of the narrower one at each
// size, their geometric mean, and the form that a core takes whose data paths have half
// the width of the widest level's vectors, as Zen 4's. On such a core the choice is
// wrong where avx512 is taken and the ratio is above 1, or avx2 and it is below; it
// stands in gen/catalog/narrow.go.
//
// With -json, each line is also an object with the keys cpu, op, type, level, n, place
// (the cache, or memory, that holds the data), ns, gbps, gflops, limit, naive, gonum, axpy,
// slowdown, speedup, gemm, passes, probe (the limit's name) and ceiling (its own rate in
// GB/s, or GFLOP/s if it is MultiplyAdds), null or empty where there is none; with -forms,
// there is one for each level. The module bench/plot draws pictures of them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed63264101/steepest/bench"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

func main() {
	r := report{stdout: os.Stdout, stderr: os.Stderr, caches: bench.DetectCaches(),
		quick: 30 * time.Second, full: 4 * time.Minute}
	os.Exit(r.run(os.Args[1:]))
}

// report is the program and what it finds around it.
type report struct {
	stdout, stderr io.Writer
	caches         bench.Caches
	quick, full    time.Duration // how long to measure, with -quick and without
}

// Exit statuses.
const (
	statusOK = iota
	statusError
	statusUsage
)

// flags are the checked command line.
type flags struct {
	quick bool
	forms bool
	ops   *regexp.Regexp
	json  string // file, "-", or "" for none
}

// errUsage marks errors that the flag package has already reported.
var errUsage = errors.New("usage")

// parse checks the command line.
func parse(args []string, stderr io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("report", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.BoolVar(&f.quick, "quick", false, "end within 45 seconds")
	set.BoolVar(&f.forms, "forms", false, "compare the forms of every kernel on the two widest levels")
	ops := set.String("ops", "", "measure the operations whose name matches the `regexp`")
	set.Func("json", "write JSON lines to the `file`, - for standard output, which then gets no table", func(s string) error {
		if s == "" {
			return errors.New("no file name")
		}
		f.json = s
		return nil
	})
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return f, err
		}
		return f, errUsage
	}
	if set.NArg() > 0 {
		fmt.Fprintf(stderr, "unexpected argument %q\n", set.Arg(0))
		set.Usage()
		return f, errUsage
	}
	var err error
	if f.ops, err = regexp.Compile(*ops); err != nil {
		return f, fmt.Errorf("-ops %q: %w", *ops, err)
	}
	return f, nil
}

// run is the program.
func (r *report) run(args []string) int {
	f, err := parse(args, r.stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK
	case errors.Is(err, errUsage):
		return statusUsage
	case err == nil:
		err = r.measureAndPrint(f)
	}
	if err != nil {
		fmt.Fprintf(r.stderr, "report: %v\n", err)
		return statusError
	}
	return statusOK
}

// measureAndPrint opens what it will write to before it measures.
func (r *report) measureAndPrint(f flags) (err error) {
	budget, times := r.full, 4
	if f.quick {
		budget, times = r.quick, 2
	}
	all := bench.Specs(r.caches, r.caches.MemorySet(times))
	half, widest, ok := bench.FormLevels()
	if f.forms {
		if !ok {
			return fmt.Errorf("-forms compares two levels with assembly; here are only %v", kernels.Levels())
		}
		all = bench.FormSpecs(r.caches)
	}
	selected := choose(all, f.ops)
	if len(selected) == 0 {
		return fmt.Errorf("-ops %q matches none of %s", f.ops, strings.Join(names(all), ", "))
	}
	table, lines := r.stdout, io.Writer(nil)
	switch f.json {
	case "":
	case "-":
		table, lines = r.stderr, r.stdout
	default:
		file, err := regular.Create(f.json)
		if err != nil {
			return fmt.Errorf("-json %q: %w", f.json, err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		lines = file
	}

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	rows, left := r.measureAll(selected, budget, f.quick)
	rows = slices.DeleteFunc(rows, func(r row) bool { return !f.ops.MatchString(r.Op) })
	for i := range rows {
		rows[i].CPU = processor()
	}
	sortRows(rows, names(all))
	if lines != nil {
		if err := writeJSON(lines, rows); err != nil {
			return fmt.Errorf("-json %q: %w", f.json, err)
		}
	}
	if f.forms {
		err = newFormTable(selected, rows, half.String(), widest.String()).write(table, r.machine())
	} else {
		err = writeTable(table, r.machine(), rows)
	}
	if err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	if left > 0 {
		fmt.Fprintf(r.stderr, "report: the time of -quick was up; %d of %d cases are left out\n", left, len(selected))
	}
	return nil
}

// names lists the operations, in order.
func names(specs []bench.Spec) []string {
	var all []string
	for _, s := range specs {
		for _, op := range s.Ops {
			if !slices.Contains(all, op) {
				all = append(all, op)
			}
		}
	}
	return all
}

// choose returns the cases with an operation that matches.
func choose(specs []bench.Spec, ops *regexp.Regexp) []bench.Spec {
	var chosen []bench.Spec
	for _, s := range specs {
		if slices.ContainsFunc(s.Ops, ops.MatchString) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}
