package snippet

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
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
			first := ""
			if p.stored() {
				first = strconv.FormatBool(r.Params != spec.Native) + ", "
			}
			calls = append(calls, "\tdescend("+name+", "+first+ruleOf(r)+")")
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
