package inspect

import (
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// The rules with Adam's two moments.

// What they have in common.
const (
	betas     = "beta1=Beta1 beta2=Beta2 eps=Eps"
	moments   = "m=exp_avg v=exp_avg_sq"
	first     = "velocity: m[t] = beta1*m[t-1] + (1 - beta1)*g | the first moment: a mean of gradients\n"
	second    = "square: v[t] = beta2*v[t-1] + (1 - beta2)*g^2 | the second moment: a mean of their squares\n"
	corrected = "mhat = m[t]/(1 - beta1^t) | the first moment without the zero that it began with\n"
	vhat      = "vhat = v[t]/(1 - beta2^t) | the second one corrected in the same way\n"
	adamStep  = "step: Delta = -gamma*mhat/(sqrt(vhat) + eps) | the mean gradient in units of its usual size\n"
)

func (w *writer) adam(r optim.Adam) {
	w.options(betas)
	w.gradient(r.WeightDecay, r.Maximize)
	w.adamMoments(r.AMSGrad)
	w.write(adamStep)
}

func (w *writer) adamW(r optim.AdamW) {
	w.options(betas)
	w.gradient(0, r.Maximize)
	w.adamMoments(r.AMSGrad)
	w.decay(r.WeightDecay, "gamma")
	w.write(adamStep)
}

func (w *writer) adamMoments(amsgrad bool) {
	w.keep(moments)
	w.write(first + second)
	if !amsgrad {
		w.write(corrected + vhat)
		return
	}
	w.keep("v_max=max_exp_avg_sq")
	w.write("square: v_max[t] = max(v_max[t-1], v[t]) | the largest second moment so far\n" + corrected +
		"vhat = v_max[t]/(1 - beta2^t) | the second one corrected in the same way")
}

func (w *writer) adamax(r optim.Adamax) {
	w.options(betas)
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("m=exp_avg u=exp_inf")
	w.write(first + "u[t] = max(beta2*u[t-1], abs(g) + eps) | a decaying maximum of the gradient\n" + corrected +
		"step: Delta = -gamma*mhat/u[t] | the mean gradient in units of its largest size")
}

func (w *writer) nadam(r optim.NAdam) {
	w.options(betas + " psi=MomentumDecay")
	w.number("Pi[t]", "product of the momenta", momenta(r, w.taken+1))
	w.coupled(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.keep(moments)
	w.write(first + second + vhat + `mu[t] = beta1*(1 - 0.96^(t*psi)/2) | the momentum of this step
mu[t+1] = beta1*(1 - 0.96^((t + 1)*psi)/2) | and that of the next one
Pi[t+1] = Pi[t]*mu[t+1] | the product of all of them
w_t = (1 - mu[t])/(1 - Pi[t])*g + mu[t+1]/(1 - Pi[t+1])*m[t] | the gradient, and the moment ahead`)
	w.decoupled(r.WeightDecay, r.DecoupledWeightDecay)
	w.write("step: Delta = -gamma*w_t/(sqrt(vhat) + eps) | these in units of the gradient's usual size")
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
	w.options(betas)
	w.coupled(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.keep(moments)
	w.write(first + second + corrected + `rho = 2/(1 - beta2) - 1 | how many squares the second moment is of in the end
rho[t] = rho - 2*t*beta2^t/(1 - beta2^t) | and now
r_t = sqrt(max(0, (rho[t] - 4)*(rho[t] - 2)*rho/((rho - 4)*(rho - 2)*rho[t]))) | how far it is to be trusted
l_t = if(rho[t] > 5, r_t*sqrt(1 - beta2^t)/(sqrt(v[t]) + eps), 1) | what it scales the step by, once these are enough`)
	w.decoupled(r.WeightDecay, r.DecoupledWeightDecay)
	w.write("step: Delta = -gamma*mhat*l_t | the mean gradient, then in units of its usual size")
}

func (w *writer) adaBelief(r optim.AdaBelief) {
	w.options(betas)
	w.coupled(r.WeightDecay, r.DecoupledWeightDecay, r.Maximize)
	w.keep("m=exp_avg v=exp_avg_var")
	w.write(first + "square: v[t] = beta2*v[t-1] + (1 - beta2)*(g - m[t])^2 + eps | how far gradients are from what the first moment foresees\n" +
		corrected + vhat)
	w.decoupled(r.WeightDecay, r.DecoupledWeightDecay)
	w.write("step: Delta = -gamma*mhat/(sqrt(vhat) + eps) | the mean gradient, longer where it was foreseen")
}

// coupled is gradient for rules that have both sorts of weight decay, and decoupled is decay.
func (w *writer) coupled(lambda float64, decoupled, maximize bool) {
	if decoupled {
		lambda = 0
	}
	w.gradient(lambda, maximize)
}

func (w *writer) decoupled(lambda float64, decoupled bool) {
	if decoupled {
		w.decay(lambda, "gamma")
	}
}

func (w *writer) lamb(r optim.LAMB) {
	w.options(betas)
	w.gradient(0, r.Maximize)
	w.keep(moments)
	w.write(first + second + corrected + vhat)
	direction := "mhat/(sqrt(vhat) + eps)"
	if r.WeightDecay != 0 {
		w.options("lambda=WeightDecay")
		direction += " + lambda*p[t-1]"
	}
	w.write("r_t = " + direction + ` | Adam's direction, with the weight decay
phi = if(min(norm(p[t-1]), norm(r_t)) > 0, norm(p[t-1])/norm(r_t), 1) | the trust in it: the parameters' length over its own
step: Delta = -gamma*phi*r_t | so far, relative to the parameters`)
}
