// Regression fits a linear model of the speed of computers by gradient descent.
//
// The features of the data differ in scale by a factor of a thousand, on which
// gradient descent would take forever. They are standardised first, by the moments
// of their columns, and momentum does the rest. kernels.LinearGradient computes the
// loss and its gradient, and reads the data once.
//
//	go run ./examples/regression              # the UCI Computer Hardware data, or generated data
//	go run ./examples/regression -data DIR    # DIR must hold machine.data
//
// It prints the model in the units of the data, and last the root mean square
// error and the share of the variance that the model explains (R²).
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/seed63264101/steepest/examples/shared/demo"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("regression", "Regression fits a linear model by gradient descent with momentum.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	data         string
	lr, momentum float64
	steps        int
	seed         uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.data, "data", "", demo.DataUsage(machineFile))
	fs.IntVar(&o.steps, "steps", 2000, "most steps to take")
	fs.Float64Var(&o.lr, "lr", 0.3, "learning rate")
	fs.Float64Var(&o.momentum, "momentum", 0.9, "momentum")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the generated data")
}

// Check checks the flags' values.
func (o *options) Check() error {
	if !(o.momentum >= 0 && o.momentum < 1) {
		return fmt.Errorf("-momentum %v: want a number in [0, 1)", o.momentum)
	}
	return demo.First(
		demo.Between("steps", o.steps, 1, 1000000),
		demo.Positive("lr", o.lr),
	)
}

// Run fits a model to the data.
func (o *options) Run(w io.Writer) error {
	t, err := o.load()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d rows, %d features\n", t.source, len(t.target), t.columns())
	scaling, err := t.standardise()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "linear regression on standardised features, momentum %v, learning rate %v\n", o.momentum, o.lr)
	m, steps, err := o.fit(t, w)
	if err != nil {
		return err
	}
	original := m.unscaled(scaling)
	for j, name := range t.names {
		fmt.Fprintf(w, "%-5s %12.6f\n", name, original.weights[j])
	}
	fmt.Fprintf(w, "%-5s %12.6f\n", "bias", original.bias[0])
	rmse, r2 := m.quality(t)
	demo.Checksum(w, rmse, m.weights, m.bias)
	fmt.Fprintf(w, "rmse=%.6f r2=%.6f steps=%d\n", rmse, r2, steps)
	return nil
}

// load reads or generates the data.
func (o *options) load() (*table, error) {
	if dir := demo.FindData(o.data, "", machineFile); dir != "" {
		return readMachine(dir)
	}
	return generate(machineRows, o.seed), nil
}
