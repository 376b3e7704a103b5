// Package gradcheck compares the gradients that an objective computes with differences of
// its losses, and says where they are wrong.
//
//	r, err := gradcheck.CheckGradient(params, objective, gradcheck.Options{})
//	if err != nil {
//		t.Fatal(err) // nothing could be said
//	}
//	if !r.OK() {
//		t.Error(r)
//	}
//
// It belongs into the test of every gradient that is written by hand: a training with a
// wrong one mostly goes down as well, only not as far.
package gradcheck

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/train"
)

// Options are those of [CheckGradient]. The zero value is good.
type Options struct {
	// Tolerance is the largest relative error of a right gradient: 0 means 1e-5 for float64
	// and 1e-2 for float32. Besides, a gradient may be apart from the differences by what
	// the rounding of the loss makes of these.
	Tolerance float64

	// Samples is how many elements of each parameter to look at, each of which takes two
	// calls of the objective: all of them if there are no more. 0 means 50. The elements
	// with the largest gradients are always among them, up to a half; the others are drawn.
	Samples int

	// Seed is that of the draw.
	Seed uint64

	// Batch is what the objective is called with. Parts of 0 means 1, as in a run without
	// MicroBatches.
	Batch train.Batch
}

// CheckGradient compares the gradients of an objective at the parameters' present values with
// central differences of its losses,
//
//	(f(x+h) - f(x-h)) / (2h)
//
// element by element, at steps of 2^-16 (float64) or 2^-7 (float32) times the element, or 1
// if that is larger, and down to 1/4096 of that where the two differ. The differences
// are those of the numbers that the parameters' type has there. An element where the slopes
// to either side differ however small the step is a kink, as ReLU has at 0: any gradient
// between the two is right.
//
// A Report tells how it went. An error means that there is none: options or parameters that
// are bad, as in optim.New, or BF16; an error of the objective, or gradients that are not those of
// the parameters; two calls that give two losses or two gradients, as those of an objective
// with random numbers that do not follow from the batch; an objective that changes the
// parameters; and a loss or a gradient that is not finite. The parameters are as before in
// any case, after a panic of the objective, too.
//
// A check in float64 sees far more than one in float32. Objectives written for both types
// should be checked in float64. Without batches the Samples are nil: give Options.Batch
// those of a small mini-batch.
func CheckGradient[T kernels.Float](params []optim.Param[T], f train.Objective[T], o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, fmt.Errorf("gradcheck: %w", err)
	}
	if f == nil {
		return Report{}, fmt.Errorf("gradcheck: nil Objective")
	}
	// New knows what is wrong with parameters.
	opt, err := optim.New(optim.SGD{LR: 1}, params)
	if err != nil {
		return Report{}, fmt.Errorf("gradcheck: %w", err)
	}
	for _, p := range params {
		if len(p.BF16) > 0 {
			return Report{}, fmt.Errorf("gradcheck: parameter %q is BF16, in which differences are mostly rounding: check the objective in float64 or float32", p.Name)
		}
	}
	c := newChecker(params, f, o, opt.NewGradients())
	defer c.restore()
	r, err := c.run()
	if err != nil {
		return Report{}, fmt.Errorf("gradcheck: %w", err)
	}
	return r, nil
}

// check returns an error if an option is out of its domain.
func (o Options) check() error {
	if err := domain.Real("Tolerance", o.Tolerance, domain.NonNegative); err != nil {
		return err
	}
	return domain.Whole("Samples", o.Samples, 0)
}
