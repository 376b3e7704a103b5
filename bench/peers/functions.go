package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/seed63264101/steepest/kernels"
)

// function is one of package kernels, with C's name for it and package math's.
type function struct {
	name, c string
	f32     func(y, x []float32)
	f64     func(y, x []float64)
	scalar  func(float64) float64
}

var functions = []function{
	{"Exp", "exp", kernels.Exp[float32], kernels.Exp[float64], math.Exp},
	{"Exp2", "exp2", kernels.Exp2[float32], kernels.Exp2[float64], math.Exp2},
	{"Expm1", "expm1", kernels.Expm1[float32], kernels.Expm1[float64], math.Expm1},
	{"Log", "log", kernels.Log[float32], kernels.Log[float64], math.Log},
	{"Log1p", "log1p", kernels.Log1p[float32], kernels.Log1p[float64], math.Log1p},
	{"Tanh", "tanh", kernels.Tanh[float32], kernels.Tanh[float64], math.Tanh},
	{"Erf", "erf", kernels.Erf[float32], kernels.Erf[float64], math.Erf},
	{"Sigmoid", "", kernels.Sigmoid[float32], kernels.Sigmoid[float64], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
}

// functionElements is how many elements a function is measured on: they stay in the
// first-level cache.
const functionElements = 1024

// vectorLevels returns the levels whose instructions the libraries have forms for.
func vectorLevels() []kernels.Level {
	var all []kernels.Level
	for _, l := range kernels.Levels() {
		if l == kernels.AVX2 || l == kernels.AVX512 {
			all = append(all, l)
		}
	}
	return all
}

// chosenFunctions returns the names of what matches: "Exp float32".
func chosenFunctions(ops *regexp.Regexp) map[string]bool {
	chosen := map[string]bool{}
	for _, f := range functions {
		for _, t := range []string{"float32", "float64"} {
			if name := f.name + " " + t; ops.MatchString(name) {
				chosen[name] = true
			}
		}
	}
	return chosen
}

// compareFunctions measures the chosen functions on each level beside the libraries' forms
// for it, and package math, and prints a table.
func compareFunctions(out io.Writer, chosen map[string]bool, budget time.Duration) error {
	var libraries []*vectorLibrary
	for _, l := range vectorLibraries() {
		if err := l.open(); err != nil {
			fmt.Fprintf(out, "left out: %v\n", err)
			continue
		}
		libraries = append(libraries, l)
	}
	active := kernels.ActiveLevel()
	defer func() { _ = kernels.SetLevel(active) }()
	for _, level := range vectorLevels() {
		if err := kernels.SetLevel(level); err != nil {
			return err
		}
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(t, "level=%v, n=%d: ns per element\tsteepest\t", level, functionElements)
		for _, l := range libraries {
			fmt.Fprintf(t, "%s\tover\t", l.name)
		}
		fmt.Fprintln(t, "math\tover\t")
		for _, f := range functions {
			if chosen[f.name+" float32"] {
				compareFunction(t, f, "float32", f.f32, libraries, level, budget)
			}
			if chosen[f.name+" float64"] {
				compareFunction(t, f, "float64", f.f64, libraries, level, budget)
			}
		}
		t.Flush()
	}
	return nil
}

// compareFunction prints the line of a function of one type.
func compareFunction[T kernels.Float](t io.Writer, f function, typ string, ours func(y, x []T), libraries []*vectorLibrary, level kernels.Level, budget time.Duration) {
	x, y := arguments[T](f.name), make([]T, functionElements)
	contenders := []func(reps int){func(reps int) {
		for range reps {
			ours(y, x)
		}
	}}
	at := make([]int, len(libraries)) // which contender is the library's, 0 for none
	for i, l := range libraries {
		if f.c == "" {
			continue
		}
		if run := bind(l, f.c, level, y, x); run != nil {
			run(1)
			for j, v := range x {
				if want := f.scalar(float64(v)); math.Abs(float64(y[j])-want) > 1e-5*math.Abs(want) {
					panic(fmt.Sprintf("peers: %s's %s(%v) is %v, want %v", l.name, f.c, v, y[j], want))
				}
			}
			at[i] = len(contenders)
			contenders = append(contenders, run)
		}
	}
	contenders = append(contenders, func(reps int) {
		for range reps {
			for i, v := range x {
				y[i] = T(f.scalar(float64(v)))
			}
		}
	})
	seconds := measure(contenders, budget)
	ns := func(i int) float64 { return seconds[i] * 1e9 / functionElements }
	fmt.Fprintf(t, "%s %s\t%.3f\t", f.name, typ, ns(0))
	for _, i := range append(at, len(contenders)-1) {
		if i == 0 {
			fmt.Fprint(t, "\t\t")
			continue
		}
		fmt.Fprintf(t, "%.3f\t%.2f\t", ns(i), seconds[i]/seconds[0])
	}
	fmt.Fprintln(t)
}

// arguments draws numbers for a function: for logarithms positive ones of all sizes, for
// the others of either sign, where the function is neither constant nor the identity.
func arguments[T kernels.Float](name string) []T {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]T, functionElements)
	for i := range x {
		switch name {
		case "Log", "Log1p":
			x[i] = T(math.Ldexp(1+r.Float64(), r.IntN(40)-20))
		case "Erf", "Tanh":
			x[i] = T(4 * (2*r.Float64() - 1))
		default:
			x[i] = T(20 * (2*r.Float64() - 1))
		}
	}
	return x
}
