// Network trains a neural network of two layers to read handwritten digits.
//
// The matrix products, forward and backward, are kernels.Gemm, kernels.ReLU is the
// rectifier, and kernels.AddBias and kernels.SumRows are the biases' way forward and back.
// train.Fit draws the mini-batches and watches the loss, and package optim takes AdamW steps
// with warm-up, a cosine rate and clipped gradients.
//
//	go run ./examples/network              # MNIST, or digits that the program draws
//	go run ./examples/network -data DIR    # MNIST's test set, 8,000 to train and 2,000 to test
//	go run ./examples/network -blas gonum  # with the matrix products of gonum's own BLAS
//	go run ./examples/network -compare     # with both, and the ratio of their speeds
//
// DIR must hold t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz.
//
// State and parameters can be of fewer bits than float32. Then the program trains in float32 as
// well, and prints a table of memory, accuracy and time:
//
//	go run ./examples/network -state int8                # 2 bytes of state a parameter, not 8
//	go run ./examples/network -state bf16 -params bf16   # parameters rounded stochastically
//	go run ./examples/network -state int8 -params split  # steps of float32 for bfloat16 parameters
//
// The matrix products are those of float32, for which parameters of bfloat16 are copied; the
// table counts the copies.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("network", "Network trains a two-layer network to read handwritten digits.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	data, blas            string
	compare               bool
	epochs, batch, hidden int
	lr, dropout           float64
	seed                  uint64
	state                 optim.Format
	params                string
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.data, "data", "", demo.DataUsage("MNIST's t10k files"))
	fs.StringVar(&o.blas, "blas", "steepest", "whose matrix products: steepest or gonum")
	fs.BoolVar(&o.compare, "compare", false, "train with both, and print the ratio of their speeds")
	fs.IntVar(&o.epochs, "epochs", 10, "passes over the training images")
	fs.IntVar(&o.batch, "batch", 64, "images in a mini-batch")
	fs.IntVar(&o.hidden, "hidden", 64, "units of the hidden layer")
	fs.Float64Var(&o.lr, "lr", 0.003, "highest learning rate")
	fs.Float64Var(&o.dropout, "dropout", 0, "share of the hidden units left out in a training step")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the drawn digits, the first weights, the order of the images, the dropout and the rounding")
	fs.TextVar(&o.state, "state", optim.Native, "`format` of the optimizer's state: float32, bf16 or int8; another than float32 is trained beside it")
	fs.StringVar(&o.params, "params", float32s, "`format` of the parameters: float32, bf16 (rounded stochastically) or split (bf16, and lower halves for the steps)")
}

// Check checks the flags' values.
func (o *options) Check() error {
	if !(o.dropout >= 0 && o.dropout < 1) {
		return fmt.Errorf("-dropout %v: want a number in [0, 1)", o.dropout)
	}
	return demo.First(
		demo.OneOf("blas", o.blas, slices.Sorted(maps.Keys(mlp.Products))...),
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, mnist.TrainImages),
		demo.Between("hidden", o.hidden, 1, 4096),
		demo.Positive("lr", o.lr),
		demo.OneOf("params", o.params, float32s, bf16, split),
	)
}

// Run trains and tests.
func (o *options) Run(w io.Writer) error {
	train, test, err := mnist.Load(demo.FindData(o.data, "mnist", mnist.ImageFile), o.seed)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d images to train, %d to test\n", train.Source, train.Len(), test.Len())
	fmt.Fprintf(w, "network of %d, %d and %d units, %d %s parameters, AdamW\n",
		mnist.Pixels, o.hidden, mnist.Classes, mlp.New(o.hidden, nil).Len(), o.params)
	r, err := o.fit(train, test, w)
	if err != nil {
		return err
	}
	if o.compare {
		if err := o.compareWith(r, train, test, w); err != nil {
			return err
		}
	}
	if o.state != optim.Native || o.params != float32s {
		if err := o.compareFloat32(r, train, test, w); err != nil {
			return err
		}
	}
	demo.Checksum(w, r.loss, r.model.Values()...)
	fmt.Fprintf(w, "accuracy=%.4f loss=%.6f\n", r.accuracy, r.loss)
	return nil
}

// compareWith trains with the other library, too, and prints the ratio of the speeds.
func (o *options) compareWith(r *result, train, test *mnist.Dataset, w io.Writer) error {
	other := *o

	for name := range mlp.Products {
		if name != o.blas {
			other.blas = name
		}
	}
	fmt.Fprintf(w, "again, with the matrix products of %s\n", other.blas)
	q, err := other.fit(train, test, w)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s trains %.0f samples/s, %s %.0f: %.2f times as many\n", o.blas, r.rate, other.blas, q.rate, r.rate/q.rate)
	return nil
}

// compareFloat32 trains with parameters and state of float32, too, and prints a table of both.
func (o *options) compareFloat32(r *result, train, test *mnist.Dataset, w io.Writer) error {
	other := *o
	other.state, other.params = optim.Native, float32s
	fmt.Fprintln(w, "again, with parameters and state of float32")
	q, err := other.fit(train, test, w)
	if err != nil {
		return err
	}
	table(w, q, r)
	return nil
}
