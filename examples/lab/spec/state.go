// Package spec is an experiment as text: what the address of the lab's page says after #, and
// all that its engine is told. Numbers stay decimal text until this package parses them, so that
// the page, a program and a link mean the same bits.
//
//	f=quadratic(Condition=50)&at=-3,2&steps=200&run=SGD(LR=0.02)&run=Momentum(LR=0.02,Momentum=0.5)
//
// A text is a list of key=value between &. A value is a word, a number, a list (a,b,...) or a
// call Name(Option=value,...), whose options may be calls again. Names are those of the fields in
// Go, in any case. All else than A-Z a-z 0-9 - . _ ~ ( ) = , : + * ! is percent-encoded.
//
// Nothing is an error as a whole. A part that cannot be is a [Problem], its default is taken, and
// the rest stands. [State.Format] writes the canonical text, which leaves out what is a default.
package spec

import (
	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A State is an experiment.
type State struct {
	Surface *surface.Problem // the objective, nil if it is a network
	Network *neural.Config   // the objective, nil if it is a surface
	Start   surface.Point    // where the runs begin on a surface
	Double  bool             // float64 instead of float32, which networks have
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

	LR       float64 // the rule's, or the method's factor on its step
	Damping  float64 // of Newton and NaturalGradient, added to the curvature
	Absolute bool    // of Newton: the magnitudes of the Hessian's eigenvalues
	Full     bool    // of Preconditioned: the whole Hessian, not its diagonal

	Schedule  schedule.Schedule // nil for a constant rate
	ClipNorm  float64           // 0 for none
	ClipValue float64           // 0 for none
	L1        float64           // group option L1: with SGD the proximal step
	Bounds    *[2]float64       // group option, nil for none; an end may be infinite

	State        optim.Format    // of the rule's vectors
	Params       ParameterFormat // of the parameters
	RoundingSeed uint64          // of what is rounded stochastically
}

// A View is what the page shows of an experiment. It changes no number of a run.
type View struct {
	Tab   string       // panel
	Step  int          // shown, -1 for the last
	Run   int          // looked at
	Box   *surface.Box // nil for the surface's own; of one parameter Y0 and Y1 may be 0 both
	Axis  string       // of the loss: "log", "loglog", "linear"
	Three bool         // the surface in three dimensions
	Embed bool         // the picture alone
	Theme string       // "auto", "light", "dark"
	Map   string       // the option that the map has beside the rate, "" for the first
	Slice string       // of a network's loss: "random", "pca", "hessian"
	Lens  string       // of the picture: "loss", "basins"
	Fan   int          // seeds of which paths are shown
	// The tour's lesson, "" for none, and the answer that was given, counted from 1; 0 for none yet.
	Lesson string
	Guess  int
}

// Default returns the experiment of an empty text.
func Default() *State {
	p, err := surface.Find("rosenbrock").New()
	if err != nil {
		panic(err)
	}
	adam := findMethod("Adam")
	return &State{
		Surface: p, Start: p.Kind.Start, Steps: 500, Budget: 20, Target: 1e-3,
		Runs: []Run{adam.run(adam.options())},
		View: View{Tab: Tabs[0], Step: -1, Axis: axes[0], Theme: themes[0], Slice: slicings[0], Lens: lenses[0]},
	}
}
