// Package spec is an experiment as text: what the address of the lab's page says after #, and
// all that its engine is told. Numbers stay decimal text until this package parses them, so that
// the page, a program and a link mean the same bits.
package spec

import (
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A State is an experiment.
type State struct {
	Surface *surface.Problem // the objective, nil if it is a network
	Start   surface.Point    // where the runs begin
	Double  bool             // float64 instead of float32
	Steps   int              // of each run
	Runs    []Run            // at least one
	Batch   int              // samples in a mini-batch, 0 for all
	Seed    uint64           // of the batches
	Best    bool             // each run at the best rate that Budget trials find
	Budget  int
	Target  float64 // loss above the least that counts as arrived
	View    View
}

// A Run is one contender.
type Run struct {
	Method string     // the rule's name, or that of a method that is no rule: Newton, ...
	Rule   optim.Rule // nil for those

	LR      float64 // the rule's, or the method's factor on its step
	Damping float64 // of Newton and NaturalGradient, added to the curvature

	Schedule  schedule.Schedule // nil for a constant rate
	ClipNorm  float64           // 0 for none
	ClipValue float64           // 0 for none
	L1        float64           // group option L1: with SGD the proximal step
	Bounds    *[2]float64       // group option, nil for none
}

// A View is what the page shows of an experiment. It changes no number of a run.
type View struct {
	Tab   string // panel
	Step  int    // shown
	Run   int    // looked at
	Box   *surface.Box
	Axis  string // of the loss: "log", "loglog", "linear"
	Three bool   // the surface in three dimensions
	Embed bool   // the picture alone
	Theme string // "auto", "light", "dark"
}
