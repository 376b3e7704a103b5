package inspect

import (
	"fmt"

	"github.com/seed63264101/steepest/optim"
)

// rule writes all lines of a rule.
func (w *writer) rule(rule optim.Rule) error {
	switch r := rule.(type) {
	case optim.SGD:
		w.sgd(r)
	case optim.Momentum:
		w.momentum(r)
	case optim.Adagrad:
		w.adagrad(r)
	case optim.RowAdagrad:
		w.rowAdagrad(r)
	case optim.RMSprop:
		w.rmsprop(r)
	case optim.Adadelta:
		w.adadelta(r)
	case optim.Adam:
		w.adam(r)
	case optim.AdamW:
		w.adamW(r)
	case optim.Adamax:
		w.adamax(r)
	case optim.NAdam:
		w.nadam(r)
	case optim.RAdam:
		w.radam(r)
	case optim.AdaBelief:
		w.adaBelief(r)
	case optim.Lion:
		w.lion(r)
	case optim.FTRL:
		w.ftrl(r)
	case optim.LARS:
		w.lars(r)
	case optim.LAMB:
		w.lamb(r)
	case optim.Prodigy:
		w.prodigy(r)
	case optim.ScheduleFreeAdamW:
		w.scheduleFree(r)
	case optim.Muon:
		w.muon(r)
	case optim.Adafactor:
		w.adafactor(r)
	default:
		return fmt.Errorf("no formulas of %T", rule)
	}
	w.finish()
	return nil
}

func (w *writer) sgd(r optim.SGD) {
	w.gradient(r.WeightDecay, r.Maximize)
	w.move("straight downhill", "-gamma*g")
}

func (w *writer) momentum(r optim.Momentum) {
	w.number("mu", "Momentum", r.Momentum)
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("b", "momentum_buffer")
	if r.Dampening != 0 {
		w.number("tau", "Dampening", r.Dampening)
		w.arrow(Velocity, "the velocity", "b[t] = if(t > 1, mu*b[t-1] + (1 - tau)*g, g)")
	} else {
		w.arrow(Velocity, "the velocity", "b[t] = mu*b[t-1] + g")
	}
	if r.Nesterov {
		w.move("by the gradient and the velocity to come", "-gamma*(g + mu*b[t])")
	} else {
		w.move("by the velocity", "-gamma*b[t]")
	}
}

func (w *writer) lion(r optim.Lion) {
	w.number("beta1", "Beta1", r.Beta1)
	w.number("beta2", "Beta2", r.Beta2)
	w.gradient(0, r.Maximize)
	w.keep("m", "exp_avg")
	w.arrow(Velocity, "a mix of moment and gradient", "u_t = beta1*m[t-1] + (1 - beta1)*g")
	w.line("the moment", "m[t] = beta2*m[t-1] + (1 - beta2)*g")
	w.decay(r.WeightDecay, "gamma")
	w.move("equally far along every axis", "-gamma*sign(u_t)")
}

func (w *writer) lars(r optim.LARS) {
	w.number("mu", "Momentum", r.Momentum)
	w.number("eta", "TrustCoefficient", r.TrustCoefficient)
	w.gradient(0, r.Maximize)
	w.keep("b", "momentum_buffer")
	length, direction := "norm(g)", "g"
	if r.WeightDecay != 0 {
		w.number("lambda", "WeightDecay", r.WeightDecay)
		w.line("with coupled (L2) weight decay", "d = g + lambda*p[t-1]")
		length, direction = "(norm(g) + lambda*norm(p[t-1]))", "d"
	}
	w.line("the trust in the gradient: the parameters' length over its own",
		"r_t = if(min(norm(p[t-1]), norm(g)) > 0, eta*norm(p[t-1])/"+length+", 1)")
	w.arrow(Velocity, "the velocity, which has the rate in it", "b[t] = mu*b[t-1] + gamma*r_t*"+direction)
	w.move("by the velocity", "-b[t]")
}

func (w *writer) ftrl(r optim.FTRL) {
	w.number("gamma_0", "LR", r.LR)
	w.number("beta", "Beta", r.Beta)
	w.gradient(0, r.Maximize)
	w.keep("z", "linear")
	w.keep("n", "accumulator")
	w.square("the sum of squares", "n[t] = n[t-1] + g^2")
	w.line("the slope of all losses so far, and of what holds the parameters",
		"z[t] = z[t-1] + gamma*g - (sqrt(n[t]) - sqrt(n[t-1]))*p[t-1]")
	below := "beta + sqrt(n[t])"
	if r.L2 != 0 {
		w.number("lambda_b", "L2", r.L2)
		below += " + gamma_0*lambda_b"
	}
	if r.L1 != 0 {
		w.number("lambda_a", "L1", r.L1)
		w.line("where these are least", "q = if(abs(z[t]) <= gamma_0*lambda_a, 0, -(z[t] - sign(z[t])*gamma_0*lambda_a)/("+below+"))")
	} else {
		w.line("where these are least", "q = if(z[t] == 0, 0, -z[t]/("+below+"))")
	}
	w.move("to there", "q - p[t-1]")
}
