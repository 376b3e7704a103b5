package inspect

import "github.com/seed63264101/steepest/optim"

// The rules that divide by the root of squares.

func (w *writer) adagrad(r optim.Adagrad) {
	w.number("eps", "Eps", r.Eps)
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("s", "sum")
	w.square("the sum of all squares", "s[t] = s[t-1] + g^2")
	rate := "gamma"
	if r.LRDecay != 0 {
		w.number("kappa", "LRDecay", r.LRDecay)
		w.line("the falling rate", "gamma_t = gamma/(1 + (t - 1)*kappa)")
		rate = "gamma_t"
	}
	w.move("shorter along axes with a steep past", "-"+rate+"*g/(sqrt(s[t]) + eps)")
}

func (w *writer) rowAdagrad(r optim.RowAdagrad) {
	w.number("eps", "Eps", r.Eps)
	w.gradient(0, r.Maximize)
	w.keep("s", "sum")
	w.square("the sum of the row's mean squares", "s[t] = s[t-1] + mean(g^2)")
	w.move("one length for the whole row", "-gamma*g/(sqrt(s[t]) + eps)")
}

func (w *writer) rmsprop(r optim.RMSprop) {
	w.number("alpha", "Alpha", r.Alpha)
	w.number("eps", "Eps", r.Eps)
	w.gradient(r.WeightDecay, r.Maximize)
	if r.Centered {
		w.keep("v", "grad_var")
		w.keep("a", "grad_avg")
		w.square("the variance", "v[t] = alpha*(v[t-1] + (1 - alpha)*(g - a[t-1])^2)")
		w.line("the mean gradient", "a[t] = alpha*a[t-1] + (1 - alpha)*g")
	} else {
		w.keep("v", "square_avg")
		w.square("the mean square", "v[t] = alpha*v[t-1] + (1 - alpha)*g^2")
	}
	if r.Momentum == 0 {
		w.move("the gradient in units of its usual size", "-gamma*g/(sqrt(v[t]) + eps)")
		return
	}
	w.number("mu", "Momentum", r.Momentum)
	w.keep("b", "momentum_buffer")
	w.arrow(Velocity, "the velocity, of gradients in units of their usual size", "b[t] = mu*b[t-1] + g/(sqrt(v[t]) + eps)")
	w.move("by the velocity", "-gamma*b[t]")
}

func (w *writer) adadelta(r optim.Adadelta) {
	w.number("rho", "Rho", r.Rho)
	w.number("eps", "Eps", r.Eps)
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("v", "square_avg")
	w.keep("a", "acc_delta")
	w.square("the mean square of the gradients", "v[t] = rho*v[t-1] + (1 - rho)*g^2")
	w.line("the gradient in the size of the steps before", "x_t = sqrt((a[t-1] + eps)/(v[t] + eps))*g")
	w.line("the mean square of the steps", "a[t] = rho*a[t-1] + (1 - rho)*x_t^2")
	w.move("so far", "-gamma*x_t")
}
