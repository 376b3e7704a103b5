package snippet

import (
	"slices"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// descend writes the function of runs by a rule.
func (p *program) descend() {
	var matrix, table, average, observe bool
	for _, r := range p.state.Runs {
		_, evaluates := r.Rule.(optim.ScheduleFreeAdamW)
		average = average || evaluates
		table = table || r.Sparse()
		matrix = matrix || r.Matrix() && !r.Sparse()
		observe = observe || r.Schedule != nil && len(schedule.Observers(r.Schedule)) > 0
	}
	split := average || p.batched() // the gradient of a step is another one than that of the record
	var extra []string
	if split {
		extra = []string{"whole"}
	}
	lines := []string{"// descend takes the steps of a rule.", "func descend(name string, rule optim.Rule, options ...optim.Option) {"}
	if p.stored() {
		lines = []string{
			"// descend takes the steps of a rule, whose parameters may be kept in bfloat16.",
			"func descend(name string, bfloat16 bool, rule optim.Rule, options ...optim.Option) {"}
	}
	lines = append(lines, p.begin("number", extra...)...)
	lines = append(lines, "\tparam := optim.Param[number]{Name: \"p\", Value: p}")
	if p.stored() {
		lines = append(lines,
			"\tif bfloat16 {",
			"\t\tparam.Value, param.BF16 = nil, make([]kernels.BFloat16, len(p))",
			"\t\tkernels.RoundBF16(param.BF16, p)",
			"\t\tkernels.WidenBF16(p, param.BF16)",
			"\t}")
	}
	if matrix || table {
		lines = append(lines, p.shapes(table)...)
	}
	lines = append(lines,
		"\topt, err := optim.New(rule, []optim.Param[number]{param}, options...)",
		"\tif err != nil {",
		"\t\tlog.Fatal(err)",
		"\t}")
	if table {
		lines = append(lines, "\tgradients := opt.NewGradients()")
	}
	if p.batched() {
		lines = append(lines, "\tvar samples []int")
	}
	lines = append(lines, "\tvar r record")
	look := "add(&r, p, g, " + p.evaluate("nil", "g") + ")"
	if split {
		look = "add(&r, p, whole, " + p.evaluate("nil", "whole") + ")"
	}
	if average {
		lines = append(lines,
			"\tlook := func() bool {",
			"\t\topt.EvalMode() // the average, where a rule has one",
			"\t\tdefer opt.TrainMode()",
			"\t\treturn "+look,
			"\t}")
		look = "look()"
	}
	lines = append(lines, "\tfor n := 0; "+look+" && n < steps; n++ {")
	if observe {
		lines = append(lines, "\t\tif n > 0 {", "\t\t\topt.Observe(r.last)", "\t\t}")
	}
	lines = append(lines, p.gradient(split)...)
	lines = append(lines, stepLines(table)...)
	if p.stored() {
		lines = append(lines, "\t\tif bfloat16 {", "\t\t\tkernels.WidenBF16(p, param.BF16)", "\t\t}")
	}
	p.add(append(lines, "\t}", "\tr.print(name)", "}")...)
}

// shapes returns the lines that give a parameter the shape that some rules want.
func (p *program) shapes(table bool) []string {
	var whole []string
	for _, name := range []string{"Muon", "Adafactor"} {
		if slices.ContainsFunc(p.state.Runs, func(r spec.Run) bool { return r.Method == name }) {
			whole = append(whole, "optim."+name)
		}
	}
	lines := []string{"\tswitch rule.(type) {"}
	if whole != nil {
		lines = append(lines, "\tcase "+strings.Join(whole, ", ")+":", "\t\tparam.Shape = []int{1, len(p)} // a matrix of one row")
	}
	if table {
		lines = append(lines, "\tcase optim.RowAdagrad:", "\t\tparam.Shape, param.Sparse = []int{1, len(p)}, true // a table of one row")
	}
	return append(lines, "\t}")
}

// gradient returns the lines that evaluate the gradient of a step, if it is another one.
func (p *program) gradient(split bool) (lines []string) {
	samples := "nil"
	if p.batched() {
		samples = "samples"
		lines = append(lines, "\t\tsamples = batches.Append(samples[:0], n)")
	}
	if split {
		lines = append(lines, "\t\t"+p.evaluate(samples, "g"))
	}
	return lines
}

// stepLines returns those that take a step.
func stepLines(table bool) []string {
	if !table {
		return []string{
			"\t\tif report, err := opt.Step([][]number{g}); err != nil || report.Skipped {",
			"\t\t\tbreak",
			"\t\t}"}
	}
	return []string{
		"\t\tvar report optim.Report",
		"\t\tif param.Sparse {",
		"\t\t\tgradients.Reset()",
		"\t\t\tcopy(gradients.Rows[0].Add(0), g)",
		"\t\t\treport, err = opt.StepGradients(gradients)",
		"\t\t} else {",
		"\t\t\treport, err = opt.Step([][]number{g})",
		"\t\t}",
		"\t\tif err != nil || report.Skipped {",
		"\t\t\tbreak",
		"\t\t}"}
}

// stored reports whether some run keeps its parameters in bfloat16.
func (p *program) stored() bool {
	return slices.ContainsFunc(p.state.Runs, func(r spec.Run) bool { return r.Params != spec.Native })
}
