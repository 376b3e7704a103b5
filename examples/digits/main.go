// Digits trains softmax regression to read handwritten digits.
//
// It shows a whole training run on this module: kernels.Gemv computes the
// scores, kernels.CrossEntropy the loss and its gradient, kernels.Ger and
// kernels.SumRows the gradients of micro-batches. train.Fit draws these, adds their gradients
// up and watches the loss, and package optim takes clipped Adam steps with a cosine rate.
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
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/kernels"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("digits", "Digits trains softmax regression to read handwritten digits.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	data      string
	levelName string
	level     kernels.Level
	settings
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.data, "data", "", "`directory` with MNIST's t10k files (default: draw digits)")
	fs.IntVar(&o.epochs, "epochs", 15, "passes over the training images")
	fs.IntVar(&o.batch, "batch", 64, "images in a mini-batch")
	fs.Float64Var(&o.lr, "lr", 0.003, "learning rate of the first step")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the drawn digits and of the order of the images")
	fs.StringVar(&o.levelName, "level", kernels.ActiveLevel().String(), fmt.Sprintf("`level` of the kernels, one of %v", kernels.Levels()))
}

// Check checks the flags' values.
func (o *options) Check() (err error) {
	if o.level, err = kernels.ParseLevel(o.levelName); err != nil || !slices.Contains(kernels.Levels(), o.level) {
		return fmt.Errorf("-level %s: not available here, want one of %v", o.levelName, kernels.Levels())
	}
	return demo.First(
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, mnist.TrainImages),
		demo.Positive("lr", o.lr),
	)
}

// Run trains on two levels and compares.
func (o *options) Run(w io.Writer) error {
	dir := ""
	if o.data != "" {
		dir = demo.FindData(o.data, "mnist", mnist.ImageFile)
	}
	train, test, err := mnist.Load(dir, o.seed)
	if err != nil {
		return err
	}
	// The level is the whole process's. Leave it as it was.
	defer kernels.SetLevel(kernels.ActiveLevel())

	fmt.Fprintf(w, "%s: %d images to train, %d to test\n", train.Source, train.Len(), test.Len())
	fmt.Fprintf(w, "softmax regression, %d float32 parameters, Adam, kernels on level %v\n", parameters, o.level)
	recorded := o.settings
	recorded.history = o.History()
	here, err := trainOn(o.level, recorded, train, test, w)
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
	demo.Checksum(w, here.loss, here.model.all)
	fmt.Fprintf(w, "accuracy=%.4f loss=%.6f level=%v\n", here.accuracy, here.loss, here.level)
	return nil
}

// trainOn trains with the kernels of one level.
func trainOn(level kernels.Level, s settings, train, test *mnist.Dataset, progress io.Writer) (*result, error) {
	if err := kernels.SetLevel(level); err != nil {
		return nil, err
	}
	r, err := fit(s, train, test, func(epoch int, r *result, took time.Duration) {
		demo.Progress(progress, "epoch", epoch, s.epochs, "loss %.6f  accuracy %.4f  %.0f samples/s",
			r.loss, r.accuracy, float64(train.Len())/took.Seconds())
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
