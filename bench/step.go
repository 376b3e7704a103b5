package bench

import (
	"fmt"
	"math"
	"runtime"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim"
)

// A whole step of package optim reads all gradients for their norm, and then
// updates every parameter: it can be as fast as two limit probes, one for each
// pass. The step cases measure how near it comes, what a second worker is worth,
// and what it costs that the parameters are many.

// Numbers of parameters' elements in a step.
const (
	stepSmall = 1000 // not worth a second worker
	stepLarge = 16 << 20

	// Many small tensors, against a single one with all their elements.
	stepTensors, tensorLen = 1000, 1000
)

// Bytes behind an element of a step: of p, g, m and v; and what is read and
// written: the gradient once more than the update does.
const (
	stepBytes   = 4 * 4
	stepTraffic = 4 + 7*4
	updateBytes = 7 * 4 // of the update alone
)

// stepCases make the step cases' data and contenders, for one level.
type stepCases struct {
	level kernels.Level
	pool  *pools[float32]
}

// stepSpecs lists the step cases, for the level that is active now.
func stepSpecs(c Caches) []Spec {
	s := &stepCases{kernels.ActiveLevel(), newPools[float32]()}
	var all []Spec
	add := func(op string, n int, build func(m *Arena, op string, n int) *Case) {
		all = append(all, Spec{
			Ops: []string{op}, Type: "f32", N: n, Place: c.place(n * stepBytes), Step: true,
			Build: func(m *Arena) *Case {
				runtime.GC() // the state of an earlier case's optimizers is large
				return build(m, op, n)
			},
		})
	}
	for _, n := range []int{stepSmall, stepTensors * tensorLen, stepLarge} {
		add("Step", n, s.probed)
	}
	for _, n := range []int{stepSmall, stepTensors * tensorLen, stepLarge} {
		add("Step/workers=2", n, s.workers)
	}
	add("Step/tensors=1000", stepTensors*tensorLen, s.tensors)
	for _, n := range []int{stepTensors * tensorLen, stepLarge} {
		add("Step/unchecked", n, s.unchecked)
	}
	return all
}

// probed sets a step beside its two probes.
func (s *stepCases) probed(m *Arena, op string, n int) *Case {
	return s.besideProbes(m, op, n, stepTraffic, optim.ClipNorm(1))
}

// unchecked sets a step that does not look at the gradients beforehand beside the probe
// of its only pass.
func (s *stepCases) unchecked(m *Arena, op string, n int) *Case {
	return s.besideProbes(m, op, n, updateBytes, optim.Unchecked())
}

func (s *stepCases) besideProbes(m *Arena, op string, n, bytes int, option optim.Option) *Case {
	m.reset(2 * room(4*n))
	p, g := s.data(m, n)
	c := &Case{Bytes: bytes * n, Reset: func() { fill(p, s.pool.signed) }}
	c.Contenders = append(c.Contenders, s.contender(op, Kernel, newStep(vectors(p, n), vectors(g, n), option)))
	// The optimizer keeps its moments to itself: the probes have others, from
	// where it takes its own. Where memory comes from can change its pace.
	moments, squares := make([]float32, n), make([]float32, n)
	fill(moments, s.pool.signed)
	fill(squares, s.pool.positive)
	read := kerneltest.Probe("Read1", s.level, &kerneltest.Args[float32]{Vec: [][]float32{g}})
	update := kerneltest.Probe("Move103", s.level, &kerneltest.Args[float32]{Vec: [][]float32{p, g, moments, squares}})
	if read == nil || update == nil {
		return c // the generic level has none
	}
	c.Contenders = append(c.Contenders, s.contender(op, Limit, func(reps int) (r float64) {
		for range reps { // both passes in turn, as in a step
			if bytes == stepTraffic {
				r += read(1)
			}
			r += update(1)
		}
		return r
	}))
	return c
}

// workers sets a step with two workers beside a step with one, on the same
// parameters and gradients.
func (s *stepCases) workers(m *Arena, op string, n int) *Case {
	m.reset(2 * room(4*n))
	p, g := s.data(m, n)
	c := &Case{Bytes: stepTraffic * n, Reset: func() { fill(p, s.pool.signed) }}
	c.Contenders = []Contender{
		s.contender(op, OneWorker, newStep(vectors(p, n), vectors(g, n), optim.ClipNorm(1))),
		s.contender(op, Kernel, newStep(vectors(p, n), vectors(g, n), optim.ClipNorm(1), optim.Workers(2))),
	}
	for i := range c.Contenders {
		c.Contenders[i].Wall = true
	}
	return c
}

// tensors sets a step of many small parameters beside a step of a large one with
// the same values.
func (s *stepCases) tensors(m *Arena, op string, n int) *Case {
	m.reset(2*room(4*n) + 2*(n/tensorLen)*(4*tensorLen+cacheLine))
	p, g := s.data(m, n)
	small := func(large []float32) (copies [][]float32) {
		for _, x := range vectors(large, tensorLen) {
			tensor := slice[float32](m, tensorLen)
			copy(tensor, x)
			copies = append(copies, tensor)
		}
		return copies
	}
	ps, gs := small(p), small(g)
	return &Case{
		Bytes: stepTraffic * n,
		Contenders: []Contender{
			s.contender(op, OneTensor, newStep(vectors(p, n), vectors(g, n), optim.ClipNorm(1))),
			s.contender(op, Kernel, newStep(ps, gs, optim.ClipNorm(1))),
		},
		Reset: func() {
			fill(p, s.pool.signed)
			for i, x := range vectors(p, tensorLen) {
				copy(ps[i], x)
			}
		},
	}
}

// data lays out parameters and gradients.
func (s *stepCases) data(m *Arena, n int) (p, g []float32) {
	p, g = slice[float32](m, n), slice[float32](m, n)
	fill(p, s.pool.signed)
	fill(g, s.pool.signed)
	return p, g
}

// vectors cuts x into vectors of n elements.
func vectors(x []float32, n int) (all [][]float32) {
	for ; len(x) > 0; x = x[n:] {
		all = append(all, x[:n:n])
	}
	return all
}

// contender makes a contender of the step cases' level.
func (s *stepCases) contender(op string, role Role, run func(int) float64) Contender {
	return Contender{Op: op, Role: role, Level: s.level, Prepare: func() { setLevel(s.level) }, Run: run}
}

// newStep returns a function that takes steps of Adam. It returns the norm of all
// gradients, or the number of the step where that is not computed.
func newStep(p, g [][]float32, options ...optim.Option) func(reps int) float64 {
	params := make([]optim.Param[float32], len(p))
	for i := range p {
		params[i] = optim.Param[float32]{Name: fmt.Sprint("p", i), Value: p[i]}
	}
	rule := optim.Adam{LR: adam.LR, Beta1: adam.Beta1, Beta2: adam.Beta2, Eps: adam.Eps}
	opt, err := optim.New(rule, params, options...)
	if err != nil {
		panic(err) // the options are ours
	}
	return func(reps int) (norm float64) {
		for range reps {
			r, err := opt.Step(g)
			if err != nil || r.Skipped {
				panic(fmt.Sprintf("bench: step of ordinary gradients: %v, %+v", err, r))
			}
			if norm = r.GradNorm; math.IsNaN(norm) {
				norm = float64(r.Step)
			}
		}
		return norm
	}
}
