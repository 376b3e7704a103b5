package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var networkHandlers = map[string]handler{
	"train":     answerTrain,
	"boundary":  answerBoundary,
	"guess":     answerGuess,
	"slice":     answerSlice,
	"sharpness": answerSharpness,
}

// A training is that of an experiment's network, as far as it has come, with what was asked
// about it.
type training struct {
	*neural.Trainer
	plane memory[*neural.Plane]
	sharp []map[int]float64 // of each run, by its point
}

// training returns that of an experiment.
func (e *Engine) training(s *spec.State) (*training, error) {
	return e.trainings.of(subject(s), func() (*training, error) {
		t, err := s.Trainer()
		if err != nil {
			return nil, err
		}
		sharp := make([]map[int]float64, len(s.Runs))
		for i := range sharp {
			sharp[i] = make(map[int]float64)
		}
		return &training{Trainer: t, sharp: sharp}, nil
	})
}

// run returns one of the runs, which must have trained already if its path is wanted.
func (t *training) run(i int, trained bool) (*neural.Run, error) {
	if i < 0 || i >= len(t.Runs) {
		return nil, fmt.Errorf("no run %d of %d", i, len(t.Runs))
	}
	if trained && len(t.Runs[i].Path) == 0 {
		return nil, errors.New("the network has not been trained yet")
	}
	return t.Runs[i], nil
}

// A trainee is what the page says of a run. Numbers are text.
type trainee struct {
	Method             string `json:"method"`
	Label              string `json:"label"`
	Text               string `json:"text"`
	LR                 string `json:"lr"`
	Diverged           int    `json:"diverged"` // step, -1 for none
	Note               string `json:"note"`
	Loss               string `json:"loss"` // at the last point
	Accuracy           string `json:"accuracy"`
	Validation         string `json:"validation"` // loss, "" without samples that validate
	ValidationAccuracy string `json:"validationAccuracy"`
}

// answerTrain trains for so many steps more, or until so many milliseconds are over, and
// answers with what all steps up to now gave.
func answerTrain(e *Engine, s *spec.State, args string) (*Reply, error) {
	q := struct{ Steps, Ms int }{Steps: s.Steps, Ms: 30}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	for range q.Steps {
		t.Advance()
		if t.Done() || time.Since(begin) >= time.Duration(q.Ms)*time.Millisecond {
			break
		}
	}
	r := &Reply{}
	labels := s.Labels()
	trainees := make([]trainee, len(t.Runs))
	for i, run := range t.Runs {
		x := trainee{Method: s.Runs[i].Method, Label: labels[i], Text: s.Runs[i].String(), LR: spec.Number(s.Runs[i].LR),
			Diverged: run.Diverged, Note: run.Note}
		if n := len(run.Points); n > 0 {
			p := run.Points[n-1]
			x.Loss, x.Accuracy = typed(s, p.Loss), typed(s, p.Accuracy)
			if t.validates() {
				x.Validation, x.ValidationAccuracy = typed(s, p.Validation), typed(s, p.ValidationAccuracy)
			}
		}
		trainees[i] = x
		t.addCurves(r, i)
	}
	hash := ""
	if t.Done() {
		hash = t.Hash()
	}
	c := s.Network
	r.Value = struct {
		Done       bool      `json:"done"`
		Step       int       `json:"step"`
		Steps      int       `json:"steps"`
		Epoch      int       `json:"epoch"`
		Batch      int       `json:"batch"` // samples of a step
		Samples    int       `json:"samples"`
		Validates  int       `json:"validates"` // samples that validate
		Parameters int       `json:"parameters"`
		Layers     int       `json:"layers"` // with weights
		Data       string    `json:"data"`
		Classes    int       `json:"classes"`
		Runs       []trainee `json:"runs"`
		Hash       string    `json:"hash"` // when all steps are taken
	}{t.Done(), t.Step(), t.Steps, t.Epoch(), t.Batch, c.Samples, len(t.data().Labels) - c.Samples,
		t.Runs[0].Network.Len(), t.Runs[0].Network.Layers(), c.Data, c.Classes(), trainees, hash}
	return r, nil
}

func (t *training) data() *neural.Data { return t.Runs[0].Network.Data }

// validates reports whether there are samples that validate.
func (t *training) validates() bool { d := t.data(); return d.Train < len(d.Labels) }

// addCurves adds the curves of run i: batch/i and rate/i of each step, and over the steps at/i
// loss, validation, accuracy, validationAccuracy and, for layer l from 0, norm/i/l of the gradient.
func (t *training) addCurves(r *Reply, i int) {
	run := t.Runs[i]
	add := func(name string, of func(p neural.Point) float64) {
		curve := make([]float64, len(run.Points))
		for k, p := range run.Points {
			curve[k] = of(p)
		}
		r.Add64(name, curve)
	}
	named := func(name string) string { return fmt.Sprintf("%s/%d", name, i) }
	add(named("at"), func(p neural.Point) float64 { return float64(p.Step) })
	add(named("loss"), func(p neural.Point) float64 { return p.Loss })
	add(named("accuracy"), func(p neural.Point) float64 { return p.Accuracy })
	if t.validates() {
		add(named("validation"), func(p neural.Point) float64 { return p.Validation })
		add(named("validationAccuracy"), func(p neural.Point) float64 { return p.ValidationAccuracy })
	}
	for l := range run.Network.Layers() {
		add(fmt.Sprintf("norm/%d/%d", i, l), func(p neural.Point) float64 { return p.Norms[l] })
	}
	r.Add64(named("batch"), run.Losses)
	r.Add64(named("rate"), run.Rates)
}

// trainingCSV has a line for each point of each run's curves, as far as it is trained.
func trainingCSV(e *Engine, s *spec.State) (*Reply, error) {
	t, err := e.training(s)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("step,run,loss,accuracy,validation,validation accuracy")
	for l := range t.Runs[0].Network.Layers() {
		fmt.Fprintf(&b, ",norm of layer %d", l)
	}
	b.WriteString("\n")
	for i, label := range s.Labels() {
		for _, p := range t.Runs[i].Points {
			fmt.Fprintf(&b, "%d,\"%s\",%s,%s", p.Step, label, typed(s, p.Loss), typed(s, p.Accuracy))
			if t.validates() {
				fmt.Fprintf(&b, ",%s,%s", typed(s, p.Validation), typed(s, p.ValidationAccuracy))
			} else {
				b.WriteString(",,")
			}
			for _, norm := range p.Norms {
				b.WriteString("," + typed(s, norm))
			}
			b.WriteByte('\n')
		}
	}
	return &Reply{Value: map[string]string{"text": b.String()}}, nil
}
