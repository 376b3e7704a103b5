package inspect

import "github.com/seed63264101/steepest/optim"

// The rules that find their rate by themselves.

func (w *writer) prodigy(r optim.Prodigy) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.number("d_0", "D0", r.D0)
	w.number("kappa", "DCoef", r.DCoef)
	w.gradient(0, r.Maximize)
	if w.rate == 0 {
		w.move("a step whose rate is 0 is none", "0*g")
		w.note = "At the rate 0 Prodigy's averages stay as they are, too."
		return
	}
	w.keep("p_0", "p0")
	w.keep("s", "s")
	w.keep("d", "d")
	w.keep("d_max", "d_max")
	w.keep("r", "d_numerator")
	if r.BiasCorrection {
		w.line("the rate, corrected as Adam's moments", "delta = gamma*d[t-1]*sqrt(1 - beta2^t)/(1 - beta1^t)")
	} else {
		w.line("the rate", "delta = gamma*d[t-1]")
	}
	w.keep("m", "exp_avg")
	w.arrow(Velocity, "the first moment", "m[t] = beta1*m[t-1] + (1 - beta1)*d[t-1]*g")
	w.keep("v", "exp_avg_sq")
	w.square("the second moment", "v[t] = beta2*v[t-1] + (1 - beta2)*d[t-1]^2*g^2")
	share := "delta"
	if r.SafeguardWarmup {
		share = "d[t-1]"
	}
	w.line("the sum of gradients", "s[t] = sqrt(beta2)*s[t-1] + d[t-1]/d_0*"+share+"*g")
	w.line("how far these have led", "r[t] = sqrt(beta2)*r[t-1] + d[t-1]/d_0*delta*dot(g, p_0[t-1] - p[t-1])")
	w.line("the sum's size", "S = sum(abs(s[t]))")
	w.line("a lower bound of the distance to the solution", "dhat = if(S > 0, kappa*r[t]/S, 0)")
	w.line("the largest one so far", "d_max[t] = max(d_max[t-1], dhat)")
	if r.GrowthRate > 0 {
		w.number("G", "GrowthRate", r.GrowthRate)
		w.line("the estimate, which grows slowly", "d[t] = min(d_max[t], G*if(d[t-1] == d_0, max(d[t-1], dhat), d[t-1]))")
	} else {
		w.line("the estimate", "d[t] = d_max[t]")
	}
	w.decay(r.WeightDecay, "delta")
	w.move("Adam's step at the estimated rate", "-delta*m[t]/(sqrt(v[t]) + d[t]*eps)")
}

func (w *writer) scheduleFree(r optim.ScheduleFreeAdamW) {
	w.betas(r.Beta1, r.Beta2, r.Eps)
	w.gradient(0, r.Maximize)
	w.keep("z", "z")
	w.keep("v", "exp_avg_sq")
	w.keep("Gamma", "lr_max")
	w.keep("W", "weights")
	warmup := ""
	if r.WarmupSteps > 0 {
		w.number("n_w", "WarmupSteps", float64(r.WarmupSteps))
		warmup = "*min(1, t/n_w)"
	}
	w.line("the rate", "gamma_t = gamma*sqrt(1 - beta2^t)"+warmup)
	w.square("the second moment", "v[t] = beta2*v[t-1] + (1 - beta2)*g^2")
	direction := "g/(sqrt(v[t]) + eps)"
	if r.WeightDecay != 0 {
		w.number("lambda", "WeightDecay", r.WeightDecay)
		direction = "(" + direction + " + lambda*p[t-1])"
	} else {
		direction = "(" + direction + ")"
	}
	w.line("the sequence that takes the steps", "z[t] = z[t-1] - gamma_t*"+direction)
	w.line("the largest rate so far", "Gamma[t] = max(Gamma[t-1], gamma_t)")
	w.line("the weights of all steps, that of this one being 1",
		"W[t] = if(Gamma[t] > 0, W[t-1]*(Gamma[t-1]/Gamma[t])^2 + 1, 0)")
	w.line("the average of that sequence, which the path shows", "x[t-1] = (p[t-1] - (1 - beta1)*z[t-1])/beta1")
	w.line("with the step in it", "x[t] = if(W[t] > 0, x[t-1] + (z[t] - x[t-1])/W[t], x[t-1])")
	w.move("to between the two, where the next gradient is taken", "(1 - beta1)*z[t] + beta1*x[t] - p[t-1]")
	w.note = "The parameters are where gradients are taken; the path shows their average x, which the rule evaluates."
}
