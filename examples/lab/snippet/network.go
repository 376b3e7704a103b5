package snippet

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// network writes the program of networks, which trains them as the lab does.
func (p *program) network() {
	s := p.state
	lines := []string{
		"func main() {",
		"\tconfig := " + spec.GoLiteral(*s.Network),
		fmt.Sprintf("\ttrainer, err := neural.NewTrainer(config, %d, %d, %d,", s.Steps, s.Batch, s.Seed),
	}
	for _, r := range s.Runs {
		contender := "run(" + ruleOf(r) + ")"
		if r.Params != spec.Native {
			contender = "neural.BFloat16(" + contender + ")"
		}
		lines = append(lines, "\t\t"+contender+",")
	}
	lines = append(lines,
		"\t)",
		"\tif err != nil {",
		"\t\tlog.Fatal(err)",
		"\t}",
		"\tfor !trainer.Done() {",
		"\t\ttrainer.Advance()",
		"\t}",
		"\tfor i, name := range []string{"+p.names()+"} {",
		"\t\tr := trainer.Runs[i]",
		"\t\tif len(r.Points) == 0 {",
		"\t\t\tfmt.Println(name, r.Note)",
		"\t\t\tcontinue",
		"\t\t}",
		"\t\tlast := r.Points[len(r.Points)-1]",
		`		fmt.Printf("%s: loss %v and accuracy %v after %d steps %s\n", name, last.Loss, last.Accuracy, last.Step, r.Note)`,
		"\t}",
		"\tfmt.Println(\"hash\", trainer.Hash())",
		"}",
	)
	p.add(lines...)
	p.add(
		"// run is the training by a rule.",
		"func run(rule optim.Rule, options ...optim.Option) neural.Contender {",
		"\treturn func(params []optim.Param[float32]) (*optim.Optimizer[float32], error) {",
		"\t\treturn optim.New(rule, params, options...)",
		"\t}",
		"}",
	)
	p.addAll()
}

// names returns the names of the runs as Go source.
func (p *program) names() string {
	names := p.state.Labels()
	for i, name := range names {
		names[i] = strconv.Quote(name)
	}
	return strings.Join(names, ", ")
}
