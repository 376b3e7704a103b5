package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A unit of a network that dies, or one that hardly learns, has gradients of zero
// or nearly so. Adam's moments of it then decay, through the least normal numbers
// into the subnormal ones, where IEEE rounding holds them: 0.9 times four units
// of the last place is four units again. Most processors are many times slower
// there. The decay case measures how much slower a step gets, at its worst.

// decayReps bounds the steps from one state: few enough to stay in its phase.
const decayReps = 32

// regime is a kind of gradient.
type regime[T kernels.Float] struct {
	op       string
	gradient func(normal T) float64
}

// regimes returns the gradients to compare; the first are the ordinary ones.
func regimes[T kernels.Float]() []regime[T] {
	// Of the tiny ones the first moment is a normal number, and their squares
	// are subnormal.
	tiny, subnormal := 1e-20, 1e-40
	if sizeOf[T]() == 8 {
		tiny, subnormal = 1e-160, 1e-310
	}
	return []regime[T]{
		{"Adam/normal", func(x T) float64 { return float64(x) }},
		{"Adam/dead", func(T) float64 { return 0 }},
		{"Adam/tiny", func(x T) float64 { return float64(x) * tiny }},
		{"Adam/subnormal", func(x T) float64 { return float64(x) * subnormal }},
	}
}

// minNormal returns the least normal number.
func minNormal[T kernels.Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-126
	}
	return 0x1p-1022
}

// decaySteps returns the numbers of steps after which to look: at the start,
// when each moment reaches the kernels' threshold and when it reaches the
// subnormal numbers, and in the end. The elements' magnitudes differ, so at
// those steps some have arrived and others have not.
func decaySteps[T kernels.Float]() []float64 {
	steps := []float64{0}
	for _, moment := range []struct {
		beta      float64
		threshold T
	}{{adam.Beta1, generic.Tiny[T]()}, {adam.Beta2, generic.Floor[T]()}} {
		for _, x := range []float64{float64(moment.threshold), minNormal[T]()} {
			steps = append(steps, math.Log(x/1.5)/math.Log(moment.beta)-decayReps/2)
		}
	}
	return append(steps, 1e7)
}

// decayed returns a moment after steps with the same input, of a moment that was
// start, in plain IEEE arithmetic.
func decayed[T kernels.Float](start, input, beta, steps float64) T {
	x := input + (start-input)*math.Pow(beta, steps)
	// A product with beta rounds to itself once beta takes away less than half a
	// unit of the last place.
	unit := minNormal[T]() * ulp[T]()
	held := math.Floor(0.4/(1-beta)) * unit
	if start != 0 && math.Abs(x) < held {
		x = math.Copysign(held, start)
	}
	return T(x)
}

// ulp returns the distance from 1 to the next number.
func ulp[T kernels.Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

// decaySpec describes the decay case: for every kind of gradient and every phase
// of the decay each level and the plain loop, at a size that fits the second
// level cache. A phase's contenders share their operation's name: the slowest
// phase is what counts.
func decaySpec[T kernels.Float](o *operation[T], typ string, c Caches, pool *pools[T]) Spec {
	n := c.L2 / 2 / o.bytesPerElement() / 64 * 64
	s := Spec{Type: typ, N: n, Place: L2}
	for _, r := range regimes[T]() {
		s.Ops = append(s.Ops, r.op)
	}
	s.Build = func(m *Arena) *Case {
		shape := o.shape(n)
		a, streams, _ := o.arguments(m, shape, pool)
		build := &Case{Bytes: o.traffic(shape), Flops: o.Flops * n, Probe: o.Probe, ProbeWork: probeTraffic(o.Probe, streams)}
		for _, r := range regimes[T]() {
			for _, steps := range decaySteps[T]() {
				prepare := o.decayState(a, pool, r, steps)
				add := func(role Role, l kernels.Level, run func(int) float64) {
					build.Contenders = append(build.Contenders, Contender{
						Op: r.op, Role: role, Level: l, Prepare: prepare, MaxReps: decayReps, Run: run})
				}
				add(Naive, 0, o.naive(a))
				for _, l := range kernels.Levels() {
					add(Kernel, l, o.Bind(tableOf[T](l), a))
				}
			}
			for _, l := range kernels.Levels() {
				if probe := kerneltest.Probe(o.Probe, l, &kerneltest.Args[T]{Vec: streams}); probe != nil {
					build.Contenders = append(build.Contenders, Contender{Op: r.op, Role: Limit, Level: l, Run: probe})
				}
			}
		}
		return build
	}
	return s
}

// decayState returns a function that fills the arguments of Adam with the state
// after so many steps of the gradients.
func (o *operation[T]) decayState(a *kerneltest.Args[T], pool *pools[T], r regime[T], steps float64) func() {
	state := map[string][]T{"p": pool.signed}
	for _, x := range pool.signed {
		g := r.gradient(x)
		start := float64(x)
		state["g"] = append(state["g"], T(g))
		state["m"] = append(state["m"], decayed[T](start, g, adam.Beta1, steps))
		state["v"] = append(state["v"], decayed[T](start*start, g*g, adam.Beta2, steps))
	}
	return func() {
		for i, p := range o.Vectors() {
			fill(a.Vec[i], state[p.Name])
		}
	}
}
