//go:build unix

// Speed measures a step of two ranks beside the same step of one process, in turns: the update
// alone, and with the gradients of a network. Each rank is to have one core:
//
//	mpirun.openmpi -n 2 --bind-to core -x GOMAXPROCS=1 speed
//	mpirun.mpich -n 2 -bind-to core -env GOMAXPROCS 1 speed
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seed63264101/steepest/examples/shared/mlp"
	"github.com/seed63264101/steepest/examples/shared/mnist"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
	"github.com/seed63264101/steepest/optim/distributed"
	"github.com/seed63264101/steepest/optim/distributed/mpi"
	"github.com/seed63264101/steepest/optim/train"
)

var (
	hidden = flag.Int("hidden", 4096, "units of the hidden layer, of 795 parameters each")
	micro  = flag.Int("micro", 2, "micro-batches of a step, over all ranks")
	images = flag.Int("images", 64, "images in a micro-batch")
	rounds = flag.Int("rounds", 20, "steps that are measured, of each kind")
	memory = flag.Bool("memory", false, "print the memory of the ranks alone")
)

func main() {
	flag.Parse()
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	world, err := mpi.Init()
	if err != nil {
		return err
	}
	if err := measure(world, w); err != nil {
		world.Abort(err)
	}
	return world.Close()
}

// A side is a training, whose steps are measured.
type side struct {
	model  *mlp.Network
	opt    *optim.Optimizer[float32]
	pass   *mlp.Pass
	lo, hi int
	grads  []*optim.Gradients[float32]
	data   *mnist.Dataset

	counter *distributed.Counter // nil in a process alone

	gradients, updates, wholes, transports []time.Duration
}

// newSide returns that of a rank, or of a process alone without a transport.
func newSide(t *distributed.Counter, data *mnist.Dataset) (*side, error) {
	s := &side{model: mlp.New(*hidden, mlp.Products["steepest"]), hi: *micro, data: data, counter: t}
	s.model.Initialise(1)
	opts := []optim.Option{optim.ClipNorm(5), optim.WithReductionOrder(optim.ReduceTree)}
	if t != nil {
		opts = append(opts, optim.Distributed(t, *micro))
	}
	var err error
	if s.opt, err = optim.New(optim.NewAdamW(0.001), s.model.Params(), opts...); err != nil {
		return nil, err
	}
	if t != nil {
		s.lo, s.hi, _ = s.opt.Share()
	}
	s.pass = s.model.NewPass(*images, 0, 1)
	for range s.hi - s.lo {
		s.grads = append(s.grads, s.opt.NewGradients())
	}
	return s, nil
}

// step takes a step with new gradients, and then one with the same again, which is the update
// alone.
func (s *side) step() error {
	start := time.Now()
	for i, g := range s.grads {
		samples := make([]int, *images)
		for k := range samples {
			samples[k] = ((s.lo+i)**images + k) % s.data.Len()
		}
		if _, err := s.pass.Gradient(s.model, s.data, train.Batch{Samples: samples}, g.Dense); err != nil {
			return err
		}
	}
	computed := time.Now()
	if _, err := s.opt.StepGradients(s.grads...); err != nil {
		return err
	}
	whole := time.Now()
	var before time.Duration
	if s.counter != nil {
		before = s.counter.Time
	}
	if _, err := s.opt.StepGradients(s.grads...); err != nil {
		return err
	}
	s.gradients = append(s.gradients, computed.Sub(start))
	s.wholes = append(s.wholes, whole.Sub(start))
	s.updates = append(s.updates, time.Since(whole))
	if s.counter != nil {
		s.transports = append(s.transports, s.counter.Time-before)
	}
	return nil
}

// measure takes turns: rank 0 steps alone, and then all ranks together.
func measure(world *mpi.World, w io.Writer) error {
	data := mnist.Draw(*images**micro, 1)
	counter := &distributed.Counter{Transport: world}
	ranks, err := newSide(counter, data)
	if err != nil {
		return err
	}
	if *memory {
		return printMemory(ranks)
	}
	var alone *side
	if world.Rank() == 0 {
		if alone, err = newSide(nil, data); err != nil {
			return err
		}
	}
	begin := *counter
	for range *rounds {
		if alone != nil {
			if err := alone.step(); err != nil {
				return err
			}
		}
		if err := world.Barrier(); err != nil {
			return err
		}
		if err := ranks.step(); err != nil {
			return err
		}
	}
	if alone != nil {
		steps := int64(2 * *rounds)
		fmt.Fprintf(w, "%s\n%d parameters, %d micro-batches of %d images; milliseconds, least and median of %d\n",
			world.Library(), alone.model.Len(), *micro, *images, *rounds)
		compare(w, "gradients", alone.gradients, ranks.gradients)
		compare(w, "update", alone.updates, ranks.updates)
		compare(w, "whole step", alone.wholes, ranks.wholes)
		least, median := times(ranks.transports)
		fmt.Fprintf(w, "in the transport, of an update: %.2f %.2f; a step of rank 0 sends %d bytes in %d calls\n",
			least, median, (counter.Sent-begin.Sent)/steps, (counter.Calls-begin.Calls)/steps)
	}
	return nil
}

// times returns the least and the median, in milliseconds.
func times(list []time.Duration) (least, median float64) {
	sorted := slices.Sorted(slices.Values(list))
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return ms(sorted[0]), ms(sorted[len(sorted)/2])
}

func compare(w io.Writer, what string, alone, ranks []time.Duration) {
	a, aMedian := times(alone)
	b, bMedian := times(ranks)
	fmt.Fprintf(w, "%-10s  alone %7.2f %7.2f   ranks %7.2f %7.2f   ratio %.2f %.2f\n",
		what, a, aMedian, b, bMedian, a/b, aMedian/bMedian)
}

// printMemory prints what a rank has after a step.
func printMemory(s *side) error {
	if err := s.step(); err != nil {
		return err
	}
	state := 0
	for _, p := range s.opt.Params() {
		state += p.StateBytes
	}
	status, err := regular.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	resident := ""
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			resident = strings.TrimSpace(rest)
		}
	}
	rank, size := s.opt.Rank()
	fmt.Printf("rank %d of %d: %d parameters, %d bytes of state, resident %s\n", rank, size, s.model.Len(), state, resident)
	return nil
}
