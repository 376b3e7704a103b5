// Training is a whole run as one would have it: it trains the network of examples/network to
// read handwritten digits, and can be interrupted.
//
// train.FindRate suggests a learning rate. train.Fit draws the mini-batches, cuts them in parts
// that workers share, watches the loss, averages the parameters, and stops early when the
// averages get no better on images that are held out. Ctrl-C saves the run: the next one with
// -resume goes on, and ends with the bits, and the checksum, of one that was never interrupted.
//
//	go -C examples/training run . -history run.csv -weights digits.safetensors
//	go -C examples/training run . -checkpoints /tmp/run           # until Ctrl-C
//	go -C examples/training run . -checkpoints /tmp/run -resume   # goes on
//	go -C examples/training run . -lr 0                           # with the rate that FindRate suggests
//
// It is a module of its own, so that the progress bar is no dependency of other programs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mnist"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return demo.Run("training", "Training trains a network to read handwritten digits, and can be interrupted.",
		&options{ctx: ctx, stderr: stderr}, args, stdout, stderr)
}

// options are the values of the flags, and what the program is run with.
type options struct {
	demo.Recording
	ctx    context.Context
	stderr io.Writer

	data, checkpoints, weights     string
	resume                         bool
	epochs, batch, hidden, workers int
	lr                             float64
	seed                           uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.data, "data", "", demo.DataUsage("MNIST's t10k files"))
	fs.StringVar(&o.checkpoints, "checkpoints", "", "`directory` for the last checkpoints (default: none are saved)")
	fs.BoolVar(&o.resume, "resume", false, "go on with the newest checkpoint, if there is one")
	fs.StringVar(&o.weights, "weights", "", "`file` for the trained parameters, in safetensors format")
	fs.IntVar(&o.epochs, "epochs", 20, "passes over the training images, at most")
	fs.IntVar(&o.batch, "batch", 64, "images in a mini-batch")
	fs.IntVar(&o.hidden, "hidden", 64, "units of the hidden layer")
	fs.IntVar(&o.workers, "workers", 2, "goroutines that compute the gradients; the results do not depend on it")
	fs.Float64Var(&o.lr, "lr", 0.003, "highest learning rate; 0 takes the suggestion")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the drawn digits, the first weights and the order of the images")
}

// Check checks the flags' values.
func (o *options) Check() error {
	if o.resume && o.checkpoints == "" {
		return errors.New("-resume: want -checkpoints DIR with it")
	}
	return demo.First(
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, mnist.TrainImages-heldOut),
		demo.Between("hidden", o.hidden, 1, 4096),
		demo.Between("workers", o.workers, 1, parts),
		demo.NonNegative("lr", o.lr),
	)
}

// Run trains and tests.
func (o *options) Run(w io.Writer) error {
	images, test, err := mnist.Load(demo.FindData(o.data, "mnist", mnist.ImageFile), o.seed)
	if err != nil {
		return err
	}
	trained := images.Len() - heldOut
	fmt.Fprintf(w, "%s: %d images to train, %d held out, %d to test\n", images.Source, trained, heldOut, test.Len())
	return o.train(data{images.Slice(0, trained), images.Slice(trained, images.Len()), test}, w)
}
