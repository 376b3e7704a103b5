package inspect

import "github.com/seed63264101/steepest/optim"

// The rules that divide by the root of squares.

func (w *writer) adagrad(r optim.Adagrad) {
	w.options("eps=Eps")
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("s=sum")
	w.write("square: s[t] = s[t-1] + g^2 | the sum of all squares")
	rate := "gamma"
	if r.LRDecay != 0 {
		w.options("kappa=LRDecay")
		w.write("gamma_t = gamma/(1 + (t - 1)*kappa) | the falling rate")
		rate = "gamma_t"
	}
	w.write("step: Delta = -" + rate + "*g/(sqrt(s[t]) + eps) | shorter along axes with a steep past")
}

func (w *writer) rowAdagrad(r optim.RowAdagrad) {
	w.options("eps=Eps")
	w.gradient(0, r.Maximize)
	w.keep("s=sum")
	w.write(`
square: s[t] = s[t-1] + mean(g^2) | the sum of the row's mean squares
step: Delta = -gamma*g/(sqrt(s[t]) + eps) | one factor for the whole row`)
}

func (w *writer) rmsprop(r optim.RMSprop) {
	w.options("alpha=Alpha eps=Eps")
	w.gradient(r.WeightDecay, r.Maximize)
	if r.Centered {
		w.keep("v=grad_var a=grad_avg")
		w.write(`
square: v[t] = alpha*(v[t-1] + (1 - alpha)*(g - a[t-1])^2) | the variance
a[t] = alpha*a[t-1] + (1 - alpha)*g | the mean gradient`)
	} else {
		w.keep("v=square_avg")
		w.write("square: v[t] = alpha*v[t-1] + (1 - alpha)*g^2 | the mean square")
	}
	if r.Momentum == 0 {
		w.write("step: Delta = -gamma*g/(sqrt(v[t]) + eps) | the gradient in units of its usual size")
		return
	}
	w.options("mu=Momentum")
	w.keep("b=momentum_buffer")
	w.write(`
velocity: b[t] = mu*b[t-1] + g/(sqrt(v[t]) + eps) | the velocity, of gradients in units of their usual size
step: Delta = -gamma*b[t] | by the velocity`)
}

func (w *writer) adadelta(r optim.Adadelta) {
	w.options("rho=Rho eps=Eps")
	w.gradient(r.WeightDecay, r.Maximize)
	w.keep("v=square_avg a=acc_delta")
	w.write(`
square: v[t] = rho*v[t-1] + (1 - rho)*g^2 | the mean square of the gradients
x_t = sqrt((a[t-1] + eps)/(v[t] + eps))*g | the gradient in the size of the steps before
a[t] = rho*a[t-1] + (1 - rho)*x_t^2 | the mean square of the steps
step: Delta = -gamma*x_t | so far`)
}
