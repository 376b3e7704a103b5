// Package surface has the objectives that the lab draws: functions of one or two
// parameters, with gradients and Hessians written by hand and with the minima, maxima and
// saddle points that are known.
//
// They give the same bits on every machine: products are rounded before they are added, and
// there is no exponential or cosine of package math.
package surface

import (
	"fmt"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A Point is a place on the plane of the parameters. A Surface of one parameter leaves Y 0.
type Point struct{ X, Y float64 }

// A Box is a part of the plane: what a picture shows.
type Box struct{ X0, X1, Y0, Y1 float64 }

// A Kind is an objective with options yet to be set.
type Kind struct {
	Name    string   // in an experiment's text: "rosenbrock"
	Title   string   // for people: "Rosenbrock's valley"
	About   string   // what it is for, with its source
	Formula string   // of the loss, in the notation of package formula
	Dim     int      // parameters, 1 or 2
	Options []Option // what can be set
	Start   Point    // where runs begin if nothing else is said
	Box     Box      // shown if nothing else is said

	functions []string // that compute it, the one with the loss first
	build     func(v []float64) *Problem
}

// An Option is a number, or one of some words, that a Kind depends on.
type Option struct {
	Name     string // "Condition"
	About    string
	Default  float64
	Min, Max float64  // both allowed
	Integer  bool     // no fractions
	Words    []string // what the numbers 0, 1, ... are called, if they are choices
}

// A Problem is an objective with its options set.
type Problem struct {
	Kind    *Kind
	Values  []float64 // of the options
	Samples int       // of the data that the loss is a mean over, 0 for a closed form

	Minima  []Point // the lowest first
	Maxima  []Point
	Saddles []Point
	Least   float64 // loss at Minima[0], in float64

	// Source is the text of the Go functions that compute the loss and its gradient, with a
	// type parameter T, and Call that of a call of the first one, with the options set, for
	// parameters p and gradient g. Where there are data, Setup is the statement that makes
	// them, for a type T, and Call names them and the samples, which may be nil. The functions
	// use packages math and kernels.
	Source, Setup, Call string

	eval32  func(samples []int, p, g []float32) float32
	eval64  func(samples []int, p, g []float64) float64
	hessian func(p Point) Hessian
	fisher  func(p Point) Hessian // nil if the loss is no likelihood
}

// A Hessian is the matrix of second derivatives. XY and YY are 0 where there is no Y.
type Hessian struct{ XX, XY, YY float64 }

// Find returns the kind of a name, or nil.
func Find(name string) *Kind {
	for _, k := range Kinds() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// New returns the problem with the values of the options, which are the defaults if there
// are none. An error names the option and the value.
func (k *Kind) New(values ...float64) (*Problem, error) {
	v := make([]float64, len(k.Options))
	for i, o := range k.Options {
		v[i] = o.Default
	}
	if len(values) > 0 && len(values) != len(v) {
		return nil, fmt.Errorf("%s: %d values for %d options", k.Name, len(values), len(v))
	}
	copy(v, values)
	for i, o := range k.Options {
		if err := o.Check(v[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", k.Name, err)
		}
	}
	p := k.build(v)
	p.Kind, p.Values, p.Source = k, v, source(k.functions)
	p.Least = p.loss(p.Minima[0])
	return p, nil
}

// Check returns an error that names the option unless it can have the value.
func (o Option) Check(v float64) error {
	switch {
	case !(v >= o.Min && v <= o.Max):
		return fmt.Errorf("%s = %v, want %v to %v", o.Name, v, o.Min, o.Max)
	case (o.Integer || o.Words != nil) && v != float64(int(v)):
		return fmt.Errorf("%s = %v, want a whole number", o.Name, v)
	}
	return nil
}

// Eval returns the loss at p and stores its gradient in g unless that is nil. Both have
// length Dim. The loss is the mean over the samples, all of them if samples is nil; a
// closed form has none and ignores them.
func Eval[T kernels.Float](p *Problem, samples []int, at, g []T) T {
	if unsafe.Sizeof(T(0)) == 4 {
		return T(p.eval32(samples, any(at).([]float32), any(g).([]float32)))
	}
	return T(p.eval64(samples, any(at).([]float64), any(g).([]float64)))
}

// Hessian returns the second derivatives of the loss over all samples.
func (p *Problem) Hessian(at Point) Hessian { return p.hessian(at) }

// Fisher returns the Fisher information of the model whose likelihood the loss is the mean of,
// over all samples, and whether there is one.
func (p *Problem) Fisher(at Point) (h Hessian, ok bool) {
	if p.fisher == nil {
		return h, false
	}
	return p.fisher(at), true
}

// loss is Eval of a Point over all samples.
func (p *Problem) loss(at Point) float64 {
	return p.eval64(nil, []float64{at.X, at.Y}[:p.Kind.Dim], nil)
}
