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
		w.line("the curvature", "lambda_1 = H_xx")
		w.divisor(run, 1)
		w.line("the gradient over it", "s = if(g == 0, 0, g/mu_1)")
	} else {
		w.number("H_xy", about, matrix.XY)
		w.number("H_yy", about, matrix.YY)
		w.eigen()
		w.divisor(run, 1)
		w.divisor(run, 2)
		w.line("the gradient along the first axis, over its curvature", "s_1 = if(dot(e_1, g) == 0, 0, dot(e_1, g)/mu_1)")
		w.line("and along the second", "s_2 = if(dot(e_2, g) == 0, 0, dot(e_2, g)/mu_2)")
		w.line("the gradient over the matrix", "s = s_1*e_1 + s_2*e_2")
	}
	w.move("so far", "-gamma*s")
	w.finish()
	return nil
}

// eigen writes the eigenvalues of a matrix of two rows, and its eigenvectors of length 1.
func (w *writer) eigen() {
	w.line("half the difference of the diagonal", "h = (H_xx - H_yy)/2")
	w.line("half that of the eigenvalues", "r = sqrt(h^2 + H_xy^2)")
	w.line("the larger curvature", "lambda_1 = (H_xx + H_yy)/2 + r")
	w.line("the smaller one", "lambda_2 = (H_xx + H_yy)/2 - r")
	w.line("along the axis of the first", "u = if(h < 0, vector(H_xy, r - h), vector(h + r, H_xy))")
	w.line("of length 1", "e_1 = if(norm(u) > 0, u/norm(u), vector(1, 0))")
	w.line("the axis of the second", "e_2 = turn(e_1)")
}

// divisor writes what is divided by along an axis.
func (w *writer) divisor(run spec.Run, axis int) {
	text, about := "lambda_%d", "what divides along the axis"
	if run.Absolute || run.Method == "Preconditioned" {
		text = "abs(lambda_%d)"
	}
	if run.Damping != 0 {
		if axis == 1 {
			w.number("delta", "Damping", run.Damping)
		}
		text += " + delta"
	}
	w.line(about, fmt.Sprintf("mu_%d = "+text, axis, axis))
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
