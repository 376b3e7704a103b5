package optim

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// start sets the oracle's state to what the rule starts from.
func (o *oracle) start() {
	o.product = 1
	o.more = map[string][]float64{}
	for _, name := range o.rule.State() {
		o.more[name] = make([]float64, len(o.p))
	}
	switch r := o.rule.(type) {
	case Adagrad:
		for i := range o.p {
			o.more["sum"][i] = r.InitialAccumulatorValue
		}
	case ScheduleFreeAdamW:
		copy(o.more["z"], o.p)
		o.more["x"] = slices.Clone(o.p)
	}
}

// adaptive takes a step of one of the later rules, and reports false for the
// others.
func (o *oracle) adaptive(g []float64, lr float64) bool {
	t := float64(o.t)
	p := o.p
	switch r := o.rule.(type) {
	case Adagrad:
		s := o.more["sum"]
		for i := range p {
			d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
			s[i] += d * d
			p[i] -= lr / (1 + (t-1)*r.LRDecay) * d / (math.Sqrt(s[i]) + r.Eps)
		}
	case RMSprop:
		v, a, b := o.more["square_avg"], o.more["grad_avg"], o.more["momentum_buffer"]
		for i := range p {
			d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
			v[i] = r.Alpha*v[i] + (1-r.Alpha)*d*d
			spread := v[i]
			if r.Centered {
				a[i] = r.Alpha*a[i] + (1-r.Alpha)*d
				spread -= a[i] * a[i]
			}
			step := d / (math.Sqrt(spread) + r.Eps)
			if r.Momentum > 0 {
				b[i] = r.Momentum*b[i] + step
				step = b[i]
			}
			p[i] -= lr * step
		}
	case Adadelta:
		v, a := o.more["square_avg"], o.more["acc_delta"]
		for i := range p {
			d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
			v[i] = r.Rho*v[i] + (1-r.Rho)*d*d
			x := math.Sqrt(a[i]+r.Eps) / math.Sqrt(v[i]+r.Eps) * d
			a[i] = r.Rho*a[i] + (1-r.Rho)*x*x
			p[i] -= lr * x
		}
	case Adamax:
		m, u := o.more["exp_avg"], o.more["exp_inf"]
		for i := range p {
			d := ascend(g[i], r.Maximize) + r.WeightDecay*p[i]
			m[i] = r.Beta1*m[i] + (1-r.Beta1)*d
			u[i] = max(r.Beta2*u[i], math.Abs(d)+r.Eps)
			p[i] -= lr / (1 - math.Pow(r.Beta1, t)) * m[i] / u[i]
		}
	case NAdam:
		mu := r.Beta1 * (1 - 0.5*math.Pow(0.96, t*r.MomentumDecay))
		next := r.Beta1 * (1 - 0.5*math.Pow(0.96, (t+1)*r.MomentumDecay))
		o.product = float64(float32(o.product) * float32(mu))
		nextProduct := float64(float32(o.product) * float32(mu) * float32(next))
		for i := range p {
			d := o.decayed(i, ascend(g[i], r.Maximize), lr, r.WeightDecay, r.DecoupledWeightDecay)
			o.moments(i, d, r.Beta1, r.Beta2)
			denom := math.Sqrt(o.v[i]/(1-math.Pow(r.Beta2, t))) + r.Eps
			p[i] -= lr * (1 - mu) / (1 - o.product) * d / denom
			p[i] -= lr * next / (1 - nextProduct) * o.m[i] / denom
		}
	case RAdam:
		last := 2/(1-r.Beta2) - 1
		rho := last - 2*t*math.Pow(r.Beta2, t)/(1-math.Pow(r.Beta2, t))
		for i := range p {
			d := o.decayed(i, ascend(g[i], r.Maximize), lr, r.WeightDecay, r.DecoupledWeightDecay)
			o.moments(i, d, r.Beta1, r.Beta2)
			step := o.m[i] / (1 - math.Pow(r.Beta1, t))
			if rho > 5 {
				rect := math.Sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
				step *= rect * math.Sqrt(1-math.Pow(r.Beta2, t)) / (math.Sqrt(o.v[i]) + r.Eps)
			}
			p[i] -= lr * step
		}
	case Lion: // Chen et al. 2023, program 1
		m := o.more["exp_avg"]
		for i := range p {
			d := ascend(g[i], r.Maximize)
			update := 0.0
			switch c := r.Beta1*m[i] + (1-r.Beta1)*d; {
			case c > 0:
				update = 1
			case c < 0:
				update = -1
			}
			p[i] -= lr * (update + r.WeightDecay*p[i])
			m[i] = r.Beta2*m[i] + (1-r.Beta2)*d
		}
	case LARS: // You et al. 2017, algorithm 1
		w, n := euclid(p), euclid(g)
		local := 1.0
		if w > 0 && n > 0 {
			local = r.TrustCoefficient * w / (n + r.WeightDecay*w)
		}
		v := o.more["momentum_buffer"]
		for i := range p {
			v[i] = r.Momentum*v[i] + lr*local*(ascend(g[i], r.Maximize)+r.WeightDecay*p[i])
			p[i] -= v[i]
		}
	case LAMB: // You et al. 2020, algorithm 2
		direction := make([]float64, len(p))
		for i := range p {
			o.moments(i, ascend(g[i], r.Maximize), r.Beta1, r.Beta2)
			mhat := o.m[i] / (1 - math.Pow(r.Beta1, t))
			vhat := o.v[i] / (1 - math.Pow(r.Beta2, t))
			direction[i] = mhat/(math.Sqrt(vhat)+r.Eps) + r.WeightDecay*p[i]
		}
		ratio := 1.0
		if w, n := euclid(p), euclid(direction); w > 0 && n > 0 {
			ratio = w / n
		}
		for i := range p {
			p[i] -= lr * ratio * direction[i]
		}
	case ScheduleFreeAdamW: // Defazio et al. 2024, algorithm 1, all three sequences
		gamma := lr * math.Sqrt(1-math.Pow(r.Beta2, t))
		if r.WarmupSteps > 0 {
			gamma *= min(1, t/float64(r.WarmupSteps))
		}
		o.largest = max(o.largest, gamma)
		o.weighted += o.largest * o.largest
		c := o.largest * o.largest / o.weighted
		x, z := o.more["x"], o.more["z"]
		for i := range p {
			y, d := p[i], ascend(g[i], r.Maximize)
			o.v[i] = r.Beta2*o.v[i] + (1-r.Beta2)*d*d
			z[i] -= gamma*d/(math.Sqrt(o.v[i])+r.Eps) + gamma*r.WeightDecay*y
			x[i] = (1-c)*x[i] + c*z[i]
			p[i] = (1-r.Beta1)*z[i] + r.Beta1*x[i]
		}
	default:
		return false
	}
	return true
}

// decayed applies the weight decay, to the gradient d or to the parameter itself.
func (o *oracle) decayed(i int, d, lr, decay float64, decoupled bool) float64 {
	if !decoupled {
		return d + decay*o.p[i]
	}
	o.p[i] -= lr * decay * o.p[i]
	return d
}

func (o *oracle) moments(i int, d, beta1, beta2 float64) {
	o.m[i] = beta1*o.m[i] + (1-beta1)*d
	o.v[i] = beta2*o.v[i] + (1-beta2)*d*d
}

func euclid(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}

// TestLongFormulas runs every rule beside its formulas in float64, over vectors
// of several blocks and many steps at a constant rate.
func TestLongFormulas(t *testing.T) {
	const steps = 60
	for _, rule := range some(variants) {
		rng := rand.New(rand.NewPCG(31, 32))
		lengths := []int{9000, 3}
		params := random[float64](rng, lengths...)
		params[1] = []float64{0, 0, 0} // a norm of 0
		oracles := []*oracle{newOracle(rule, slices.Clone(params[0])), newOracle(rule, slices.Clone(params[1]))}
		opt := mustNew(t, rule, named(params))
		for step := range steps {
			grads := random[float64](rng, lengths...)
			mustStep(t, opt, grads)
			for i, o := range oracles {
				o.step(grads[i], rule.rate())
				if worst := deviation(params[i], o.p); !(worst <= 1e-11) {
					t.Fatalf("%s %+v, step %d: parameter %d is off by %.3g", rule.Name(), rule, step+1, i, worst)
				}
			}
		}
	}
}

// TestLionSign: where there is no gradient and no moment, nothing moves.
func TestLionSign(t *testing.T) {
	p := []float64{1, 1, 1, 1}
	opt := mustNew(t, NewLion(0.25), named([][]float64{p}))
	mustStep(t, opt, [][]float64{{0, math.Copysign(0, -1), 1e-30, -1e30}})
	if want := []float64{1, 1, 0.75, 1.25}; !slices.Equal(p, want) {
		t.Errorf("parameters %v, want %v", p, want)
	}
}

// TestTrustRatios: hand-computed first steps of LARS and LAMB, and parameters or
// gradients without a norm.
func TestTrustRatios(t *testing.T) {
	step := func(rule Rule, p, g []float64) []float64 {
		mustStep(t, mustNew(t, rule, named([][]float64{p})), [][]float64{g})
		return p
	}
	lars := LARS{LR: 0.5, TrustCoefficient: 0.1}
	adam := LAMB{LR: 0.5, Eps: 1e-300} // without moments its direction is the sign
	for _, c := range []struct {
		rule    Rule
		p, g    []float64
		want    []float64
		comment string
	}{
		// |p| = 5, |g| = 10: 0.5 * 0.1 * 5/10 = 0.025.
		{lars, []float64{3, 4}, []float64{6, 8}, []float64{3 - 0.15, 4 - 0.2}, "ratio"},
		{lars, []float64{0, 0}, []float64{6, 8}, []float64{-3, -4}, "p = 0"},
		{lars, []float64{3, 4}, []float64{0, 0}, []float64{3, 4}, "g = 0"},
		// 0.5 * 0.1 * 5/(10+0.5*5) = 0.02.
		{with(lars, func(r *LARS) { r.WeightDecay = 0.5 }), []float64{3, 4}, []float64{6, 8},
			[]float64{3 - 0.02*7.5, 4 - 0.02*10}, "decay"},
		// The direction is (1, 1), |p|/|r| = 5/sqrt(2).
		{adam, []float64{3, 4}, []float64{7, 9}, []float64{3 - 2.5/math.Sqrt2, 4 - 2.5/math.Sqrt2}, "ratio"},
		{adam, []float64{0, 0}, []float64{7, -9}, []float64{-0.5, 0.5}, "p = 0"},
		{adam, []float64{3, 4}, []float64{0, 0}, []float64{3, 4}, "r = 0"},
	} {
		if got := step(c.rule, slices.Clone(c.p), c.g); !(deviation(got, c.want) <= 1e-14) {
			t.Errorf("%s, %s: %v, want %v", c.rule.Name(), c.comment, got, c.want)
		}
	}

	// Ratios beyond the largest float32 must not make NaN of zeros.
	for _, rule := range []Rule{NewLARS(1), with(NewLAMB(1), func(r *LAMB) { r.WeightDecay = 0 })} {
		p := []float32{1e30, 0, -1e30}
		opt := mustNew(t, rule, named([][]float32{p}))
		for range 3 {
			mustStep(t, opt, [][]float32{{1e-44, 0, 0}})
		}
		if p[0] != p[0] || p[1] != 0 || p[2] != p[2] {
			t.Errorf("%s: subnormal gradients gave %v", rule.Name(), p)
		}
	}
}

// TestParts: updates of the parts of a parameter, in any order, give the bits of
// an update of the whole.
func TestParts(t *testing.T) {
	t.Run("float32", testParts[float32])
	t.Run("float64", testParts[float64])
}

func testParts[T kernels.Float](t *testing.T) {
	block := blockLen[T]()
	n := 3*block + 5
	for _, rule := range some(variants) {
		rng := rand.New(rand.NewPCG(33, 34))
		whole, parts := mustUpdater[T](t, rule), mustUpdater[T](t, rule)
		p := random[T](rng, n)[0]
		q := slices.Clone(p)
		newSlots := func(p []T) [][]T {
			state := newState([]Param[T]{{"p", p}}, slots(rule))[0]
			initState(whole, p, state)
			return state
		}
		sp, sq := newSlots(p), newSlots(q)
		part := make([][]T, len(sq))
		for step := 1; step <= 7; step++ {
			g := random[T](rng, n)[0]
			k := tick{t: step, lr: rule.rate(), scale: 0.5}
			whole.prepare(k)
			parts.prepare(k)
			whole.update(p, g, sp)

			each := func(f func(i, lo, hi int)) {
				for _, i := range rng.Perm(4) {
					lo, hi := i*block, min(n, i*block+block)
					for s := range sq {
						part[s] = sq[s][lo:hi]
					}
					f(i, lo, hi)
				}
			}
			trust, ok := parts.(trustUpdater[T])
			if !ok {
				each(func(_, lo, hi int) { parts.update(q[lo:hi], g[lo:hi], part) })
				continue
			}
			var pps, dds [4]float64
			each(func(i, lo, hi int) { pps[i], dds[i] = trust.direct(q[lo:hi], g[lo:hi], part) })
			var pp, dd float64
			for i := range pps {
				pp, dd = pp+pps[i], dd+dds[i]
			}
			each(func(_, lo, hi int) { trust.apply(q[lo:hi], g[lo:hi], part, pp, dd) })
		}
		same := slices.Equal(p, q)
		for s := range sp {
			same = same && slices.Equal(sp[s], sq[s])
		}
		if !same {
			t.Errorf("%s %+v: parts differ from the whole", rule.Name(), rule)
		}
	}
}

func mustUpdater[T kernels.Float](t *testing.T, rule Rule) updater[T] {
	t.Helper()
	u, err := newUpdater[T](rule)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestNoSubnormalState lets gradients die away and looks at the state after every
// step.
func TestNoSubnormalState(t *testing.T) {
	defer kernels.SetLevel(kernels.ActiveLevel())
	for _, level := range kernels.Levels() {
		if err := kernels.SetLevel(level); err != nil {
			t.Fatal(err)
		}
		t.Run("float32/"+level.String(), testNoSubnormalState[float32])
		t.Run("float64/"+level.String(), testNoSubnormalState[float64])
	}
}

func testNoSubnormalState[T kernels.Float](t *testing.T) {
	least, steps, factor := 0x1p-126, 300, 0.6
	if _, ok := any(T(0)).(float64); ok {
		least, steps, factor = 0x1p-1022, 900, 0.3
	}
	for _, rule := range append(slices.Clone(variants),
		Momentum{LR: 0.1, Momentum: 0.3},
		Adam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8, AMSGrad: true},
		Adagrad{LR: 0.1, InitialAccumulatorValue: 1e-310, Eps: 1e-10},
		RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8},
		RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Momentum: 0.2},
		RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Centered: true},
		RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Momentum: 0.2, Centered: true},
		Adadelta{LR: 1, Rho: 0.3, Eps: 1e-6},
		Adamax{LR: 0.1, Beta1: 0.3, Beta2: 0.3, Eps: 1e-8},
		NAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8},
		RAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8}, // never rectified
		RAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.7, Eps: 1e-8},
		Lion{LR: 0.1, Beta1: 0.3, Beta2: 0.4},
		LARS{LR: 0.1, Momentum: 0.3, TrustCoefficient: 0.001},
		LAMB{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-6},
		with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.Beta2 = 0.4 }),
	) {
		p := []T{0.5, -2, 1, 3, 0, 1}
		opt := mustNew(t, rule, named([][]T{p}))
		size := 1.0
		for step := range steps {
			g := []T{T(size), T(-size), T(size * size), 0, T(least / 8), T(math.Sin(float64(step)) * size)}
			mustStep(t, opt, [][]T{g})
			size *= factor
			// Scratch vectors are no state.
			for s, name := range rule.State() {
				if name == "z" {
					continue // a parameter
				}
				for i, v := range opt.params[0].state[s] {
					if a := math.Abs(float64(v)); a > 0 && a < least || v != v {
						t.Fatalf("%s %+v, step %d: %s[%d] = %g", rule.Name(), rule, step+1, name, i, v)
					}
				}
			}
		}
	}
}

// TestSameBitsEverywhere: what every rule computes is known to the bit, on any
// machine. A rule that was changed on purpose changes its sum here.
func TestSameBitsEverywhere(t *testing.T) {
	want := map[string]uint64{
		"SGD{0.1 0 false}":                                  0x7524754610d948bf,
		"SGD{0.1 0.02 true}":                                0xb8b47f6f8ae7be0a,
		"Momentum{0.05 0.9 0 false 0 false}":                0xe049ba7924a265bc,
		"Momentum{0.05 0.8 0.3 false 0.02 false}":           0x80f91f79157d972d,
		"Momentum{0.05 0.9 0.5 false 0 true}":               0x18d5cee6c5b4a4cd,
		"Momentum{0.05 0.9 0 true 0.02 false}":              0xd604717ae37bbfa1,
		"Adam{0.01 0.9 0.999 1e-08 0 false false}":          0x8ab47cdd98c0c362,
		"Adam{0.02 0.8 0.99 0.0001 0.03 false true}":        0xdac633c070a05a7a,
		"Adam{0.02 0 0 0.001 0 false false}":                0x34db7a2558c57b03,
		"AdamW{0.01 0.9 0.999 1e-08 0.01 false false}":      0x89ee1e3dde561bfd,
		"AdamW{0.02 0.8 0.99 0.0001 0.3 false true}":        0x41968b8994618df6,
		"Adam{0.02 0.8 0.5 0.0001 0.03 true false}":         0x2faf1a33f16b967b,
		"AdamW{0.02 0.8 0.5 0.0001 0.3 true true}":          0x83864854ecf47561,
		"Adagrad{0.05 0 0 1e-10 0 false}":                   0xa92592e61e34783,
		"Adagrad{0.1 0.1 0.2 0.0001 0.02 true}":             0xc98f934a2dfdf7a5,
		"RMSprop{0.01 0.99 1e-08 0 false 0 false}":          0x72b350c6ffe3a0ac,
		"RMSprop{0.02 0.9 0.0001 0.8 false 0.02 true}":      0x7f2d222a5ea36de9,
		"RMSprop{0.02 0.9 0.01 0 true 0.02 false}":          0x44a0f17164029a0a,
		"RMSprop{0.02 0.8 0.01 0.5 true 0 true}":            0x6f56f57199441ffa,
		"Adadelta{1 0.9 1e-06 0 false}":                     0xee63c5b96bad4c8f,
		"Adadelta{0.5 0.8 0.0001 0.02 true}":                0xc2b477adca3956dc,
		"Adamax{0.01 0.9 0.999 1e-08 0 false}":              0xbbc006b9126441ff,
		"Adamax{0.02 0.8 0.9 0.001 0.02 true}":              0x34cf201085e37794,
		"NAdam{0.01 0.9 0.999 1e-08 0.004 0 false false}":   0xb089e2e13098acc7,
		"NAdam{0.02 0.8 0.99 0.0001 0.5 0.02 false true}":   0xcf32cf367bd6b1f0,
		"NAdam{0.02 0.8 0.99 0.0001 0 0.3 true false}":      0xb95fe1cf0917e037,
		"RAdam{0.01 0.9 0.999 1e-08 0 false false}":         0x8ed8d7033a70734,
		"RAdam{0.02 0.8 0.9 0.0001 0.02 false true}":        0xa52c0be045c2acb9,
		"RAdam{0.02 0.8 0.95 0.0001 0.3 true false}":        0x20592ae47f616120,
		"Lion{0.01 0.9 0.99 0 false}":                       0xf46beaeafecd3c2a,
		"Lion{0.02 0.8 0.9 0.3 true}":                       0xbf33a6bdf64b0603,
		"LARS{1 0.9 0.001 0 false}":                         0xbd45e6d2ce032c87,
		"LARS{0.5 0.8 0.1 0.02 true}":                       0xaf1eac451ee519f9,
		"LAMB{0.01 0.9 0.999 1e-06 0.01 false}":             0x3098012ab64128f4,
		"LAMB{0.02 0.8 0.99 0.0001 0.3 true}":               0x3f45b1d780d84ebc,
		"ScheduleFreeAdamW{0.02 0.9 0.999 1e-08 0 0 false}": 0x800ef8bed351f561,
		"ScheduleFreeAdamW{0.02 0.8 0.9 0.0001 0.1 5 true}": 0xf2606c53c3f9e456,
	}
	for _, rule := range variants {
		h := fnv.New64a()
		digest[float32](t, rule, h)
		digest[float64](t, rule, h)
		name := fmt.Sprintf("%s%v", rule.Name(), rule)
		if got := h.Sum64(); got != want[name] {
			t.Errorf("%q: %#x,", name, got)
		}
	}
}

func digest[T kernels.Float](t *testing.T, rule Rule, h io.Writer) {
	// Whole numbers, because the package of random numbers rounds differently on
	// different machines.
	rng := rand.New(rand.NewPCG(41, 42))
	draw := func() [][]T {
		xs := [][]T{make([]T, 3), make([]T, 100)}
		for _, x := range xs {
			for i := range x {
				x[i] = T(rng.IntN(4001)-2000) / 512
			}
		}
		return xs
	}
	opt := mustNew(t, rule, named(draw()), ClipNorm(7), WithLossScale(3), WithSchedule(Cosine{TMax: 30}))
	for range 20 {
		mustStep(t, opt, draw())
	}
	for _, b := range opt.bits() {
		binary.Write(h, binary.LittleEndian, b)
	}
}

// TestInitialState: what does not start at zero.
func TestInitialState(t *testing.T) {
	adagrad := mustNew(t, Adagrad{LR: 1, InitialAccumulatorValue: 0.5, Eps: 1}, named([][]float64{{3, 4}}))
	if got := adagrad.params[0].state[0]; !slices.Equal(got, []float64{0.5, 0.5}) {
		t.Errorf("Adagrad's sum starts at %v", got)
	}
	free := mustNew(t, NewScheduleFreeAdamW(1), named([][]float64{{3, 4}}))
	if got := free.params[0].state[0]; !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("ScheduleFreeAdamW's z starts at %v", got)
	}
}

// TestEvalMode: the evaluation point is the paper's x, and coming back restores
// the parameters' bits.
func TestEvalMode(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testEvalMode[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testEvalMode[float64](t, 1e-14) })
}

func testEvalMode[T kernels.Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(35, 36))
	rule := ScheduleFreeAdamW{LR: 0.1, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.1, WarmupSteps: 4}
	params := random[T](rng, 50)
	o := newOracle(rule, to[float64](params[0]))
	opt := mustNew(t, rule, named(params))
	for step := range 20 {
		grads := random[T](rng, 50)
		mustStep(t, opt, grads)
		o.step(to[float64](grads[0]), rule.LR)

		y := slices.Clone(params[0])
		for range 2 { // twice is once
			opt.EvalMode()
		}
		if worst := deviation(params[0], o.more["x"]); !(worst <= 20*tol) {
			t.Fatalf("step %d: the evaluation point is off by %.3g", step+1, worst)
		}
		x := slices.Clone(params[0])
		_, err := opt.Step(grads)
		wantError(t, err, "ScheduleFreeAdamW", "TrainMode")
		if !slices.Equal(x, params[0]) || opt.Steps() != step+1 {
			t.Fatal("a refused step changed something")
		}
		for range 2 {
			opt.TrainMode()
		}
		if !slices.Equal(y, params[0]) {
			t.Fatal("TrainMode does not restore the parameters")
		}
	}

	// Other rules have one point only.
	adam := mustNew(t, NewAdam(0.1), named(params))
	before := slices.Clone(params[0])
	adam.EvalMode()
	if !slices.Equal(before, params[0]) {
		t.Error("EvalMode changes the parameters of Adam")
	}
	mustStep(t, adam, random[T](rng, 50))
}

// TestScheduleFreeCarries: the weights of the average survive freezing, and
// parameters that took different steps keep their own.
func TestScheduleFreeCarries(t *testing.T) {
	rule := with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 3 })
	falling := WithSchedule(ScheduleFunc(func(base float64, step int) float64 { return base / float64(1+step) }))
	rng := rand.New(rand.NewPCG(39, 40))
	params := random[float64](rng, 4, 4)
	a, b := newOracle(rule, slices.Clone(params[0])), newOracle(rule, slices.Clone(params[1]))
	opt := mustNew(t, rule, named(params), falling)
	freeze := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range 12 {
		// p1 rests for three steps, then p0, so that both have taken equally many.
		switch step {
		case 2:
			freeze(opt.Freeze("p1"))
		case 5:
			freeze(opt.Thaw("p1"))
			freeze(opt.Freeze("p0"))
		case 8:
			freeze(opt.Thaw("p0"))
		}
		grads := random[float64](rng, 4, 4)
		r := mustStep(t, opt, grads)
		if step < 5 || step >= 8 {
			a.step(grads[0], r.LR)
		}
		if step < 2 || step >= 5 {
			b.step(grads[1], r.LR)
		}
		for i, o := range []*oracle{a, b} {
			if worst := deviation(params[i], o.p); !(worst <= 1e-12) {
				t.Fatalf("step %d: parameter %d is off by %.3g", step+1, i, worst)
			}
		}
	}
}

// TestScheduleFreeAverages: on a quadratic with noisy gradients the average ends
// nearer to the minimum than the point where gradients are taken.
func TestScheduleFreeAverages(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	p := slices.Repeat([]float64{5}, 100)
	opt := mustNew(t, with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = 20 }), named([][]float64{p}))
	g := make([]float64, len(p))
	for range 2000 {
		for i := range g {
			g[i] = p[i] + 2*rng.NormFloat64()
		}
		mustStep(t, opt, [][]float64{g})
	}
	y := euclid(p)
	opt.EvalMode()
	if x := euclid(p); !(x < y/1.2 && x < 2) {
		t.Errorf("the average's distance is %v, the gradient point's %v", x, y)
	}
}

// TestNAdamResumes: the product of the momenta follows from the step number.
func TestNAdamResumes(t *testing.T) {
	for _, rule := range []NAdam{NewNAdam(0.1), {LR: 0.1, Beta1: 0.99, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 3}} {
		kept := &nadam[float64]{opts: rule.kernelOptions()}
		for step := 1; step <= 6000; step++ {
			k := tick{t: step, lr: 0.1, scale: 1}
			kept.prepare(k)
			if step%97 > 1 && step > 5 {
				continue
			}
			fresh := &nadam[float64]{opts: rule.kernelOptions()}
			fresh.prepare(k)
			if kept.coef != fresh.coef {
				t.Fatalf("%+v: the coefficients of step %d depend on the steps before: %+v, %+v", rule, step, kept.coef, fresh.coef)
			}
		}
	}
}

func TestBadAdaptiveRules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	type bad struct {
		rule Rule
		want string // parts, separated by spaces
	}
	var cases []bad
	add := func(want string, rules ...Rule) {
		for _, r := range rules {
			cases = append(cases, bad{r, r.Name() + " " + want})
		}
	}
	for _, v := range []float64{-1, nan, inf} {
		add(fmt.Sprintf("LR %v", v), NewAdagrad(v), NewRMSprop(v), NewAdadelta(v), NewAdamax(v), NewNAdam(v), NewRAdam(v),
			NewLion(v), NewLARS(v), NewLAMB(v), NewScheduleFreeAdamW(v))
		add(fmt.Sprintf("WeightDecay %v", v),
			with(NewAdagrad(1), func(r *Adagrad) { r.WeightDecay = v }),
			with(NewRMSprop(1), func(r *RMSprop) { r.WeightDecay = v }),
			with(NewAdadelta(1), func(r *Adadelta) { r.WeightDecay = v }),
			with(NewAdamax(1), func(r *Adamax) { r.WeightDecay = v }),
			with(NewNAdam(1), func(r *NAdam) { r.WeightDecay = v }),
			with(NewRAdam(1), func(r *RAdam) { r.WeightDecay = v }),
			with(NewLion(1), func(r *Lion) { r.WeightDecay = v }),
			with(NewLARS(1), func(r *LARS) { r.WeightDecay = v }),
			with(NewLAMB(1), func(r *LAMB) { r.WeightDecay = v }),
			with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.WeightDecay = v }))
		add(fmt.Sprintf("LRDecay %v", v), with(NewAdagrad(1), func(r *Adagrad) { r.LRDecay = v }))
		add(fmt.Sprintf("InitialAccumulatorValue %v", v),
			with(NewAdagrad(1), func(r *Adagrad) { r.InitialAccumulatorValue = v }))
		add(fmt.Sprintf("MomentumDecay %v", v), with(NewNAdam(1), func(r *NAdam) { r.MomentumDecay = v }))
	}
	for _, v := range []float64{0, -1e-8, nan, inf} {
		add(fmt.Sprintf("Eps %v", v),
			with(NewAdagrad(1), func(r *Adagrad) { r.Eps = v }),
			with(NewRMSprop(1), func(r *RMSprop) { r.Eps = v }),
			with(NewAdadelta(1), func(r *Adadelta) { r.Eps = v }),
			with(NewAdamax(1), func(r *Adamax) { r.Eps = v }),
			with(NewNAdam(1), func(r *NAdam) { r.Eps = v }),
			with(NewRAdam(1), func(r *RAdam) { r.Eps = v }),
			with(NewLAMB(1), func(r *LAMB) { r.Eps = v }),
			with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Eps = v }))
		add(fmt.Sprintf("TrustCoefficient %v", v), with(NewLARS(1), func(r *LARS) { r.TrustCoefficient = v }))
	}
	for _, v := range []float64{1, -0.1, nan, inf} {
		add(fmt.Sprintf("Beta1 %v", v),
			with(NewAdamax(1), func(r *Adamax) { r.Beta1 = v }),
			with(NewNAdam(1), func(r *NAdam) { r.Beta1 = v }),
			with(NewRAdam(1), func(r *RAdam) { r.Beta1 = v }),
			with(NewLion(1), func(r *Lion) { r.Beta1 = v }),
			with(NewLAMB(1), func(r *LAMB) { r.Beta1 = v }),
			with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Beta1 = v }))
		add(fmt.Sprintf("Beta2 %v", v),
			with(NewAdamax(1), func(r *Adamax) { r.Beta2 = v }),
			with(NewNAdam(1), func(r *NAdam) { r.Beta2 = v }),
			with(NewRAdam(1), func(r *RAdam) { r.Beta2 = v }),
			with(NewLion(1), func(r *Lion) { r.Beta2 = v }),
			with(NewLAMB(1), func(r *LAMB) { r.Beta2 = v }),
			with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Beta2 = v }))
		add(fmt.Sprintf("Alpha %v", v), with(NewRMSprop(1), func(r *RMSprop) { r.Alpha = v }))
		add(fmt.Sprintf("Rho %v", v), with(NewAdadelta(1), func(r *Adadelta) { r.Rho = v }))
		add(fmt.Sprintf("Momentum %v", v),
			with(NewRMSprop(1), func(r *RMSprop) { r.Momentum = v }),
			with(NewLARS(1), func(r *LARS) { r.Momentum = v }))
	}
	add("Beta1 0 (0,", with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Beta1 = 0 }))
	add("WarmupSteps -3", with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.WarmupSteps = -3 }))
	add("Beta1 float32", with(NewNAdam(1), func(r *NAdam) { r.Beta1 = 1 - 1e-9 }))
	add("Eps 1e-320 subnormal", with(NewAdamax(1), func(r *Adamax) { r.Eps = 1e-320 }))
	for _, c := range cases {
		want := strings.Split(c.want, " ")
		_, err := New(c.rule, []Param[float64]{{"w", []float64{1}}})
		wantError(t, err, want...)
		_, err = New(c.rule, []Param[float32]{{"w", []float32{1}}})
		wantError(t, err, want...)
	}

	// Fine in float64, but not once rounded.
	for _, c := range []bad{
		{with(NewAdamax(1), func(r *Adamax) { r.Eps = 1e-35 }), "Eps 1e-35 float32"},
		{with(NewRAdam(1), func(r *RAdam) { r.Beta2 = 1 - 1e-9 }), "Beta2 float32"},
		{with(NewAdagrad(1), func(r *Adagrad) { r.InitialAccumulatorValue = 1e39 }), "InitialAccumulatorValue 1e+39 float32"},
		{with(NewLAMB(1), func(r *LAMB) { r.Eps = 1e-44 }), "Eps 1e-44 float32"},
		{with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Beta1 = 1e-60 }), "Beta1 1e-60 float32"},
	} {
		if _, err := New(c.rule, []Param[float64]{{"w", []float64{1}}}); err != nil {
			t.Error(err)
		}
		_, err := New(c.rule, []Param[float32]{{"w", []float32{1}}})
		wantError(t, err, strings.Split(c.want, " ")...)
	}
}
