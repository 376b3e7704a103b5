package snippet

import (
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// curvedArgs returns the arguments of a call of curved: rate, damping, whether eigenvalues count
// by their magnitudes, and the function of the matrix.
func curvedArgs(r spec.Run) string {
	matrix, absolute := "problem.Hessian", r.Absolute
	switch r.Method {
	case "NaturalGradient":
		matrix = "fisher"
	case "Preconditioned":
		matrix, absolute = "fixed("+strconv.FormatBool(r.Full)+")", true
	}
	return strings.Join([]string{spec.Number(r.LR), spec.Number(r.Damping), strconv.FormatBool(absolute), matrix}, ", ")
}

// curved writes the function of runs by the gradient divided by a matrix. The matrices are the
// lab's.
func (p *program) curved() {
	s := p.state
	split := p.batched()
	var extra []string
	if split {
		extra = []string{"whole"}
	}
	lines := append([]string{
		"// curved takes the steps of a method that divides the gradient by a matrix.",
		"func curved(name string, lr, damping float64, absolute bool, matrix func(surface.Point) surface.Hessian) {",
	}, p.begin("number", extra...)...)
	look := "add(&r, p, g, " + p.evaluate("nil", "g") + ")"
	if split {
		lines = append(lines, "\tvar samples []int")
		look = "add(&r, p, whole, " + p.evaluate("nil", "whole") + ")"
	}
	lines = append(lines, "\tvar r record", "\tfor n := 0; "+look+" && n < steps; n++ {")
	lines = append(lines, p.gradient(split)...)
	if s.Surface.Kind.Dim == 1 {
		lines = append(lines,
			"\t\tm := matrix(surface.Point{X: float64(p[0])})",
			"\t\tx, _, ok := solve(m.XX, m.XY, m.YY, damping, absolute, float64(g[0]), 0)")
	} else {
		lines = append(lines,
			"\t\tm := matrix(surface.Point{X: float64(p[0]), Y: float64(p[1])})",
			"\t\tx, y, ok := solve(m.XX, m.XY, m.YY, damping, absolute, float64(g[0]), float64(g[1]))")
	}
	lines = append(lines,
		"\t\tif !ok {",
		"\t\t\tbreak",
		"\t\t}",
		"\t\tp[0] = number(float64(p[0]) - float64(lr*x))")
	if s.Surface.Kind.Dim == 2 {
		lines = append(lines, "\t\tp[1] = number(float64(p[1]) - float64(lr*y))")
	}
	p.add(append(lines, "\t}", "\tr.print(name)", "}")...)

	values := make([]string, len(s.Surface.Values))
	for i, v := range s.Surface.Values {
		values[i] = spec.Number(v)
	}
	p.add(
		"// problem has the second derivatives.",
		"var problem = newProblem()")
	p.add(
		"func newProblem() *surface.Problem {",
		"\tproblem, err := surface.Find("+strconv.Quote(s.Surface.Kind.Name)+").New("+strings.Join(values, ", ")+")",
		"\tif err != nil {",
		"\t\tlog.Fatal(err)",
		"\t}",
		"\treturn problem",
		"}")
	p.matrices()
	p.add(race.SolveSource())
}

// matrices writes the functions of the matrices that are not the Hessian.
func (p *program) matrices() {
	has := func(method string) bool {
		for _, r := range p.state.Runs {
			if r.Method == method {
				return true
			}
		}
		return false
	}
	if has("NaturalGradient") {
		p.add(
			"// fisher returns the Fisher matrix.",
			"func fisher(at surface.Point) surface.Hessian {",
			"\tm, _ := problem.Fisher(at)",
			"\treturn m",
			"}")
	}
	if has("Preconditioned") {
		at := p.start(false)
		point := "X: " + spec.Number(at[0])
		if len(at) == 2 {
			point += ", Y: " + spec.Number(at[1])
		}
		p.add(
			"// fixed returns a function that has the Hessian of the start everywhere, or its diagonal.",
			"func fixed(full bool) func(surface.Point) surface.Hessian {",
			"\tm := problem.Hessian(surface.Point{"+point+"})",
			"\tif !full {",
			"\t\tm.XY = 0",
			"\t}",
			"\treturn func(surface.Point) surface.Hessian { return m }",
			"}")
	}
}

// quasi writes the function of L-BFGS.
func (p *program) quasi() {
	lines := append([]string{
		"// quasi takes the iterations of L-BFGS, whose line search needs no rate, over all samples and",
		"// in float64.",
		"func quasi(name string) {",
	}, p.begin("float64")...)
	p.add(append(lines,
		"\tparams := []optim.Param[float64]{{Name: \"p\", Value: slices.Clone(p)}}",
		"\tloss := func(_ train.Batch, g *optim.Gradients[float64]) (float64, error) {",
		"\t\treturn "+strings.Replace(p.evaluate("nil", "g.Dense[0]"), "p,", "params[0].Value,", 1)+", nil",
		"\t}",
		"\tvar path trace",
		"\tsettings := &optimize.Settings{",
		"\t\tMajorIterations: steps + 2,",
		"\t\tFuncEvaluations: 100 * (steps + 1),",
		"\t\tRecorder:        &path,",
		"\t\tConverger:       optimize.NeverTerminate{},",
		"\t}",
		"\tif _, err := gonumopt.Minimize(params, loss, settings, &gonumopt.OWLQN{}); err != nil {",
		"\t\tlog.Print(err)",
		"\t}",
		"\tvar r record",
		"\tfor n := 0; add(&r, p, g, "+p.evaluate("nil", "g")+") && n < steps && n+1 < len(path); n++ {",
		"\t\tcopy(p, path[n+1])",
		"\t}",
		"\tr.print(name)",
		"}")...)
	p.add(
		"// A trace has the point of each iteration.",
		"type trace [][]float64",
		"",
		"func (t *trace) Init() error { return nil }",
		"",
		"func (t *trace) Record(l *optimize.Location, op optimize.Operation, _ *optimize.Stats) error {",
		"\tif op == optimize.MajorIteration {",
		"\t\t*t = append(*t, slices.Clone(l.X))",
		"\t}",
		"\treturn nil",
		"}")
}
