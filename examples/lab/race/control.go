package race

import (
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A control is a descent in float32 whose numbers are rounded to the nearest ones of the run's
// formats after each step.
type control struct {
	*descent[float32]
	run spec.Run
}

func newControl(s *spec.State, run spec.Run) (*control, error) {
	plain := run.Twin()
	plain.Rule = controlRule{run.Rule, run.State}
	d, err := newDescent[float32](s, plain)
	if err != nil {
		return nil, err
	}
	c := &control{d, run}
	c.round()
	return c, nil
}

func (c *control) step() (stride, error) {
	taken, err := c.descent.step()
	c.round()
	return taken, err
}

// round rounds the parameters.
func (c *control) round() {
	if c.run.Params != spec.Native {
		nearest16(c.p)
	}
}

// A controlRule is an element-wise rule whose state is rounded to the nearest numbers of a format.
type controlRule struct {
	optim.Rule
	format optim.Format
}

func (r controlRule) Float32() (optim.Updater[float32], error) {
	u, err := r.Rule.Float32()
	return &controlUpdater{u, r}, err
}

type controlUpdater struct {
	optim.Updater[float32]
	rule controlRule
}

// Init sets the state to what the rule's begins with.
func (u *controlUpdater) Init(p []float32, state [][]float32) {
	if i, ok := u.Updater.(optim.Initializer[float32]); ok {
		i.Init(p, state)
	}
	u.round(state)
}

func (u *controlUpdater) Update(p, g []float32, state [][]float32) {
	u.Updater.Update(p, g, state)
	u.round(state)
}

// Carried returns the numbers that the rule carries from step to step.
func (u *controlUpdater) Carried() []optim.Number {
	if c, ok := u.Updater.(optim.Carrier); ok {
		return c.Carried()
	}
	return nil
}

func (u *controlUpdater) round(state [][]float32) {
	for i := range u.rule.State() {
		switch u.rule.format {
		case optim.BFloat16:
			nearest16(state[i])
		case optim.Int8:
			nearest8(state[i], signed(u.rule.Rule, i))
		}
	}
}

// nearest16 rounds to the nearest bfloat16.
func nearest16(x []float32) {
	b := make([]kernels.BFloat16, len(x))
	kernels.RoundBF16(b, x)
	kernels.WidenBF16(x, b)
}

// nearest8 rounds the few elements of a vector to the nearest values that their block's 8 bits
// have, of two as near to that of the even code.
func nearest8(x []float32, signed bool) {
	v := kernels.NewVector8(len(x))
	all := kernels.NewVector8(kernels.BlockLen8)
	for i := range all.Codes {
		all.Codes[i] = uint8(i)
	}
	if signed {
		kernels.QuantizeSigned(v, x, kernels.Rounding{})
	} else {
		kernels.QuantizeUnsigned(v, x, kernels.Rounding{})
	}
	all.Exponents[0] = v.Exponents[0]
	values := decoded(all, signed)
	for i, e := range x {
		best, least := values[0], math.Inf(1)
		for c, value := range values {
			vanishes := !signed && c == 0 && e != 0
			away := math.Abs(value - float64(e))
			if !vanishes && (away < least || away == least && c%2 == 0) {
				best, least = value, away
			}
		}
		x[i] = float32(best)
	}
}
