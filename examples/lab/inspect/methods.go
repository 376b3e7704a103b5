package inspect

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// method writes the lines of a method that is no rule, and that divides the gradient by a matrix.
func (w *writer) method(run spec.Run, matrix surface.Hessian) error {
	about := ""
	switch run.Method {
	case "Newton":
		about = "the Hessian"
	case "NaturalGradient":
		about = "the Fisher matrix"
	case "Preconditioned":
		about = "the Hessian at the start, its diagonal"
		if run.Full {
			about = "the Hessian at the start"
		}
	default:
		return fmt.Errorf("no formulas of %s", run.Method)
	}
	w.number("H_xx", about, matrix.XX)
	w.gradient(0, false)
	if w.columns == 1 {
		w.write("lambda_1 = H_xx | the curvature")
		w.divisor(run, 1)
		w.write("s = if(g == 0, 0, g/mu_1) | the gradient over it")
	} else {
		w.number("H_xy", about, matrix.XY)
		w.number("H_yy", about, matrix.YY)
		w.write(`
h = (H_xx - H_yy)/2 | half the difference of the diagonal
r = sqrt(h^2 + H_xy^2) | half that of the eigenvalues
lambda_1 = if(H_xy == 0, max(H_xx, H_yy), (H_xx + H_yy)/2 + r) | the larger curvature
lambda_2 = if(H_xy == 0, min(H_xx, H_yy), (H_xx + H_yy)/2 - r) | the smaller one
u = if(h < 0, vector(H_xy, r - h), vector(h + r, H_xy)) | along the axis of the first
e_1 = if(norm(u) > 0, u/norm(u), vector(1, 0)) | of length 1
e_2 = turn(e_1) | the axis of the second`)
		w.divisor(run, 1)
		w.divisor(run, 2)
		w.write(`
s_1 = if(dot(e_1, g) == 0, 0, dot(e_1, g)/mu_1) | the gradient along the first axis, over its curvature
s_2 = if(dot(e_2, g) == 0, 0, dot(e_2, g)/mu_2) | and along the second
s = s_1*e_1 + s_2*e_2 | the gradient over the matrix`)
	}
	w.write("step: Delta = -gamma*s | so far")
	w.finish()
	return nil
}

// divisor writes what is divided by along an axis.
func (w *writer) divisor(run spec.Run, axis int) {
	text := "lambda_%d"
	if run.Absolute || run.Method == "Preconditioned" {
		text = "abs(lambda_%d)"
	}
	if run.Damping != 0 {
		if axis == 1 {
			w.number("delta", "Damping", run.Damping)
		}
		text += " + delta"
	}
	w.write(fmt.Sprintf("mu_%d = "+text+" | what divides along the axis", axis, axis))
}

// search writes the lines of a method that searches for its step.
func (w *writer) search(before, after []float64) {
	w.gradient(0, false)
	step := make([]float64, len(before))
	for i := range step {
		step[i] = after[i] - before[i]
	}
	w.lines = append(w.lines, Line{Name: "Delta", Values: step, Arrow: Move, About: "what a line search along L-BFGS's direction has found"})
	w.shift = " + Delta"
	w.finish()
	w.note = "L-BFGS builds its direction from the steps and gradients before, and searches along it: there is no formula of one step."
}
