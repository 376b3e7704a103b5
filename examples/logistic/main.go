// Logistic tells poisonous mushrooms from edible ones by logistic regression on
// sparse rows.
//
// A row of the data lists the few features that a mushroom has, out of all that
// there are. Scores and gradients visit those alone. Package train cuts a mini-batch
// in four micro-batches, which several goroutines can share, and adds up their
// gradients; package optim takes an Adagrad step, which suits features of very
// different frequency, with weight decay on everything but the bias.
//
//	go run ./examples/logistic              # the UCI Mushroom data, or generated data
//	go run ./examples/logistic -data DIR    # DIR must hold agaricus.txt.train and agaricus.txt.test
//
// The files are text in LIBSVM's format: a label and index:value pairs in each
// line. The program ends with the share of test rows that it gets wrong.
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
	return demo.Run("logistic", "Logistic trains logistic regression on sparse rows.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	data          string
	epochs, batch int
	workers       int
	lr, decay     float64
	seed          uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.data, "data", "", demo.DataUsage(trainFile+" and "+testFile))
	fs.IntVar(&o.epochs, "epochs", 10, "passes over the training rows")
	fs.IntVar(&o.batch, "batch", 64, "rows in a mini-batch")
	fs.IntVar(&o.workers, "workers", 1, "goroutines that compute gradients, which change no bit of these")
	fs.Float64Var(&o.lr, "lr", 0.2, "learning rate of the first step")
	fs.Float64Var(&o.decay, "decay", 1e-5, "weight decay (L2)")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the generated data and of the order of the rows")
}

// Check checks the flags' values.
func (o *options) Check() error {
	return demo.First(
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, trainRows),
		demo.Between("workers", o.workers, 1, microParts),
		demo.Positive("lr", o.lr),
		demo.NonNegative("decay", o.decay),
	)
}

// Run trains and tests.
func (o *options) Run(w io.Writer) error {
	train, test, err := o.load()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d rows to train, %d to test\n", train.source, train.len(), test.len())
	fmt.Fprintf(w, "logistic regression, %d features, %.1f of them in a row, Adagrad, learning rate %v\n",
		features, float64(len(train.index))/float64(train.len()), o.lr)
	r, err := o.fit(train, test, w)
	if err != nil {
		return err
	}
	demo.Checksum(w, r.loss, r.model.weights, r.model.bias)
	fmt.Fprintf(w, "error=%.6f loss=%.6f\n", r.errors, r.loss)
	return nil
}

// load reads or generates the data.
func (o *options) load() (train, test *dataset, err error) {
	dir := demo.FindData(o.data, "agaricus", trainFile)
	if dir == "" {
		train, test = generate(o.seed)
		return train, test, nil
	}
	if train, err = readLIBSVM(dir, trainFile, trainRows); err != nil {
		return nil, nil, err
	}
	test, err = readLIBSVM(dir, testFile, testRows)
	return train, test, err
}
