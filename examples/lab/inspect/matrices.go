package inspect

import (
	"fmt"

	"github.com/seed63264101/steepest/optim"
)

// The rules for matrices. Here these have one row.

func (w *writer) adafactor(r optim.Adafactor) {
	eps1 := r.Eps1
	if eps1 == 0 {
		eps1 = 0x1p-52
		if w.single {
			eps1 = 0x1p-23
		}
	}
	w.number("eps1", "Eps1", eps1)
	w.number("eps2", "Eps2", r.Eps2)
	w.number("D", "D", r.D)
	w.number("kappa", "Beta2Decay", r.Beta2Decay)
	w.gradient(0, r.Maximize)
	w.keep("r", "row_var")
	w.keep("c", "col_var")
	w.line("the share of what is new", "w_t = t^kappa")
	w.line("the mean square of the row", "r[t] = (1 - w_t)*r[t-1] + w_t*mean(g^2)")
	w.line("that of each column, of one element", "c[t] = (1 - w_t)*c[t-1] + w_t*g^2")
	w.line("the second moment that these two stand for", "v_t = r[t]*c[t]/max(eps1, r[t])")
	w.line("the gradient in units of its usual size", "u_t = g/sqrt(max(eps1^2, v_t))")
	w.line("the rate, relative to the parameters", "alpha_t = min(gamma, 1/sqrt(t))*max(eps2, rms(p[t-1]))")
	w.decay(r.WeightDecay, "gamma")
	w.move("no longer than D times the rate", "-alpha_t/max(1, rms(u_t)/D)*u_t")
}

// muon is for a matrix of one row, whose product with itself is a number.
func (w *writer) muon(r optim.Muon) {
	w.number("mu", "Momentum", r.Momentum)
	w.gradient(0, r.Maximize)
	w.keep("b", "momentum_buffer")
	w.arrow(Velocity, "the velocity", "b[t] = mu*b[t-1] + (1 - mu)*g")
	direction := "b[t]"
	if r.Nesterov {
		w.line("one step ahead", "y_t = (1 - mu)*g + mu*b[t]")
		direction = "y_t"
	}
	w.line("of length 1", "x_0 = "+direction+"/max(norm("+direction+"), 1e-7)")
	for i := range 5 {
		w.line("closer to a singular value of 1", fmt.Sprintf(
			"x_%[2]d = (3.4445 - 4.7750*norm(x_%[1]d)^2 + 2.0315*norm(x_%[1]d)^4)*x_%[1]d", i, i+1))
	}
	w.decay(r.WeightDecay, "gamma")
	if r.MatchRMS {
		w.number("C_max", "columns", float64(w.columns))
		w.move("as long as AdamW's", "-gamma*0.2*sqrt(C_max)*x_5")
	} else {
		w.move("about as long as the rate", "-gamma*x_5")
	}
}
