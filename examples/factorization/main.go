// Factorization predicts the ratings that users give items, by factorising the
// matrix of the known ones.
//
// Every user and every item has a row of numbers in a table, and a rating is
// predicted from the product of two rows. A mini-batch of ratings touches few
// rows: their indices and gradients are all that the optimizer is given, which adds
// up those of a row that appears more than once and updates these rows alone.
//
//	go run ./examples/factorization
//
// The ratings are generated from planted factors with known noise, below which no
// prediction can get. The program ends with the root mean square error on ratings
// that it has not seen, that of the best constant, and the noise.
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
	return demo.Run("factorization", "Factorization predicts ratings by matrix factorisation.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	users, items, ratings int
	rank, epochs, batch   int
	lr, decay             float64
	seed                  uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.IntVar(&o.users, "users", 2000, "number of users")
	fs.IntVar(&o.items, "items", 1000, "number of items")
	fs.IntVar(&o.ratings, "ratings", 150000, "number of ratings, a tenth of which is for testing")
	fs.IntVar(&o.rank, "rank", plantedRank, "factors of the model")
	fs.IntVar(&o.epochs, "epochs", 20, "passes over the training ratings")
	fs.IntVar(&o.batch, "batch", 256, "ratings in a mini-batch")
	fs.Float64Var(&o.lr, "lr", 0.2, "learning rate of the first step")
	fs.Float64Var(&o.decay, "decay", 4e-5, "weight decay (L2)")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the ratings, the first factors and the order of the ratings")
}

// Check checks the flags' values.
func (o *options) Check() error {
	return demo.First(
		demo.Between("users", o.users, 1, 1000000),
		demo.Between("items", o.items, 1, 1000000),
		demo.Between("ratings", o.ratings, 100, 10000000),
		demo.Between("rank", o.rank, 1, 1000),
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, o.ratings),
		demo.Positive("lr", o.lr),
		demo.NonNegative("decay", o.decay),
	)
}

// Run generates ratings, trains and tests.
func (o *options) Run(w io.Writer) error {
	train, test := o.generate()
	fmt.Fprintf(w, "ratings generated with seed %d: %d users, %d items, %d ratings to train, %d to test\n",
		o.seed, o.users, o.items, len(train), len(test))
	fmt.Fprintf(w, "matrix factorisation of rank %d, %d float32 parameters, Adagrad on sparse rows\n",
		o.rank, (o.users+o.items)*(o.rank+1))
	m, err := o.fit(train, test, w)
	if err != nil {
		return err
	}
	constant := newModel(o.users, o.items, 1, mean(train)) // no factors, no biases
	rmse := m.rmse(test)
	demo.Checksum(w, rmse, m.users, m.items)
	fmt.Fprintf(w, "rmse=%.6f constant=%.6f noise=%.6f\n", rmse, constant.rmse(test), plantedNoise)
	return nil
}
