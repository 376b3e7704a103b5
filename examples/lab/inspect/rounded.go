package inspect

import (
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/optim"
)

// addRounded adds a line for each vector that the optimizer rounds after a step, with what it has
// kept: the next step starts from that. The random bits themselves are not taken apart.
func addRounded(s *Step, w *writer, after optim.ParamSnapshot[float32]) {
	add := func(name, about string, values []float64) {
		s.Lines = append(s.Lines, Line{Name: name + "[t]'", Values: values, About: about})
	}
	if f := w.run.State; f != optim.Native {
		for _, k := range w.kept {
			for i, kept := range after.State {
				if kept.Name == k.source {
					add(k.name, "rounded up or down at random to "+f.String()+": what the next step starts from", race.Kept(&after, i))
				}
			}
		}
	}
	switch w.run.Params {
	case spec.BFloat16:
		add("p", "rounded up or down at random to bfloat16, whose last place is meant below", s.After)
	case spec.Split:
		after.Rest = nil
		add("p", "the upper half, a bfloat16, at which the loss is computed; the lower half is kept beside it", race.Parameters(&after))
	}
}
