package race

import (
	"errors"
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/kernels"
)

// A curved run steps by the gradient divided by a matrix, computed in float64: Newton's
// method by the Hessian where it is, natural gradient descent by the Fisher matrix there, and
// preconditioned descent by the Hessian of the start, of which it takes the magnitudes.
type curved[T kernels.Float] struct {
	ground[T]
	run    spec.Run
	matrix func(at surface.Point) surface.Hessian
}

func newCurved[T kernels.Float](s *spec.State, run spec.Run) (*curved[T], error) {
	c := &curved[T]{ground: newGround[T](s), run: run}
	problem := s.Surface
	switch run.Method {
	case "Newton":
		c.matrix = problem.Hessian
	case "NaturalGradient":
		if _, ok := problem.Fisher(s.Start); !ok {
			return nil, fmt.Errorf("%s is no model of probabilities and has no Fisher matrix", problem.Kind.Name)
		}
		c.matrix = func(at surface.Point) surface.Hessian {
			f, _ := problem.Fisher(at)
			return f
		}
	case "Preconditioned":
		fixed := problem.Hessian(point(c.p))
		if !run.Full {
			fixed.XY = 0
		}
		c.run.Absolute = true
		c.matrix = func(surface.Point) surface.Hessian { return fixed }
	default:
		return nil, fmt.Errorf("no method %q", run.Method)
	}
	return c, nil
}

var errSingular = errors.New("the matrix has the eigenvalue 0: there is no step")

// singular returns errSingular with what helps against it.
func singular(run spec.Run) error {
	if run.Method == "Preconditioned" {
		return errSingular
	}
	return fmt.Errorf("%w, unless Damping is set", errSingular)
}

func (c *curved[T]) step() (stride, error) {
	at := point(c.p)
	g := point(c.slope(false))
	x, y, ok := c.divide(at, g)
	if !ok {
		return stride{}, singular(c.run)
	}
	c.p[0] = T(at.X - float64(c.run.LR*x))
	if len(c.p) > 1 {
		c.p[1] = T(at.Y - float64(c.run.LR*y))
	}
	return stride{gradient: g, rate: c.run.LR, clip: 1}, nil
}

// divide returns the gradient divided by the matrix at a point.
func (c *curved[T]) divide(at, g surface.Point) (x, y float64, ok bool) {
	m := c.matrix(at)
	return solve(m.XX, m.XY, m.YY, c.run.Damping, c.run.Absolute, g.X, g.Y)
}
