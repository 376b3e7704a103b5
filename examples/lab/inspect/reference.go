package inspect

import (
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
)

// Reference returns the lines of every step of a run in a number of parameters, without values.
// What they start from has values only where these are options.
func Reference(run spec.Run, parameters int) (*Step, error) {
	w := &writer{run: run, columns: parameters, rate: 1}
	unknown := []Given{{"t", "step", nil}, {"gamma", "rate", nil}, {"p[t-1]", "parameters", nil}}
	switch {
	case run.Rule != nil:
		if err := w.rule(run.Rule); err != nil {
			return nil, err
		}
	case run.Method == "LBFGS":
		w.search(nil, nil)
	default:
		if err := w.method(run, surface.Hessian{}); err != nil {
			return nil, err
		}
	}
	for _, k := range w.kept {
		unknown = append(unknown, Given{k.name + "[t-1]", k.source, nil})
	}
	for _, g := range w.given {
		if !ofStep[g.Name] {
			unknown = append(unknown, g)
			continue
		}
		unknown = append(unknown, Given{g.Name, g.Source, nil})
	}
	return &Step{Given: unknown, Lines: w.lines, Note: w.note}, nil
}

// ofStep has the names of what is no option though it is a number: it changes with the steps.
var ofStep = map[string]bool{"Pi[t]": true, "H_xx": true, "H_xy": true, "H_yy": true}
