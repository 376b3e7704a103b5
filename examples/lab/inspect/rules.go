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
	w.write("step: Delta = -gamma*g | straight downhill")
}

func (w *writer) momentum(r optim.Momentum) {
	w.options("mu=Momentum")
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("b=momentum_buffer")
	if r.Dampening != 0 {
		w.options("tau=Dampening")
		w.write("velocity: b[t] = if(t > 1, mu*b[t-1] + (1 - tau)*g, g) | the velocity")
	} else {
		w.write("velocity: b[t] = mu*b[t-1] + g | the velocity")
	}
	if r.Nesterov {
		w.write("step: Delta = -gamma*(g + mu*b[t]) | by the gradient, and by the velocity once more")
	} else {
		w.write("step: Delta = -gamma*b[t] | by the velocity")
	}
}

func (w *writer) lion(r optim.Lion) {
	w.options("beta1=Beta1 beta2=Beta2")
	w.gradient(0, r.Maximize)
	w.keep("m=exp_avg")
	w.write(`
velocity: u_t = beta1*m[t-1] + (1 - beta1)*g | a mix of moment and gradient
m[t] = beta2*m[t-1] + (1 - beta2)*g | the moment`)
	w.decay(r.WeightDecay, "gamma")
	w.write("step: Delta = -gamma*sign(u_t) | equally far along every axis")
}

func (w *writer) lars(r optim.LARS) {
	w.options("mu=Momentum eta=TrustCoefficient")
	w.gradient(0, r.Maximize)
	w.keep("b=momentum_buffer")
	length, direction := "norm(g)", "g"
	if r.WeightDecay != 0 {
		w.options("lambda=WeightDecay")
		w.write("d = g + lambda*p[t-1] | with coupled (L2) weight decay")
		length, direction = "(norm(g) + lambda*norm(p[t-1]))", "d"
	}
	w.write("r_t = if(min(norm(p[t-1]), norm(g)) > 0, eta*norm(p[t-1])/" + length + ", 1)" +
		" | the trust in the gradient: the parameters' length over its own")
	w.write("velocity: b[t] = mu*b[t-1] + gamma*r_t*" + direction + " | the velocity, which has the rate in it")
	w.write("step: Delta = -b[t] | by the velocity")
}

func (w *writer) ftrl(r optim.FTRL) {
	w.options("gamma_0=LR beta=Beta")
	w.gradient(0, r.Maximize)
	w.keep("z=linear n=accumulator")
	w.write(`
square: n[t] = n[t-1] + g^2 | the sum of squares
z[t] = z[t-1] + gamma*g - (sqrt(n[t]) - sqrt(n[t-1]))*p[t-1] | the slope of all losses so far, and of what holds the parameters`)
	below := "beta + sqrt(n[t])"
	if r.L2 != 0 {
		w.options("lambda_b=L2")
		below += " + gamma_0*lambda_b"
	}
	least := "q = if(z[t] == 0, 0, -z[t]/(" + below + "))"
	if r.L1 != 0 {
		w.options("lambda_a=L1")
		least = "q = if(abs(z[t]) <= gamma_0*lambda_a, 0, -(z[t] - sign(z[t])*gamma_0*lambda_a)/(" + below + "))"
	}
	w.write(least + " | where these are least")
	w.write("step: Delta = q - p[t-1] | to there")
}
