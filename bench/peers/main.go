// Peers measures OpenBLAS and BLIS, and for functions SLEEF, glibc's libmvec and Go's math,
// beside this module, in one run, round after round on the same data; the fastest round of
// each counts:
//
//	cd bench/peers && go run .               # one thread, then two
//	cd bench/peers && go run . -ops gemm -threads 1
//	cd bench/peers && go run . -ops 'Exp float32'
//
// The libraries are found at run time, as libopenblas.so.0 and libblis.so.4 (Debian:
// apt-get install libopenblas0-pthread libblis4-openmp); what is missing is left out. Each
// is to run the kernels that were written for this machine: where OpenBLAS takes others, as
// older versions do on newer processors, the program starts itself again with the library's
// own environment variable set. It prints which kernels ran. A line has the
// giga floating-point operations of each in a second, and this module's rate over the
// others'; the last ones have the geometric means.
//
// Functions are measured on one thread, on 1024 elements, on every level beside the
// libraries' forms for its instructions (libsleef.so.3 and libmvec.so.1; Debian: apt-get
// install libsleef3). A line has nanoseconds for an element, and the others' times over
// this module's.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed63264101/steepest/kernels"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// peers are the libraries, how to ask them for kernels with AVX-512, and what they call
// those.
var peers = []struct {
	name, file, env, value string
	wide                   []string
}{
	{"OpenBLAS", "libopenblas.so.0", "OPENBLAS_CORETYPE", "SKYLAKEX", []string{"skylakex", "cooperlake", "sapphirerapids", "zen4"}},
	{"BLIS", "libblis.so.4", "", "", nil}, // Debian's has none with AVX-512
}

func run(args []string, out io.Writer) error {
	set := flag.NewFlagSet("peers", flag.ContinueOnError)
	pattern := set.String("ops", "", "measure the work whose name matches the `regexp`")
	threads := set.Int("threads", 0, "threads to use: 1 or 2; 0 measures both")
	budget := set.Duration("time", 200*time.Millisecond, "how long to measure a piece of work")
	if err := set.Parse(args); err != nil {
		return err
	}
	ops, err := regexp.Compile(*pattern)
	switch {
	case err != nil:
		return fmt.Errorf("-ops %q: %w", *pattern, err)
	case set.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", set.Arg(0))
	case *threads < 0 || *threads > 2:
		return fmt.Errorf("-threads %d: want 0, 1 or 2", *threads)
	case *budget <= 0:
		return fmt.Errorf("-time %v: want more than 0", *budget)
	}
	chosen := slices.DeleteFunc(works(), func(w *work) bool { return !ops.MatchString(w.String()) })
	functionNames := chosenFunctions(ops)
	if len(chosen) == 0 && len(functionNames) == 0 {
		return fmt.Errorf("-ops %q matches nothing", *pattern)
	}
	var libraries []*library
	if len(chosen) > 0 {
		if libraries, err = open(out); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s, %s, level %v\n", cpuid.CPU.BrandName, runtime.Version(), kernels.ActiveLevel())
	if len(functionNames) > 0 && *threads != 2 {
		if err := compareFunctions(out, functionNames, *budget); err != nil {
			return err
		}
	}
	for n := 1; n <= 2; n++ {
		if len(chosen) > 0 && (*threads == 0 || *threads == n) {
			compare(out, chosen, libraries, n, *budget)
		}
	}
	return nil
}

// open loads the libraries. Where one takes kernels that do not use what the machine has,
// it starts the program again.
func open(out io.Writer) ([]*library, error) {
	wide := cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL)
	var all []*library
	again := false
	for _, p := range peers {
		l, err := load(p.name, p.file)
		if err != nil {
			fmt.Fprintf(out, "left out: %v\n", err)
			continue
		}
		core := l.core()
		if wide && p.env != "" && !slices.Contains(p.wide, strings.ToLower(core)) && os.Getenv(p.env) == "" {
			again = true
			if err := os.Setenv(p.env, p.value); err != nil {
				return nil, err
			}
		}
		all = append(all, l)
	}
	if again {
		self, err := os.Executable()
		if err == nil {
			err = syscall.Exec(self, os.Args, os.Environ())
		}
		return nil, fmt.Errorf("starting again for better kernels: %w", err)
	}
	for _, l := range all {
		fmt.Fprintf(out, "%s runs its kernels for %s\n", l.name, l.core())
	}
	return all, nil
}

// compare measures the work with so many threads and prints a table.
func compare(out io.Writer, chosen []*work, libraries []*library, threads int, budget time.Duration) {
	runtime.GOMAXPROCS(threads)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "threads=%d\tsteepest\t", threads)
	for _, l := range libraries {
		l.threads(threads)
		fmt.Fprintf(t, "%s\tover\t", l.name)
	}
	fmt.Fprintln(t)
	sums, counts := map[string]float64{}, map[string]int{}
	for _, w := range chosen {
		w.fill()
		contenders := []func(reps int){func(reps int) { steepest(w, reps) }}
		for _, l := range libraries {
			contenders = append(contenders, func(reps int) { l.run(w, reps) })
		}
		seconds := measure(contenders, budget)
		w.drop()
		fmt.Fprintf(t, "%v\t%.1f\t", w, w.flops/seconds[0]/1e9)
		for i, l := range libraries {
			ratio := seconds[i+1] / seconds[0]
			fmt.Fprintf(t, "%.1f\t%.2f\t", w.flops/seconds[i+1]/1e9, ratio)
			if !w.thin {
				kind := w.routine[1:] + " over " + l.name
				sums[kind] += math.Log(ratio)
				counts[kind]++
			}
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	kinds := make([]string, 0, len(sums))
	for kind := range sums {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(out, "%s: %.2f, geometric mean of %d\n", kind, math.Exp(sums[kind]/float64(counts[kind])), counts[kind])
	}
}

// measure returns the seconds of one turn of each contender, in the fastest of the rounds
// that fit the budget; three at least.
func measure(contenders []func(reps int), budget time.Duration) []float64 {
	const sample = time.Millisecond
	reps, best := make([]int, len(contenders)), make([]float64, len(contenders))
	once := func(i, n int) float64 {
		start := time.Now()
		contenders[i](n)
		return time.Since(start).Seconds() / float64(n)
	}
	for i := range contenders {
		once(i, 1)
		one := once(i, 3)
		reps[i] = max(1, int(sample.Seconds()/max(one, 1e-9)))
		best[i] = math.Inf(1)
	}
	start := time.Now()
	for round := 0; round < 3 || time.Since(start) < budget; round++ {
		for i := range contenders {
			best[i] = min(best[i], once(i, reps[i]))
		}
	}
	return best
}
