package inspect

import (
	"fmt"

	"github.com/seed63264101/steepest/optim"
)

// The rules for matrices. Here these have one row.

func (w *writer) adafactor(r optim.Adafactor) {
	if r.Eps1 != 0 {
		w.options("eps1=Eps1")
	} else if w.single {
		w.number("eps1", "Eps1", 0x1p-23)
	} else {
		w.number("eps1", "Eps1", 0x1p-52)
	}
	w.options("eps2=Eps2 D=D kappa=Beta2Decay")
	w.gradient(0, r.Maximize)
	w.keep("r=row_var c=col_var")
	w.write(`
w_t = t^kappa | the share of what is new
r[t] = (1 - w_t)*r[t-1] + w_t*mean(g^2) | the mean square of the row
c[t] = (1 - w_t)*c[t-1] + w_t*g^2 | that of each column, of one element
v_t = r[t]*c[t]/max(eps1, r[t]) | the second moment that these two stand for
u_t = g/sqrt(max(eps1^2, v_t)) | the gradient in units of its usual size
alpha_t = min(gamma, 1/sqrt(t))*max(eps2, rms(p[t-1])) | the rate, relative to the parameters`)
	w.decay(r.WeightDecay, "gamma")
	w.write("step: Delta = -alpha_t/max(1, rms(u_t)/D)*u_t | so far, but no longer than D times the rate")
}

// muon is for a matrix whose product with itself is a number.
func (w *writer) muon(r optim.Muon) {
	w.options("mu=Momentum")
	w.gradient(0, r.Maximize)
	w.keep("b=momentum_buffer")
	w.write("velocity: b[t] = mu*b[t-1] + (1 - mu)*g | the velocity")
	direction := "b[t]"
	if r.Nesterov {
		w.write("y_t = (1 - mu)*g + mu*b[t] | one step ahead")
		direction = "y_t"
	}
	w.write("x_0 = " + direction + "/max(norm(" + direction + "), 1e-7) | of length 1")
	for i := range 5 {
		w.write(fmt.Sprintf("x_%[2]d = (3.4445 - 4.7750*norm(x_%[1]d)^2 + 2.0315*norm(x_%[1]d)^4)*x_%[1]d | closer to singular values of 1", i, i+1))
	}
	w.decay(r.WeightDecay, "gamma")
	if r.MatchRMS {
		w.number("C_p", "columns", float64(w.columns))
		w.write("step: Delta = -gamma*0.2*sqrt(C_p)*x_5 | as long as AdamW's")
	} else {
		w.write("step: Delta = -gamma*x_5 | about as long as the rate")
	}
}
