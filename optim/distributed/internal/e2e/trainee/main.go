//go:build unix

// Trainee takes the steps of a training on parameters of all kinds, as a rank or alone, and prints
// hashes of all that it ends with. Tests start it.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed"
	"github.com/seed63264101/steepest/optim/distributed/internal/scene"
	"github.com/seed63264101/steepest/optim/distributed/mpi"
)

var (
	steps = flag.Int("steps", 50, "calls of Step")
	micro = flag.Int("micro", 16, "micro-batches of a step, over all ranks")
	dir   = flag.String("dir", "", "`directory` for checkpoints, the newest of which is gone on with")
	every = flag.Int("every", 3, "calls of Step from one checkpoint to the next")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "trainee:", err)
		os.Exit(1)
	}
}

// run trains as a rank, or alone if no launcher has started the process.
func run() error {
	if !mpi.Launched() {
		return train(nil, os.Stdout)
	}
	world, err := mpi.Init()
	if err != nil {
		return err
	}
	var w io.Writer = io.Discard
	if world.Rank() == 0 {
		w = os.Stdout
	}
	if err := train(world, w); err != nil {
		world.Abort(err)
	}
	return world.Close()
}

// A trainee is a training.
type trainee struct {
	*scene.Model
	opt     *optim.Optimizer[float32]
	lo      int                         // number of the first of its micro-batches
	room    []*optim.Gradients[float32] // for each of them
	reports hash.Hash
	*death
}

// train takes all steps, or those that are left of a training that has been saved.
func train(t optim.Transport, w io.Writer) error {
	r := trainee{Model: scene.New(), reports: sha256.New()}
	var err error
	if r.opt, err = r.Optimizer(t, *micro, *steps); err != nil {
		return err
	}
	defer r.opt.Close()
	rank, _ := r.opt.Rank()
	if r.death, err = newDeath(rank); err != nil {
		return err
	}
	hi := *micro
	if t != nil {
		r.lo, hi, _ = r.opt.Share()
	}
	for range hi - r.lo {
		r.room = append(r.room, r.NewGradients())
	}
	store, first := distributed.Dir{Path: *dir, Keep: 2, Transport: t}, 0
	if t == nil {
		store.Transport = distributed.NewMemory(1)[0]
	}
	if *dir != "" {
		if first, _, err = store.LoadFloat32(r.opt); err != nil {
			return err
		}
		fmt.Fprintf(w, "begins at %d\n", first)
	}
	for call := first; call < *steps; call++ {
		if err := r.during(call, "step", func() error { return r.step(call) }); err != nil {
			return err
		}
		if *dir != "" && (call+1)%*every == 0 {
			if err := r.during(call, "save", func() error { return store.SaveFloat32(call+1, r.opt) }); err != nil {
				return err
			}
		}
	}
	if *dir == "" {
		fmt.Fprintf(w, "reports %x\n", r.reports.Sum(nil))
	}
	return conclude(t, r.opt, w)
}

// step takes a step. Half of the micro-batches are accumulated, and the others given to the step.
func (r *trainee) step(call int) error {
	for i, g := range r.room {
		r.Gradient(g, call, r.lo+i, *micro, r.opt.LossScale())
	}
	half := len(r.room) / 2
	if err := r.opt.AccumulateGradients(r.room[:half]...); err != nil {
		return err
	}
	report, err := r.opt.StepGradients(r.room[half:]...)
	fmt.Fprintln(r.reports, report)
	return err
}

// conclude prints the hash of parameters and state, which every rank must have.
func conclude(t optim.Transport, opt *optim.Optimizer[float32], w io.Writer) error {
	s, err := opt.Snapshot()
	if err != nil {
		return err
	}
	mine, err := scene.Hash(s)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "state %x\n", mine)
	if t == nil {
		return nil
	}
	all := make([][]byte, t.Size())
	for r := range all {
		all[r] = make([]byte, len(mine))
	}
	all[t.Rank()] = mine
	if err := t.AllGather(mine, all); err != nil {
		return err
	}
	for r, theirs := range all {
		if !bytes.Equal(mine, theirs) {
			return fmt.Errorf("rank %d ends with other bits than rank %d", t.Rank(), r)
		}
	}
	return nil
}
