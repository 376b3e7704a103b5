package inspect

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// The rules with Adam's two moments.

// betas notes what they have in common.
func (w *writer) betas(beta1, beta2, eps float64) {
	w.number("beta1", "Beta1", beta1)
	w.number("beta2", "Beta2", beta2)
	w.number("eps", "Eps", eps)
}

const aboutMove = "the mean gradient in units of its usual size"

// first writes the first moment, and second the second one.
func (w *writer) first() {
	w.keep("m", "exp_avg")
	w.arrow(Velocity, "the first moment: a mean of gradients", "m[t] = beta1*m[t-1] + (1 - beta1)*g")
}

func (w *writer) second() {
	w.keep("v", "exp_avg_sq")
	w.square("the second moment: a mean of their squares", "v[t] = beta2*v[t-1] + (1 - beta2)*g^2")
}

// corrected writes the moments without the zeros that they began with.
func (w *writer) corrected(second string) {
	w.mhat()
	w.line("the second one corrected", "vhat = "+second+"/(1 - beta2^t)")
}

func (w *writer) mhat() {
	w.line("the first moment without the zero that it began with", "mhat = m[t]/(1 - beta1^t)")
}

func (w *writer) adam(r optim.Adam) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.gradient(r.WeightDecay, r.Maximize)
	w.adamStep(r.AMSGrad, 0)
}

func (w *writer) adamW(r optim.AdamW) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.gradient(0, r.Maximize)
	w.adamStep(r.AMSGrad, r.WeightDecay)
}

func (w *writer) adamStep(amsgrad bool, decoupled float64) {
	w.first()
	w.second()
	if amsgrad {
		w.keep("v_max", "max_exp_avg_sq")
		w.square("the largest second moment so far", "v_max[t] = max(v_max[t-1], v[t])")
		w.corrected("v_max[t]")
	} else {
		w.corrected("v[t]")
	}
	w.decay(decoupled, "gamma")
	w.move(aboutMove, "-gamma*mhat/(sqrt(vhat) + eps)")
}

func (w *writer) adamax(r optim.Adamax) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.gradient(r.WeightDecay, r.Maximize)
	w.first()
	w.keep("u", "exp_inf")
	w.line("a decaying maximum of the gradient", "u[t] = max(beta2*u[t-1], abs(g) + eps)")
	w.mhat()
	w.move("the mean gradient in units of its largest size", "-gamma*mhat/u[t]")
}

func (w *writer) nadam(r optim.NAdam) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.number("psi", "MomentumDecay", r.MomentumDecay)
	w.number("Pi[t]", "product of the momenta", momenta(r, w.taken+1))
	w.coupledOrNot(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.first()
	w.second()
	w.line("the second one without the zero that it began with", "vhat = v[t]/(1 - beta2^t)")
	w.line("the momentum of this step", "mu[t] = beta1*(1 - 0.96^(t*psi)/2)")
	w.line("and that of the next one", "mu[t+1] = beta1*(1 - 0.96^((t + 1)*psi)/2)")
	w.line("the product of all of them", "Pi[t+1] = Pi[t]*mu[t+1]")
	w.line("the gradient and the moment to come", "w_t = (1 - mu[t])/(1 - Pi[t])*g + mu[t+1]/(1 - Pi[t+1])*m[t]")
	w.decayIf(r.WeightDecay, r.DecoupledWeightDecay)
	w.move(aboutMove, "-gamma*w_t/(sqrt(vhat) + eps)")
}

// momenta returns the product of NAdam's momenta up to a step, which is kept in float32.
func momenta(r optim.NAdam, steps int) float64 {
	o := kernels.NAdamOptions{MomentumDecay: r.MomentumDecay}
	o.Beta1 = r.Beta1
	product := float32(1)
	for t := 1; t <= steps; t++ {
		product *= float32(o.Momentum(t))
	}
	return float64(product)
}

func (w *writer) radam(r optim.RAdam) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.coupledOrNot(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.first()
	w.second()
	w.mhat()
	w.line("how many squares the second moment is of, in the end", "rho = 2/(1 - beta2) - 1")
	w.line("and now", "rho[t] = rho - 2*t*beta2^t/(1 - beta2^t)")
	w.line("what divides, once the second moment is to be trusted",
		"l_t = if(rho[t] > 5, sqrt((rho[t] - 4)*(rho[t] - 2)*rho/((rho - 4)*(rho - 2)*rho[t]))*sqrt(1 - beta2^t)/(sqrt(v[t]) + eps), 1)")
	w.decayIf(r.WeightDecay, r.DecoupledWeightDecay)
	w.move("the mean gradient, then in units of its usual size", "-gamma*mhat*l_t")
}

func (w *writer) adaBelief(r optim.AdaBelief) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.coupledOrNot(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.first()
	w.keep("v", "exp_avg_var")
	w.square("how far gradients are from what the first moment foresees", "v[t] = beta2*v[t-1] + (1 - beta2)*(g - m[t])^2 + eps")
	w.corrected("v[t]")
	w.decayIf(r.WeightDecay, r.DecoupledWeightDecay)
	w.move("the mean gradient, longer where it was foreseen", "-gamma*mhat/(sqrt(vhat) + eps)")
}

// coupledOrNot is gradient for rules that have both sorts of weight decay.
func (w *writer) coupledOrNot(lambda float64, decoupled, maximize bool) {
	if decoupled {
		lambda = 0
	}
	w.gradient(lambda, maximize)
}

// decayIf is decay for them.
func (w *writer) decayIf(lambda float64, decoupled bool) {
	if decoupled {
		w.decay(lambda, "gamma")
	}
}

func (w *writer) lamb(r optim.LAMB) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.gradient(0, r.Maximize)
	w.first()
	w.second()
	w.corrected("v[t]")
	direction := "mhat/(sqrt(vhat) + eps)"
	if r.WeightDecay != 0 {
		w.number("lambda", "WeightDecay", r.WeightDecay)
		direction += " + lambda*p[t-1]"
	}
	w.line("Adam's direction, with the weight decay", "r_t = "+direction)
	w.line("the trust in it: the parameters' length over its own",
		"phi = if(min(norm(p[t-1]), norm(r_t)) > 0, norm(p[t-1])/norm(r_t), 1)")
	w.move("so far, relative to the parameters", "-gamma*phi*r_t")
}
