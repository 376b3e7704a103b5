package kernels_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// threshold is the documented one below which gradients and stored first moments
// count as zero.
func threshold[T kernels.Float]() T {
	f := 0x1p-959
	if size[T]() == 4 {
		f = 0x1p-95
	}
	return T(f)
}

// floor is the documented least value of a second moment.
func floor[T kernels.Float]() T {
	f := 0x1p-968
	if size[T]() == 4 {
		f = 0x1p-102
	}
	return T(f)
}

// below returns the next T towards zero.
func below[T kernels.Float](x T) T {
	if size[T]() == 4 {
		return T(math.Nextafter32(float32(x), 0))
	}
	return T(math.Nextafter(float64(x), 0))
}

// kind says what a rule does with a state vector.
type kind int

const (
	moment kind = iota // flushed: a first moment, a velocity
	square             // kept at or above the floor: a second moment
	sum                // that, and it never decays
	total              // flushed, and it never decays: a sum of gradients
	other              // what is no moment
)

// stored checks what the contract promises of a state vector after a step: +0 or not
// below the threshold, or not below the floor; so never subnormal.
func stored[T kernels.Float](t *testing.T, k kind, what string, step int, x []T) {
	t.Helper()
	for i, v := range x {
		a := math.Abs(float64(v))
		switch k {
		case moment, total:
			if a < float64(threshold[T]()) && math.Float64bits(float64(v)) != 0 {
				t.Fatalf("step %d: %s[%d] = %g is stored, neither +0 nor at least %g", step, what, i, v, threshold[T]())
			}
		case square, sum:
			if !(v >= floor[T]()) {
				t.Fatalf("step %d: %s[%d] = %g is stored, not at least %g", step, what, i, v, floor[T]())
			}
		}
	}
}

// stateKinds are the kinds of the update kernels' vectors beside p and g.
var stateKinds = map[string]kind{"buf": moment, "m": moment, "avg": moment, "acc": moment, "v": square,
	"s": moment, "sum": sum, "vmax": sum, "lin": total, "u": other, "z": other, "r": other}

// momentRule is a kernel with state.
type momentRule[T kernels.Float] struct {
	name  string
	state []kind
	step  func(p, g []T, s [][]T)
}

// momentRules returns all kernels with state. Every average keeps beta of itself and
// takes gain of what comes in, of squares root². The eps of those that gather steps
// in a velocity, or squares of steps, is large: it keeps these small.
func momentRules[T kernels.Float](t *testing.T, scale, beta, gain, root, eps, lr T) []momentRule[T] {
	t.Helper()
	coefs := map[string]T{"scale": scale, "l2": 0, "wd": 0, "decay": 1, "root": root, "eps": eps,
		"mu": beta, "beta1": beta, "beta2": beta, "alpha": beta, "rho": beta,
		"omb1": gain, "omb2": gain, "oma": gain,
		"beta3": beta, "gain": gain, "share": gain, "grow": 0, "inverse": 1, "beta": 1, "l1": 0,
		"lr": lr, "step": lr, "stepGrad": lr, "stepMoment": lr, "average": lr, "look": -lr / 10}
	public := oracles[T](t)
	var all []momentRule[T]
	for _, op := range kerneltest.Ops[T]() {
		if op.Family != "update" || op.Name == "ProdigyStep" { // which only reads its moments
			continue
		}
		rule, args := momentRule[T]{name: op.Name}, kerneltest.Args[T]{}
		c := &call[T]{op: op}
		for _, p := range op.Params {
			coef, known := coefs[p.Name]
			switch k, vector := stateKinds[p.Name]; {
			case p.Name == "p" || p.Name == "g":
			case vector:
				rule.state = append(rule.state, k)
			case known && p.Name == "eps" && (c.has("alpha") || c.has("rho")):
				args.Scalar = append(args.Scalar, 1)
			case known:
				args.Scalar = append(args.Scalar, coef)
			default:
				t.Fatalf("%s has a parameter %s, of which neither the kind nor a value is known here", op.Name, p.Name)
			}
		}
		rule.step = func(p, g []T, s [][]T) {
			args.Vec = args.Vec[:0]
			for _, v := range op.Vectors() {
				switch v.Name {
				case "p":
					args.Vec = append(args.Vec, p)
				case "g":
					args.Vec = append(args.Vec, g)
				default:
					args.Vec = append(args.Vec, s[0])
					s = s[1:]
				}
			}
			public[op.Name].public(&call[T]{op: op, args: &args})
		}
		if rule.state != nil {
			all = append(all, rule)
		}
	}
	return all
}

// dying returns gradients that lead to tiny moments in many ways: after a few
// ordinary steps they vanish, become tiny or subnormal, or change their signs.
func dying[T kernels.Float](step, i int) T {
	tiny := least[T]()
	th := threshold[T]()
	if step < 2 {
		return T(1+i%5) - 3
	}
	all := []T{0, T(math.Copysign(0, -1)), T(1e-20), -T(1e-20), tiny, -tiny, 1000 * tiny, th, -th,
		below(th), -below(th), 3 * th, T(math.Sqrt(float64(th))), T(math.Sqrt(float64(tiny))), T(math.Sqrt(float64(th))) * 2}
	g := all[i%len(all)]
	if i%2 == 1 && step%2 == 1 {
		g = -g
	}
	if step > 400 {
		return 0
	}
	return g
}

// TestStoredMoments lets moments decay, long enough that plain arithmetic would
// have left subnormal numbers behind, and looks at all that is stored on the way.
func TestStoredMoments(t *testing.T) {
	onEveryLevel(t, storedMoments[float32], storedMoments[float64])
}

func storedMoments[T kernels.Float](t *testing.T) {
	const n, steps = 45, 800
	// A decay fast enough to pass the exponents in a modest number of steps.
	beta := T(0.7)
	if size[T]() == 8 {
		beta = 0.1
	}
	root := T(math.Sqrt(float64(1 - beta)))
	for _, rule := range momentRules[T](t, 1, beta, 1-beta, root, 1e-8, 0.1) {
		p, g := make([]T, n), make([]T, n)
		state := zeroState[T](rule, n)
		for step := range steps {
			for i := range g {
				g[i] = dying[T](step, i)
			}
			rule.step(p, g, state)
			for i, k := range rule.state {
				stored(t, k, fmt.Sprintf("%s's state %d", rule.name, i), step, state[i])
			}
		}
		// In the end all gradients were 0. Of a dead unit's state nothing is left.
		for i, k := range rule.state {
			end := map[kind]T{moment: 0, square: floor[T]()}
			if want, ok := end[k]; ok {
				for j, v := range state[i] {
					if v != want {
						t.Fatalf("%s: after %d steps element %d of state %d is %g, want %g", rule.name, steps, j, i, v, want)
					}
				}
			}
		}
	}
}

func zeroState[T kernels.Float](rule momentRule[T], n int) [][]T {
	state := make([][]T, len(rule.state))
	for i := range state {
		state[i] = make([]T, n)
	}
	return state
}

// TestThresholds checks the documented thresholds themselves, to the last bit.
func TestThresholds(t *testing.T) { onEveryLevel(t, thresholds[float32], thresholds[float64]) }

func thresholds[T kernels.Float](t *testing.T) {
	th, fl, inf, nan := threshold[T](), floor[T](), T(math.Inf(1)), T(math.NaN())
	in := []T{th, -th, below(th), -below(th), 2 * th, fl, below(fl), -fl, 2 * fl,
		least[T](), -least[T](), 0, T(math.Copysign(0, -1)), inf, -inf, nan, 1, -1}
	flushed := []T{th, -th, 0, 0, 2 * th, 0, 0, 0, 0, 0, 0, 0, 0, inf, -inf, nan, 1, -1}
	kept := []T{th, fl, below(th), fl, 2 * th, fl, fl, fl, 2 * fl, fl, fl, fl, fl, inf, fl, nan, 1, fl}
	n := len(in)
	check := func(what string, got []T, want func(i int) T) {
		t.Helper()
		for i := range got {
			if g, w := got[i], want(i); g != w && (g == g || w == w) || g == 0 && math.Signbit(float64(g)) {
				t.Errorf("%s of %g is %g, want %g", what, in[i], g, w)
			}
		}
	}
	zeros := func() []T { return make([]T, n) }

	// Gradients: what SGD subtracts from 0, far above the threshold again.
	up := 1 / th
	p := zeros()
	kernels.SGD(p, in, kernels.SGDCoef[T]{Scale: up, LR: -1})
	check("SGD's gradient", p, func(i int) T { return up * flushed[i] })

	// State that only decays, by the factor 1, with dead gradients: one vector of
	// each rule after the other.
	for _, rule := range momentRules[T](t, 1, 1, 0, 0, 1, 1) {
		for i, k := range rule.state {
			state := zeroState[T](rule, n)
			copy(state[i], in)
			rule.step(zeros(), zeros(), state)
			what := fmt.Sprintf("%s's state %d", rule.name, i)
			switch {
			case rule.name == "Adadelta" && k == moment:
				check(what, state[i], func(i int) T { return flushed[i] + 0*in[i] }) // a dead gradient times an infinite ratio
			case k == moment || k == total:
				check(what, state[i], func(i int) T { return flushed[i] })
			case rule.name == "AMSGrad" && k == sum:
				check(what, state[i], func(i int) T { // a maximum, which passes over NaN
					if in[i] != in[i] {
						return fl
					}
					return kept[i]
				})
			case k == square || k == sum:
				check(what, state[i], func(i int) T { return kept[i] })
			}
		}
	}

	// Gradients of the rules with state, through a coefficient that lifts them.
	for _, rule := range momentRules[T](t, up, 0, 1, 1, 1, 0) {
		state := zeroState[T](rule, n)
		rule.step(zeros(), in, state)
		for i, k := range rule.state {
			what := fmt.Sprintf("in %s's state %d the gradient", rule.name, i)
			switch {
			case strings.HasPrefix(rule.name, "RMSprop") || rule.name == "Adadelta":
				// Quotients, or a variance that this decay makes 0 or NaN.
			case rule.name == "AdaBelief" && k == square: // that of the gradient from itself
			case k == moment:
				check(what, state[i], func(i int) T { return up * flushed[i] })
			case k == square || k == sum:
				check(what, state[i], func(i int) T {
					if d := up * flushed[i]; d != 0 {
						return d * d
					}
					return fl
				})
			}
		}
	}
}
