// Digits trains softmax regression to read handwritten digits.
//
// It shows a whole training run on this module: kernels.Dot computes the
// scores, kernels.Axpy and kernels.SumRows the gradients of micro-batches, and
// package optim adds these up and takes a clipped Adam step with a cosine rate.
//
//	go run ./examples/digits              # digits that the program draws itself
//	go run ./examples/digits -data DIR    # MNIST's test set, 8,000 to train and 2,000 to test
//
// DIR must hold t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz.
//
// The program then repeats the training in plain Go (level generic), prints the
// speed-up, and fails unless both runs ended with the same bits.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/seed63264101/steepest/kernels"
)

// Exit statuses.
const (
	success = iota
	failure // training could not be done, or its results differ
	misuse  // the command line is wrong
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return success
	case err != nil:
		fmt.Fprintf(stderr, "digits: %v\n", err)
		return misuse
	}
	if err := o.run(stdout); err != nil {
		fmt.Fprintf(stderr, "digits: %v\n", err)
		return failure
	}
	return success
}

// options are the values of the flags.
type options struct {
	data  string
	level kernels.Level
	settings
}

func parseFlags(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("digits", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, without the list of flags
	fs.StringVar(&o.data, "data", "", "`directory` with MNIST's t10k files (default: draw digits)")
	fs.IntVar(&o.epochs, "epochs", 15, "passes over the training images")
	fs.IntVar(&o.batch, "batch", 64, "images in a mini-batch")
	fs.Float64Var(&o.lr, "lr", 0.003, "learning rate of the first step")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the drawn digits and of the order of the images")
	level := fs.String("level", kernels.ActiveLevel().String(), fmt.Sprintf("`level` of the kernels, one of %v", kernels.Levels()))

	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(help)
			fmt.Fprintln(help, "Digits trains softmax regression to read handwritten digits.")
			fs.PrintDefaults()
		}
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	var err error
	if o.level, err = kernels.ParseLevel(*level); err != nil || !slices.Contains(kernels.Levels(), o.level) {
		return o, fmt.Errorf("-level %s: not available here, want one of %v", *level, kernels.Levels())
	}
	switch {
	case o.epochs < 1 || o.epochs > 10000:
		return o, fmt.Errorf("-epochs %d: want 1 to 10000", o.epochs)
	case o.batch < 1 || o.batch > trainImages:
		return o, fmt.Errorf("-batch %d: want 1 to %d", o.batch, trainImages)
	case !(o.lr > 0) || o.lr > math.MaxFloat32:
		return o, fmt.Errorf("-lr %v: want a finite number > 0", o.lr)
	}
	return o, nil
}

// How the 10,000 images are divided, MNIST's and the drawn ones alike.
const (
	trainImages = 8000
	testImages  = 2000
)

func (o options) run(w io.Writer) error {
	all, err := o.load()
	if err != nil {
		return err
	}
	// The level is the whole process's. Leave it as it was.
	defer kernels.SetLevel(kernels.ActiveLevel())

	train, test := all.slice(0, trainImages), all.slice(all.len()-testImages, all.len())
	fmt.Fprintf(w, "%s: %d images to train, %d to test\n", all.source, train.len(), test.len())
	fmt.Fprintf(w, "softmax regression, %d float32 parameters, Adam, kernels on level %v\n", parameters, o.level)
	here, err := trainOn(o.level, o.settings, train, test, w)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "the same training on level %v\n", kernels.Generic)
	plain, err := trainOn(kernels.Generic, o.settings, train, test, io.Discard)
	if err != nil {
		return err
	}
	return conclude(w, here, plain)
}

// conclude prints the end of the report, unless the two levels disagree.
func conclude(w io.Writer, here, plain *result) error {
	if err := sameBits(here, plain); err != nil {
		return err
	}
	fmt.Fprintf(w, "%v took %.3f s, %v %.3f s: speed-up %.1f, same loss bit for bit\n",
		here.level, here.time.Seconds(), plain.level, plain.time.Seconds(), plain.time.Seconds()/here.time.Seconds())
	fmt.Fprintf(w, "accuracy=%.4f loss=%.6f level=%v\n", here.accuracy, here.loss, here.level)
	return nil
}

// load reads or draws the images.
func (o options) load() (*dataset, error) {
	if o.data == "" {
		return drawDigits(trainImages+testImages, o.seed), nil
	}
	d, err := readMNIST(o.data)
	if err != nil {
		return nil, err
	}
	if d.len() < trainImages+testImages {
		return nil, fmt.Errorf("%s: %d images, want at least %d", o.data, d.len(), trainImages+testImages)
	}
	return d, nil
}

// trainOn trains with the kernels of one level.
func trainOn(level kernels.Level, s settings, train, test *dataset, progress io.Writer) (*result, error) {
	if err := kernels.SetLevel(level); err != nil {
		return nil, err
	}
	r, err := fit(s, train, test, func(epoch int, r *result, took time.Duration) {
		fmt.Fprintf(progress, "epoch %*d/%d  loss %.6f  accuracy %.4f  %.0f samples/s\n",
			len(fmt.Sprint(s.epochs)), epoch, s.epochs, r.loss, r.accuracy, float64(train.len())/took.Seconds())
	})
	if err != nil {
		return nil, fmt.Errorf("level %v: %w", level, err)
	}
	r.level = level
	return r, nil
}

// sameBits returns an error unless two runs ended with the same loss and the
// same parameters, bit for bit.
func sameBits(a, b *result) error {
	if math.Float64bits(a.loss) != math.Float64bits(b.loss) {
		return fmt.Errorf("levels disagree: final loss %v on %v, %v on %v", a.loss, a.level, b.loss, b.level)
	}
	for i, x := range a.model.all {
		if y := b.model.all[i]; math.Float32bits(x) != math.Float32bits(y) {
			return fmt.Errorf("levels disagree: parameter %d is %v on %v, %v on %v", i, x, a.level, y, b.level)
		}
	}
	return nil
}
