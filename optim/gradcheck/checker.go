package gradcheck

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/flat"
	"github.com/seed63264101/steepest/optim/train"
)

// A checker is one check.
type checker[T kernels.Float] struct {
	params []optim.Param[T]
	values [][]T // before
	f      train.Objective[T]
	o      Options

	grads *optim.Gradients[T]
	loss  float64 // at the parameters' values
	grad  []T
	precision
}

func newChecker[T kernels.Float](params []optim.Param[T], f train.Objective[T], o Options, grads *optim.Gradients[T]) *checker[T] {
	c := &checker[T]{params: params, f: f, o: o, grads: grads, precision: precisionOf[T]()}
	if o.Tolerance > 0 {
		c.tolerance = o.Tolerance
	}
	if o.Samples == 0 {
		c.o.Samples = 50
	}
	if o.Batch.Parts == 0 {
		c.o.Batch.Parts = 1
	}
	for _, p := range params {
		c.values = append(c.values, slices.Clone(p.Value))
	}
	return c
}

// restore sets the parameters to what they were.
func (c *checker[T]) restore() {
	for i, p := range c.params {
		copy(p.Value, c.values[i])
	}
}

// call calls the objective.
func (c *checker[T]) call() (loss float64, err error) {
	c.grads.Reset()
	if loss, err = c.f(c.o.Batch, c.grads); err != nil {
		return 0, fmt.Errorf("objective: %w", err)
	}
	return loss, nil
}

// point calls the objective at the parameters' values.
func (c *checker[T]) point() (loss float64, grad []T, err error) {
	if loss, err = c.call(); err != nil {
		return 0, nil, err
	}
	for i, p := range c.params {
		for k, v := range p.Value {
			if v != c.values[i][k] {
				return 0, nil, fmt.Errorf("the objective changes the parameter %q: element %d was %v and is %v", p.Name, k, c.values[i][k], v)
			}
		}
		grad = append(grad, p.Value...)
	}
	if err := flat.Gradients(grad, c.params, c.grads); err != nil {
		return 0, nil, fmt.Errorf("objective: %w", err)
	}
	return loss, grad, nil
}

// start finds loss and gradients, and that they are always the same.
func (c *checker[T]) start() (err error) {
	for i, values := range c.values {
		for k, v := range values {
			if v-v != 0 {
				return fmt.Errorf("parameter %q: element %d is %v", c.params[i].Name, k, v)
			}
		}
	}
	if c.loss, c.grad, err = c.point(); err != nil {
		return err
	}
	if c.loss-c.loss != 0 {
		return fmt.Errorf("the loss is %v", c.loss)
	}
	begin := 0
	for _, p := range c.params {
		for k, g := range c.grad[begin:][:len(p.Value)] {
			if g-g != 0 {
				return fmt.Errorf("the gradient of parameter %q is %v at element %d", p.Name, g, k)
			}
		}
		begin += len(p.Value)
	}
	loss, grad, err := c.point()
	switch {
	case err != nil:
		return err
	case loss != c.loss:
		return fmt.Errorf("the objective is not deterministic: two calls at one point give the losses %v and %v", c.loss, loss)
	case !slices.Equal(grad, c.grad):
		return fmt.Errorf("the objective is not deterministic: two calls at one point give two gradients")
	}
	return nil
}

// run checks the gradients.
func (c *checker[T]) run() (Report, error) {
	if err := c.start(); err != nil {
		return Report{}, err
	}
	r := Report{Elements: len(c.grad), Tolerance: c.tolerance}
	least, most := math.Inf(1), math.Inf(-1) // of gradient over difference
	begin := 0
	for i, p := range c.params {
		grad := c.grad[begin:][:len(p.Value)]
		begin += len(p.Value)
		for _, k := range sample(grad, c.o.Samples, kernels.Philox{Seed: c.o.Seed, Stream: uint64(i)}) {
			e, isKink, err := c.element(i, k, float64(grad[k]))
			if err != nil {
				return Report{}, err
			}
			r.Checked++
			if isKink {
				if r.Kinks++; r.Kinks == 1 {
					r.Kink = e
				}
				continue
			}
			if e.Error > c.tolerance {
				r.Wrong++
				least, most = min(least, e.Gradient/e.Difference), max(most, e.Gradient/e.Difference)
			}
			if e.Error > r.Worst.Error || r.Worst.Index == nil {
				r.Worst = e
			}
		}
	}
	if r.Wrong > 1 && most-least <= 2*c.tolerance*math.Abs(most) {
		r.Factor = (least + most) / 2
	}
	return r, nil
}

// element checks a gradient, and reports whether there is a kink.
func (c *checker[T]) element(param, k int, gradient float64) (e Element, isKink bool, err error) {
	p := c.params[param]
	x := float64(p.Value[k])
	e = Element{Param: p.Name, Index: place(k, p.Shape), Value: x, Gradient: gradient}
	var ds []difference
	for h := c.stepAt(x); len(ds) <= finer; h /= 4 {
		d, err := c.difference(&p.Value[k], h)
		if err != nil {
			return e, false, err
		}
		allowed := 0.0
		if len(ds) == 0 {
			allowed = d.noise // finer ones must do without, or all would be right in the end
		}
		if ds = append(ds, d); d.errorOf(gradient, allowed) <= c.tolerance {
			return e.with(d, allowed), false, nil
		}
	}
	if d, is := kink(ds, gradient, c.tolerance); is {
		return e.with(d, 0), true, nil
	}
	return e.with(steadiest(ds), 0), false, nil
}

// difference returns the slopes of the loss from x-h to x+h, or the numbers next to them.
func (c *checker[T]) difference(x *T, h float64) (difference, error) {
	at := *x
	defer func() { *x = at }()
	*x = T(float64(at) + h)
	right := float64(*x) - float64(at)
	above, err := c.call()
	if err != nil {
		return difference{}, err
	}
	*x = T(float64(at) - h)
	left := float64(at) - float64(*x)
	below, err := c.call()
	if err != nil {
		return difference{}, err
	}
	return difference{
		below:   (c.loss - below) / left,
		above:   (above - c.loss) / right,
		central: (above - below) / (left + right),
		noise:   c.rounding * max(math.Abs(above), math.Abs(below)) / h,
	}, nil
}

// place returns the indices of element k in a shape.
func place(k int, shape []int) []int {
	index := []int{k}
	for i := len(shape) - 1; i > 0; i-- {
		rest := index[0]
		index[0] = rest % shape[i]
		index = slices.Insert(index, 0, rest/shape[i])
	}
	return index
}
