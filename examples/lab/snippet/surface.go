package snippet

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// surface writes the program of runs on a surface.
func (p *program) surface() error {
	s := p.state
	element := "float32"
	if s.Double {
		element = "float64"
	}
	p.add("// A number is what the parameters are.", "type number = "+element)
	p.add("const steps = " + strconv.Itoa(s.Steps))
	if p.batched() {
		p.add("// batches are the samples of each step.",
			fmt.Sprintf("var batches = train.Batches{Samples: %d, Size: %d, Seed: %d}", s.Surface.Samples, s.Batch, s.Seed))
	}
	calls := []string{"func main() {"}
	var descends, curves, searches, stays bool
	for i, label := range s.Labels() {
		r, name := s.Runs[i], strconv.Quote(label)
		_, err := race.Start(s, r)
		switch {
		case err != nil:
			stays = true
			at := p.start(true)
			loss := surface.Eval(s.Surface, nil, at, make([]float64, len(at)))
			if math.IsInf(loss, 0) || math.IsNaN(loss) {
				loss = 0
			}
			calls = append(calls, "\t// "+err.Error(), "\tstay("+name+", "+numbers("float64", at)+", "+spec.Number(loss)+")")
		case r.Rule != nil:
			descends = true
			calls = append(calls, "\tdescend("+name+", "+ruleOf(r)+")")
		case r.Method == "LBFGS":
			searches = true
			calls = append(calls, "\tquasi("+name+")")
		default:
			curves = true
			calls = append(calls, "\tcurved("+name+", "+curvedArgs(r)+")")
		}
	}
	p.add(append(calls, `	fmt.Printf("hash %016x\n", hash.Sum64())`, "}")...)
	if descends {
		p.descend()
	}
	if curves {
		p.curved()
	}
	if searches {
		p.quasi()
	}
	if stays {
		p.add(
			"// stay is a run that cannot start.",
			"func stay(name string, p []float64, loss float64) {",
			"\tvar r record",
			"\tadd(&r, p, make([]float64, len(p)), loss)",
			"\tr.print(name)",
			"}")
	}
	p.addAll()
	p.add(strings.TrimSpace(recordSource))
	p.objective()
	return nil
}

// recordSource keeps what the hash is of, and ends runs as the lab does.
const recordSource = `
// hash is that of all positions and losses.
var hash = fnv.New64a()

// A record is what is kept of a run.
type record struct {
	count       int // positions
	first, last float64
	at          []float64
}

// add adds a position, with the gradient and the loss there. It reports false if the run can
// go no further: a number is not finite, or the loss has grown a million times.
func add[T kernels.Float](r *record, p, g []T, loss T) bool {
	var at, slope [2]float64
	for i := range p {
		at[i], slope[i] = float64(p[i]), float64(g[i])
	}
	norm := math.Sqrt(float64(slope[0]*slope[0]) + float64(slope[1]*slope[1]))
	for _, v := range []float64{at[0], at[1], norm, float64(loss)} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	binary.Write(hash, binary.LittleEndian, []float64{at[0], at[1], float64(loss)})
	if r.count == 0 {
		r.first = float64(loss)
	}
	r.count++
	r.last, r.at = float64(loss), at[:len(p)]
	return math.Abs(r.last) <= 1e6*(math.Abs(r.first)+1)
}

func (r *record) print(name string) {
	fmt.Printf("%s: loss %v at %v after %d steps\n", name, r.last, r.at, r.count-1)
}
`

// batched reports whether steps have samples of their own.
func (p *program) batched() bool { return p.state.Batch > 0 && p.state.Batch < p.state.Surface.Samples }

// start returns where runs begin, rounded to the parameters' type unless it is to be float64.
func (p *program) start(double bool) []float64 {
	at := []float64{p.state.Start.X, p.state.Start.Y}[:p.state.Surface.Kind.Dim]
	for i, v := range at {
		if !double && !p.state.Double {
			at[i] = float64(float32(v))
		}
	}
	return at
}

// numbers returns the literal of a slice. What is float32 in float64 has as few digits as that
// needs.
func numbers(element string, v []float64) string {
	items := make([]string, len(v))
	for i, x := range v {
		items[i] = spec.Number(x)
		if element == "number" && float64(float32(x)) == x {
			items[i] = strconv.FormatFloat(x, 'g', -1, 32)
		}
	}
	return "[]" + element + "{" + strings.Join(items, ", ") + "}"
}

// objective writes the functions of the loss. Where there are data, objective makes them and
// returns evaluate.
func (p *program) objective() {
	o := p.state.Surface
	if o.Setup == "" {
		p.add(
			"// evaluate returns the loss at p, and stores its gradient in g.",
			"func evaluate[T kernels.Float](p, g []T) T {",
			"\treturn "+o.Call,
			"}")
	} else {
		p.add(
			"// objective returns the function of the loss at p over some samples, or over all if they are",
			"// nil, which stores its gradient in g.",
			"func objective[T kernels.Float]() func(samples []int, p, g []T) T {",
			"\t"+o.Setup,
			"\treturn func(samples []int, p, g []T) T {",
			"\t\treturn "+o.Call,
			"\t}",
			"}")
	}
	p.add(o.Source)
}

// evaluate returns a call of evaluate.
func (p *program) evaluate(samples, gradient string) string {
	if p.state.Surface.Setup == "" {
		return "evaluate(p, " + gradient + ")"
	}
	return "evaluate(" + samples + ", p, " + gradient + ")"
}

// begin returns the first lines of a function that takes the steps of a run.
func (p *program) begin(element string, extra ...string) (lines []string) {
	if p.state.Surface.Setup != "" {
		lines = append(lines, "\tevaluate := objective["+element+"]()")
	}
	lines = append(lines, "\tp := "+numbers(element, p.start(element == "float64")))
	for _, name := range append([]string{"g"}, extra...) {
		lines = append(lines, "\t"+name+" := make([]"+element+", len(p))")
	}
	return lines
}

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
	lines := append([]string{"// descend takes the steps of a rule.", "func descend(name string, rule optim.Rule, options ...optim.Option) {"}, p.begin("number", extra...)...)
	lines = append(lines, "\tparam := optim.Param[number]{Name: \"p\", Value: p}")
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
