package gonumopt

import (
	"errors"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"gonum.org/v1/gonum/optimize"
)

// A search is a run of [OWLQN].
type search struct {
	loc    *optimize.Location // where optimize evaluates
	l1     []float64
	memory memory

	// What is known of the last major iteration's point.
	x, grad []float64
	pseudo  []float64 // of least magnitude among the subgradients of the sum
	f       float64   // with the penalty

	dir, work []float64
}

func newSearch(loc *optimize.Location, l1 []float64, store int) *search {
	if store == 0 {
		store = 15
	}
	room := func() []float64 { return make([]float64, len(loc.X)) }
	s := &search{loc: loc, l1: l1, memory: memory{most: store}, x: room(), grad: room(), pseudo: room(), dir: room(), work: room()}
	copy(s.x, loc.X)
	s.f = loc.F + s.penalty(loc.X)
	return s
}

// penalty returns the sum of λ*|x|.
func (s *search) penalty(x []float64) float64 {
	for i, v := range x {
		s.work[i] = math.Abs(v)
	}
	return kernels.Dot(s.l1, s.work)
}

// arrive takes the gradient at the location, and puts that of the sum in its place.
func (s *search) arrive() {
	copy(s.grad, s.loc.Gradient)
	for i, g := range s.grad {
		switch x, l1 := s.x[i], s.l1[i]; {
		case x > 0 || x == 0 && g < -l1:
			s.pseudo[i] = g + l1
		case x < 0 || x == 0 && g > l1:
			s.pseudo[i] = g - l1
		default:
			s.pseudo[i] = 0
		}
	}
	s.loc.F = s.f
	copy(s.loc.Gradient, s.pseudo)
}

// epsilon is the distance from 1 to the next number.
const epsilon = 0x1p-52

// The errors of step.
var (
	errNoStep = errors.New("no step lowers the function")
	errEnded  = errors.New("optimize has ended the run")
)

// step goes to a point that is lower, and evaluates the gradient there.
func (s *search) step(do func(optimize.Operation) bool) error {
	err := s.descend(do)
	if err == errNoStep && len(s.memory.pairs) > 0 {
		// A direction that rounding, or a function with bends, has spoiled.
		s.memory.forget()
		err = s.descend(do)
	}
	if err != nil {
		return err
	}
	if !do(optimize.GradEvaluation) {
		return errEnded
	}
	s.memory.add(s.x, s.loc.X, s.grad, s.loc.Gradient)
	copy(s.x, s.loc.X)
	return nil
}

// descend goes along a direction as far as it leads down, and not beyond the orthant.
func (s *search) descend(do func(optimize.Operation) bool) error {
	for size := s.direct(); size > 0 && s.move(size); size /= 2 {
		kernels.Sub(s.work, s.loc.X, s.x)
		foreseen := kernels.Dot(s.pseudo, s.work)
		if foreseen <= 0 && foreseen >= -epsilon*math.Abs(s.f) {
			break // rounding would hide it
		}
		if !do(optimize.FuncEvaluation) {
			return errEnded
		}
		f := s.loc.F + s.penalty(s.loc.X)
		if foreseen < 0 && f <= s.f+float64(1e-4*foreseen) {
			s.f = f
			return nil
		}
	}
	return errNoStep
}

// direct sets the direction, and returns the size of the first step to try.
func (s *search) direct() (size float64) {
	copy(s.dir, s.pseudo)
	s.memory.multiply(s.dir)
	kernels.Scal(-1, s.dir)
	// A variable at 0, or one that a step would lead there, keeps to the sign of steepest
	// descent, so that the step still leads down where it is cut off. The others may go as the
	// curvature says if they lead down by themselves.
	if !s.align(s.turns) {
		s.align(func(int) bool { return true })
	}
	if len(s.memory.pairs) > 0 && kernels.Dot(s.dir, s.pseudo) < 0 {
		return 1
	}
	s.memory.forget()
	copy(s.dir, s.pseudo)
	kernels.Scal(-1, s.dir)
	return min(1/kernels.Nrm2(s.dir), math.MaxFloat64)
}

// turns reports whether a variable under a penalty is at 0, or a step of size 1 would lead
// it there or beyond.
func (s *search) turns(i int) bool {
	x, to := s.x[i], s.x[i]+s.dir[i]
	return !(x > 0 && to > 0 || x < 0 && to < 0)
}

// align sets the direction to 0 where it has not the sign of steepest descent, at those
// variables under a penalty for which of returns true. It reports whether the direction
// leads down, or nowhere, along all others together.
func (s *search) align(of func(i int) bool) bool {
	var others float64
	for i, p := range s.pseudo {
		if s.l1[i] == 0 || !of(i) {
			others += float64(s.dir[i] * p)
		} else if !(s.dir[i]*p < 0) {
			s.dir[i] = 0
		}
	}
	return others <= 0
}

// move sets the location to the point at a distance of size directions, with 0 for what
// would leave the orthant. It reports false if nothing has moved.
func (s *search) move(size float64) bool {
	copy(s.loc.X, s.x)
	kernels.Axpy(size, s.dir, s.loc.X)
	for i, x := range s.x {
		if s.l1[i] == 0 {
			continue
		}
		side := x
		if x == 0 {
			side = -s.pseudo[i]
		}
		if (s.loc.X[i] > 0) != (side > 0) || (s.loc.X[i] < 0) != (side < 0) {
			s.loc.X[i] = 0
		}
	}
	return !slices.Equal(s.loc.X, s.x)
}
