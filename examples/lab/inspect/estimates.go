package inspect

import "github.com/seed63264101/steepest/optim"

// The rules that find their rate by themselves.

func (w *writer) prodigy(r optim.Prodigy) {
	w.options(betas + " d_0=D0 kappa=DCoef")
	w.gradient(0, r.Maximize)
	if w.rate == 0 {
		w.write("step: Delta = 0*g | a step whose rate is 0 is none")
		w.note = "At the rate 0 Prodigy's averages stay as they are, too."
		return
	}
	w.keep(moments + " p_0=p0 s=s d=d d_max=d_max r=d_numerator")
	correction, share := "", "delta"
	if r.BiasCorrection {
		correction = "*sqrt(1 - beta2^t)/(1 - beta1^t)"
	}
	if r.SafeguardWarmup {
		share = "d[t-1]"
	}
	w.write("delta = gamma*d[t-1]" + correction + ` | the rate
velocity: m[t] = beta1*m[t-1] + (1 - beta1)*d[t-1]*g | the first moment
square: v[t] = beta2*v[t-1] + (1 - beta2)*d[t-1]^2*g^2 | the second moment
s[t] = sqrt(beta2)*s[t-1] + d[t-1]/d_0*` + share + `*g | the sum of gradients
r[t] = sqrt(beta2)*r[t-1] + d[t-1]/d_0*delta*dot(g, p_0[t-1] - p[t-1]) | how far these have led
S = sum(abs(s[t])) | the sum's size
dhat = if(S > 0, kappa*r[t]/S, 0) | a lower bound of the distance to the solution
d_max[t] = max(d_max[t-1], dhat) | the largest one so far`)
	if r.GrowthRate > 0 {
		w.options("G=GrowthRate")
		w.write("d[t] = min(d_max[t], G*if(d[t-1] == d_0, max(d[t-1], dhat), d[t-1])) | the estimate, which grows slowly")
	} else {
		w.write("d[t] = d_max[t] | the estimate")
	}
	w.decay(r.WeightDecay, "delta")
	w.write("step: Delta = -delta*m[t]/(sqrt(v[t]) + d[t]*eps) | Adam's step at the estimated rate")
}

func (w *writer) scheduleFree(r optim.ScheduleFreeAdamW) {
	w.options(betas)
	w.gradient(0, r.Maximize)
	w.keep("z=z v=exp_avg_sq Gamma=lr_max W=weights")
	warmup, decay := "", ""
	if r.WarmupSteps > 0 {
		w.options("n_w=WarmupSteps")
		warmup = "*min(1, t/n_w)"
	}
	if r.WeightDecay != 0 {
		w.options("lambda=WeightDecay")
		decay = " + lambda*p[t-1]"
	}
	w.write("gamma_t = gamma*sqrt(1 - beta2^t)" + warmup + " | the rate\n" + second +
		"z[t] = z[t-1] - gamma_t*(g/(sqrt(v[t]) + eps)" + decay + `) | the sequence that takes the steps
Gamma[t] = max(Gamma[t-1], gamma_t) | the largest rate so far
W[t] = if(Gamma[t] > 0, W[t-1]*(Gamma[t-1]/Gamma[t])^2 + 1, 0) | the weights of all steps, where that of this one is 1
x[t-1] = (p[t-1] - (1 - beta1)*z[t-1])/beta1 | the average of the sequence, which the path shows
x[t] = if(W[t] > 0, x[t-1] + (z[t] - x[t-1])/W[t], x[t-1]) | with the step in it
step: Delta = (1 - beta1)*z[t] + beta1*x[t] - p[t-1] | to between the two, where the next gradient is taken`)
	w.note = "The parameters are where gradients are taken; the path shows their average x, which the rule evaluates."
}
