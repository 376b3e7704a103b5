package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// The thresholds; package kernels/generic explains them.
var (
	tiny     = Const{Name: "tiny", Bits32: 32 << 23, Bits64: 64 << 52}      // 2^-95, 2^-959
	tinyRoot = Const{Name: "tinyroot", Bits32: 64 << 23, Bits64: 512 << 52} // 2^-63, 2^-511
	floor    = Const{Name: "floor", Bits32: 25 << 23, Bits64: 55 << 52}     // 2^-102, 2^-968
)

func flush(b *Body, x Val) Val { return b.Flush(x, tiny) }

// direction returns the gradient as the update rules use it: scaled, with coupled
// weight decay.
func direction(b *Body) Val {
	b.Note("d = scale*flush(g) + l2*p")
	g := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
	return b.Add(g, b.Mul(b.Coef("l2"), b.Load("p")))
}

// firstMoment updates the stream m, an average of the directions.
func firstMoment(b *Body, d Val) Val {
	b.Note("m = flush(beta1*m + omb1*d)")
	return average(b, "m", "beta1", "omb1", d)
}

// average updates a stream that keeps a share of itself and gets one of x.
func average(b *Body, name, decay, share string, x Val) Val {
	m := flush(b, b.Add(
		b.Mul(b.Coef(decay), b.Load(name)),
		b.Mul(b.Coef(share), x)))
	b.Store(name, m)
	return m
}

// square returns the square of root*d. root is the square root of what a new
// square counts.
func square(b *Body, d Val) Val {
	u := b.Flush(b.Mul(b.Coef("root"), d), tinyRoot)
	return b.Mul(u, u)
}

// secondMoment updates the stream v, an average of squares whose root divides.
func secondMoment(b *Body, decay string, d Val) Val {
	b.Note("u = flushRoot(root*d), v = max(floor, " + decay + "*v + u*u)")
	uu := square(b, d)
	v := b.AtLeast(b.Add(b.Mul(b.Coef(decay), b.Load("v")), uu), floor)
	b.Store("v", v)
	return v
}

// descend stores p - rate*step, with p shrunk by decoupled weight decay.
func descend(b *Body, rate string, step Val) {
	b.Store("p", b.Sub(
		b.Mul(b.Coef("decay"), b.Load("p")),
		b.Mul(b.Coef(rate), step)))
}

// updates describes the fused optimizer steps.
func updates() []*Kernel {
	return []*Kernel{
		{
			Name: "SGD", Doc: "one step of gradient descent", Family: "update",
			Params: params(InOut, "p", In, "g", Scalar, "scale", "l2", "lr"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				b.Note("p -= lr*d")
				b.Store("p", b.Sub(b.Load("p"), b.Mul(b.Coef("lr"), d)))
			}},
		},
		momentum("Momentum", "one step of heavy-ball descent", false),
		momentum("Nesterov", "one step of Nesterov's accelerated descent", true),
		{
			Name: "Adam", Doc: "one step of Adam or AdamW", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "v", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "root", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				v := secondMoment(b, "beta2", d)
				b.Note("p = decay*p - step*(m/(sqrt(v)+eps))")
				descend(b, "step", b.Div(m, b.Add(b.Sqrt(v), b.Coef("eps"))))
			}},
		},
		{
			Name: "AMSGrad", Doc: "one step of Adam with the largest second moment so far", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "v", "vmax", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "root", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				v := secondMoment(b, "beta2", d)
				b.Note("vmax = max(vmax, v), p = decay*p - step*(m/(sqrt(vmax)+eps))")
				v = b.Max(b.Load("vmax"), v)
				b.Store("vmax", v)
				descend(b, "step", b.Div(m, b.Add(b.Sqrt(v), b.Coef("eps"))))
			}},
		},
		{
			Name: "Adamax", Doc: "one step of Adam with the infinity norm", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "u", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				b.Note("u = max(beta2*u, |d|+eps), p = decay*p - step*(m/u)")
				u := b.Max(b.Mul(b.Coef("beta2"), b.Load("u")), b.Add(b.Abs(d), b.Coef("eps")))
				b.Store("u", u)
				descend(b, "step", b.Div(m, u))
			}},
		},
		{
			Name: "NAdam", Doc: "one step of Adam with Nesterov's momentum", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "v", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "root", "eps", "stepGrad", "stepMoment"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				v := secondMoment(b, "beta2", d)
				b.Note("p = decay*p - (stepGrad*d + stepMoment*m)/(sqrt(v)+eps)")
				ahead := b.Add(b.Mul(b.Coef("stepGrad"), d), b.Mul(b.Coef("stepMoment"), m))
				b.Store("p", b.Sub(
					b.Mul(b.Coef("decay"), b.Load("p")),
					b.Div(ahead, b.Add(b.Sqrt(v), b.Coef("eps")))))
			}},
		},
		{
			Name: "AdamWarmup", Doc: "one step of RAdam before its variance is tractable: Adam's moments, descent along the first", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "v", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "root", "step"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				secondMoment(b, "beta2", d)
				b.Note("p = decay*p - step*m")
				descend(b, "step", m)
			}},
		},
		{
			Name: "AdaBelief", Doc: "one step of AdaBelief", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", "v", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "root", "grow", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := firstMoment(b, d)
				b.Note("u = flushRoot(root*(d-m)), v = max(floor, (beta2*v + u*u) + grow)")
				uu := square(b, b.Sub(d, m))
				v := b.Add(b.Add(b.Mul(b.Coef("beta2"), b.Load("v")), uu), b.Coef("grow"))
				v = b.AtLeast(v, floor)
				b.Store("v", v)
				b.Note("p = decay*p - step*(m/(sqrt(v)+eps))")
				descend(b, "step", b.Div(m, b.Add(b.Sqrt(v), b.Coef("eps"))))
			}},
		},
		{
			Name: "Adagrad", Doc: "one step of AdaGrad", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "sum", Scalar, "scale", "l2", "eps", "lr"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				b.Note("u = flushRoot(d), sum = max(floor, sum + u*u)")
				u := b.Flush(d, tinyRoot)
				sum := b.AtLeast(b.Add(b.Load("sum"), b.Mul(u, u)), floor)
				b.Store("sum", sum)
				b.Note("p -= lr*(d/(sqrt(sum)+eps))")
				q := b.Div(d, b.Add(b.Sqrt(sum), b.Coef("eps")))
				b.Store("p", b.Sub(b.Load("p"), b.Mul(b.Coef("lr"), q)))
			}},
		},
		rmsprop("RMSprop", "one step of RMSprop", false, false),
		rmsprop("RMSpropMomentum", "one step of RMSprop with momentum", false, true),
		rmsprop("RMSpropCentered", "one step of centered RMSprop", true, false),
		rmsprop("RMSpropCenteredMomentum", "one step of centered RMSprop with momentum", true, true),
		{
			Name: "Adadelta", Doc: "one step of AdaDelta", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "v", "acc", Scalar, "scale", "l2", "rho", "root", "eps", "lr"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				v := secondMoment(b, "rho", d)
				b.Note("delta = sqrt((acc+eps)/(v+eps))*d, p -= lr*delta")
				ratio := b.Div(b.Add(b.Load("acc"), b.Coef("eps")), b.Add(v, b.Coef("eps")))
				delta := b.Mul(b.Sqrt(ratio), d)
				b.Store("p", b.Sub(b.Load("p"), b.Mul(b.Coef("lr"), delta)))
				b.Note("u = flushRoot(root*delta), acc = flush(rho*acc + u*u)")
				uu := square(b, delta)
				b.Store("acc", flush(b, b.Add(b.Mul(b.Coef("rho"), b.Load("acc")), uu)))
			}},
		},
		{
			Name: "Lion", Doc: "one step of Lion", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "m", Scalar,
				"scale", "l2", "decay", "beta1", "omb1", "beta2", "omb2", "lr"),
			Loop: Map{Body: func(b *Body) {
				d := direction(b)
				m := b.Load("m")
				b.Note("c = flush(beta1*m + omb1*d), m = flush(beta2*m + omb2*d)")
				c := flush(b, b.Add(b.Mul(b.Coef("beta1"), m), b.Mul(b.Coef("omb1"), d)))
				b.Store("m", flush(b, b.Add(b.Mul(b.Coef("beta2"), m), b.Mul(b.Coef("omb2"), d))))
				b.Note("p = decay*p - lr*sign(c), by clamping huge*c")
				sign := b.Min(b.Const(one), b.Max(b.Const(minusOne), b.Mul(b.Const(huge), c)))
				descend(b, "lr", sign)
			}},
		},
		{
			Name: "FTRL", Doc: "one step of FTRL-Proximal", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "lin", "sum", Scalar, "scale", "share", "inverse", "beta", "l1", "l2"),
			Loop: Map{Body: func(b *Body) {
				b.Note("d = scale*flush(g)")
				d := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
				b.Note("u = flushRoot(d), n = sum, sum = max(floor, n + u*u)")
				u := b.Flush(d, tinyRoot)
				n := b.Load("sum")
				sum := b.AtLeast(b.Add(n, b.Mul(u, u)), floor)
				b.Store("sum", sum)
				root := b.Sqrt(sum)
				b.Note("lin = flush(lin + (share*d - inverse*(sqrt(sum)-sqrt(n))*p))")
				sigma := b.Mul(b.Coef("inverse"), b.Sub(root, b.Sqrt(n)))
				part := b.Sub(b.Mul(b.Coef("share"), d), b.Mul(sigma, b.Load("p")))
				lin := flush(b, b.Add(b.Load("lin"), part))
				b.Store("lin", lin)
				b.Note("p = (min(max(lin, -l1), l1) - lin) / (inverse*(beta+sqrt(sum)) + l2)")
				curvature := b.Add(b.Mul(b.Coef("inverse"), b.Add(b.Coef("beta"), root)), b.Coef("l2"))
				b.Store("p", b.Div(b.Sub(within(b, lin, b.Coef("l1")), lin), curvature))
			}},
		},
		{
			Name: "ProdigyMoments", Doc: "the averages of a Prodigy step", Family: "update",
			Params: params(In, "g", InOut, "m", "v", "s", Scalar, "scale", "beta1", "gain", "beta2", "root", "beta3", "share"),
			Loop: Map{Body: func(b *Body) {
				b.Note("d = scale*flush(g)")
				d := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
				b.Note("m = flush(beta1*m + gain*d)")
				average(b, "m", "beta1", "gain", d)
				secondMoment(b, "beta2", d)
				b.Note("s = flush(beta3*s + share*d)")
				average(b, "s", "beta3", "share", d)
			}},
		},
		{
			Name: "ProdigyStep", Doc: "the descent of a Prodigy step", Family: "update",
			Params: params(InOut, "p", In, "m", "v", Scalar, "decay", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				b.Note("p = decay*p - step*(m/(sqrt(v)+eps))")
				descend(b, "step", b.Div(b.Load("m"), b.Add(b.Sqrt(b.Load("v")), b.Coef("eps"))))
			}},
		},
		{
			Name: "LAMBDirection", Doc: "the direction of a LAMB step, before its trust ratio", Family: "update",
			Params: params(Out, "r", In, "p", "g", InOut, "m", "v", Scalar,
				"scale", "wd", "beta1", "omb1", "beta2", "root", "eps", "step"),
			Loop: Map{Body: func(b *Body) {
				b.Note("d = scale*flush(g)")
				d := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
				m := firstMoment(b, d)
				v := secondMoment(b, "beta2", d)
				b.Note("r = step*(m/(sqrt(v)+eps)) + wd*p")
				q := b.Div(m, b.Add(b.Sqrt(v), b.Coef("eps")))
				b.Store("r", b.Add(b.Mul(b.Coef("step"), q), b.Mul(b.Coef("wd"), b.Load("p"))))
			}},
		},
		{
			Name: "ScheduleFree", Doc: "one step of schedule-free AdamW at the gradient's point p, with the base sequence z", Family: "update",
			Params: params(InOut, "p", In, "g", InOut, "z", "v", Scalar,
				"scale", "wd", "beta2", "root", "eps", "step", "average", "look", "lr"),
			Loop: Map{Body: func(b *Body) {
				b.Note("d = scale*flush(g)")
				d := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
				v := secondMoment(b, "beta2", d)
				p, z := b.Load("p"), b.Load("z")
				b.Note("n = step*(d/(sqrt(v)+eps)) + wd*p")
				q := b.Div(d, b.Add(b.Sqrt(v), b.Coef("eps")))
				n := b.Add(b.Mul(b.Coef("step"), q), b.Mul(b.Coef("wd"), p))
				b.Note("p = p + average*(z-p) + look*n, z -= lr*n")
				b.Store("p", b.Add(
					b.Add(p, b.Mul(b.Coef("average"), b.Sub(z, p))),
					b.Mul(b.Coef("look"), n)))
				b.Store("z", b.Sub(z, b.Mul(b.Coef("lr"), n)))
			}},
		},
	}
}

// Constants of Lion's sign: whatever is not flushed, times huge, is beyond 1.
var (
	huge     = Const{Name: "huge", Bits32: 254 << 23, Bits64: 2046 << 52} // 2^127, 2^1023
	one      = Const{Name: "one", Bits32: 127 << 23, Bits64: 1023 << 52}
	zero     = Const{Name: "zero"}
	half     = Const{Name: "half", Bits32: 126 << 23, Bits64: 1022 << 52}
	minusOne = Const{Name: "minusone", Bits32: 1<<31 | 127<<23, Bits64: 1<<63 | 1023<<52}
)

func momentum(name, doc string, nesterov bool) *Kernel {
	return &Kernel{
		Name: name, Doc: doc, Family: "update",
		Params: params(InOut, "p", In, "g", InOut, "buf", Scalar, "scale", "l2", "mu", "gain", "lr"),
		Loop: Map{Body: func(b *Body) {
			d := direction(b)
			b.Note("buf = flush(mu*buf + gain*d)")
			v := average(b, "buf", "mu", "gain", d)
			if nesterov {
				b.Note("p -= lr*(d + mu*buf)")
				v = b.Add(d, b.Mul(b.Coef("mu"), v))
			} else {
				b.Note("p -= lr*buf")
			}
			b.Store("p", b.Sub(b.Load("p"), b.Mul(b.Coef("lr"), v)))
		}},
	}
}

// variance updates the streams v, a variance, and avg, the average that belongs to
// it.
func variance(b *Body, d Val) Val {
	b.Note("u = flushRoot(root*(d-avg)), v = max(floor, alpha*(v + u*u)), avg = flush(alpha*avg + oma*d)")
	avg := b.Load("avg")
	uu := square(b, b.Sub(d, avg))
	v := b.AtLeast(b.Mul(b.Coef("alpha"), b.Add(b.Load("v"), uu)), floor)
	b.Store("v", v)
	average(b, "avg", "alpha", "oma", d)
	return v
}

func rmsprop(name, doc string, centered, momentum bool) *Kernel {
	streams := params(InOut, "p", In, "g", InOut, "v")
	scalars := params(Scalar, "scale", "l2", "alpha", "root", "eps", "lr")
	if centered {
		streams = append(streams, params(InOut, "avg")...)
		scalars = append(scalars, params(Scalar, "oma")...)
	}
	if momentum {
		streams = append(streams, params(InOut, "buf")...)
		scalars = append(scalars, params(Scalar, "mu")...)
	}
	return &Kernel{
		Name: name, Doc: doc, Family: "update",
		Params: append(streams, scalars...),
		Loop: Map{Body: func(b *Body) {
			d := direction(b)
			var v Val
			if centered {
				v = variance(b, d)
			} else {
				v = secondMoment(b, "alpha", d)
			}
			b.Note("q = d/(sqrt(v)+eps)")
			q := b.Div(d, b.Add(b.Sqrt(v), b.Coef("eps")))
			if momentum {
				b.Note("buf = flush(mu*buf + q), p -= lr*buf")
				q = flush(b, b.Add(b.Mul(b.Coef("mu"), b.Load("buf")), q))
				b.Store("buf", q)
			} else {
				b.Note("p -= lr*q")
			}
			b.Store("p", b.Sub(b.Load("p"), b.Mul(b.Coef("lr"), q)))
		}},
	}
}
