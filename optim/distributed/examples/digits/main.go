// Digits trains a neural network to read handwritten digits, on one process or on many.
//
// It trains the network of examples/network in the root module, on digits that it draws. Each
// step has a mini-batch that is cut in micro-batches, whose gradients the ranks share out, and
// each rank keeps the state of its part of the parameters. All numbers of ranks end with the same
// bits, and so does a process alone, which needs no MPI:
//
//	CGO_ENABLED=0 go build -o digits ./examples/digits
//	./digits
//	mpirun -n 4 --bind-to none ./digits
//	mpirun -n 4 --bind-to none ./digits -checkpoint /tmp/run   # goes on, when it is started again
//
// The module's README says how clusters start it.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim/distributed"
	"github.com/seed63264101/steepest/optim/distributed/mpi"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("digits", "Digits trains a network to read handwritten digits, on one process or, under mpirun, on many.",
		&options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	rule                        string
	steps, micro, batch, hidden int
	lr                          float64
	seed                        uint64
	hash                        bool
	checkpoints                 string
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.rule, "rule", "adamw", "`name` of the update rule: adamw, momentum or muon")
	fs.IntVar(&o.steps, "steps", 500, "steps of the training")
	fs.IntVar(&o.micro, "micro", 8, "micro-batches of a step, over all ranks")
	fs.IntVar(&o.batch, "batch", 64, "images in a step, over all ranks")
	fs.IntVar(&o.hidden, "hidden", 64, "units of the hidden layer")
	fs.Float64Var(&o.lr, "lr", 0.003, "highest learning rate")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the drawn digits, the first weights and the order of the images")
	fs.StringVar(&o.checkpoints, "checkpoint", "", "`directory` for checkpoints, which all ranks see; the newest one is gone on with")
	fs.BoolVar(&o.hash, "hash", false, "print nothing but the checksum")
}

// Check checks the flags' values.
func (o *options) Check() error {
	return demo.First(
		demo.OneOf("rule", o.rule, slices.Sorted(maps.Keys(rules))...),
		demo.Between("steps", o.steps, 1, 1000000),
		demo.Between("batch", o.batch, 1, mnist.TrainImages),
		demo.Between("micro", o.micro, 1, o.batch),
		demo.Between("hidden", o.hidden, 1, 16384),
		demo.Positive("lr", o.lr),
	)
}

// Run trains as a rank of a job, or alone if no launcher has started the process.
func (o *options) Run(w io.Writer) error {
	if !mpi.Launched() {
		d, err := o.load()
		if err != nil {
			return err
		}
		return o.train(nil, d, w)
	}
	world, err := mpi.Init() // before what may fail: the launcher does not know of the rank until then
	if err != nil {
		return err
	}
	d, err := o.load()
	if err == nil {
		err = o.onRank(world, world.Library(), d, w)
	}
	if err != nil {
		world.Abort(err) // the others may not know of it, and would wait
	}
	return world.Close()
}

// load returns the images.
func (o *options) load() (data, error) {
	train, test, err := mnist.Load("", o.seed)
	return data{train, test}, err
}

// onRank trains as a rank. Rank 0 alone prints.
func (o *options) onRank(t distributed.Transport, library string, d data, w io.Writer) error {
	if t.Rank() > 0 {
		w = io.Discard
	}
	ranks, err := describe(t)
	if err != nil {
		return err
	}
	if !o.hash {
		fmt.Fprintf(w, "%d ranks, joined by %s\n", t.Size(), library)
		for r, text := range ranks {
			fmt.Fprintf(w, "rank %d: %s\n", r, text)
		}
	}
	return o.train(t, d, w)
}
