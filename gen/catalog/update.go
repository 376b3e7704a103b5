package catalog

import . "github.com/seed63264101/steepest/gen/vec"

// The flush thresholds; package kernels/generic explains them.
var (
	tiny     = Const{Name: "tiny", Bits32: 32 << 23, Bits64: 64 << 52}      // 2^-95, 2^-959
	tinyRoot = Const{Name: "tinyroot", Bits32: 64 << 23, Bits64: 512 << 52} // 2^-63, 2^-511
)

func flush(b *Body, x Val) Val { return b.Flush(x, tiny) }

// direction returns the gradient as the update rules use it: scaled, with coupled
// weight decay.
func direction(b *Body) Val {
	b.Note("d = scale*flush(g) + l2*p")
	g := b.Mul(b.Coef("scale"), flush(b, b.Load("g")))
	return b.Add(g, b.Mul(b.Coef("l2"), b.Load("p")))
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
				b.Note("m = flush(beta1*m + omb1*d)")
				m := flush(b, b.Add(
					b.Mul(b.Coef("beta1"), b.Load("m")),
					b.Mul(b.Coef("omb1"), d)))
				b.Store("m", m)
				b.Note("u = flush(root*d), v = flush(beta2*v + u*u)")
				u := b.Flush(b.Mul(b.Coef("root"), d), tinyRoot)
				v := flush(b, b.Add(
					b.Mul(b.Coef("beta2"), b.Load("v")),
					b.Mul(u, u)))
				b.Store("v", v)
				b.Note("p = decay*p - step*(m/(sqrt(v)+eps))")
				q := b.Div(m, b.Add(b.Sqrt(v), b.Coef("eps")))
				b.Store("p", b.Sub(
					b.Mul(b.Coef("decay"), b.Load("p")),
					b.Mul(b.Coef("step"), q)))
			}},
		},
	}
}

func momentum(name, doc string, nesterov bool) *Kernel {
	return &Kernel{
		Name: name, Doc: doc, Family: "update",
		Params: params(InOut, "p", In, "g", InOut, "buf", Scalar, "scale", "l2", "mu", "omd", "lr"),
		Loop: Map{Body: func(b *Body) {
			d := direction(b)
			b.Note("buf = flush(mu*buf + omd*d)")
			v := flush(b, b.Add(
				b.Mul(b.Coef("mu"), b.Load("buf")),
				b.Mul(b.Coef("omd"), d)))
			b.Store("buf", v)
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
