package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var raceHandlers = map[string]handler{
	"race": answerRace,
	"csv":  answerCSV,
}

// A contender is what the page says of a run, beside its path. Numbers are text.
type contender struct {
	Method   string `json:"method"`
	Label    string `json:"label"`
	Text     string `json:"text"` // the run with the rate that it has
	LR       string `json:"lr"`
	Diverged int    `json:"diverged"` // step, -1 for none
	Reached  int    `json:"reached"`
	Steps    int    `json:"steps"`
	Final    string `json:"final"` // loss
	X        string `json:"x"`     // where it ends
	Y        string `json:"y"`
	Note     string `json:"note"`

	Theory *theoryValue `json:"theory,omitempty"`
}

// A theoryValue is what is known of a run on a quadratic. Numbers are text, "" for none.
type theoryValue struct {
	Factor       string `json:"factor"` // of the distance in each step
	Bound        bool   `json:"bound"`  // losses are never above those foreseen
	Best         string `json:"best"`   // the least factor of the kind
	BestLR       string `json:"bestLR"`
	BestMomentum string `json:"bestMomentum"`
}

// race returns the race of an experiment, which is run once.
func (e *Engine) race(s *spec.State) (*race.Result, error) {
	return e.races.of(subject(s), func() (*race.Result, error) {
		settled, err := e.settled(s)
		if err != nil {
			return nil, err
		}
		return race.Run(settled)
	})
}

func answerRace(e *Engine, s *spec.State, _ string) (*Reply, error) {
	result, err := e.race(s)
	if err != nil {
		return nil, err
	}
	best := s.Best
	if s, err = e.settled(s); err != nil {
		return nil, err
	}
	labels := s.Labels()
	runs := make([]contender, len(result.Runs))
	r := &Reply{}
	for i := range runs {
		p, run := &result.Runs[i], s.Runs[i]
		last := len(p.X) - 1
		runs[i] = contender{
			Method: run.Method, Label: labels[i], Text: run.String(), LR: spec.Number(p.LR),
			Diverged: p.Diverged, Reached: p.Reached, Steps: last,
			Final: decimal(s, p.Loss[last]), X: decimal(s, p.X[last]), Y: decimal(s, p.Y[last]),
			Note: p.Note,
		}
		addPath(r, p, i)
		r.Add64(fmt.Sprintf("norm/%d", i), p.Norm)
		r.Add64(fmt.Sprintf("rate/%d", i), p.Rate)
		r.Add64(fmt.Sprintf("clip/%d", i), p.Clip)
		if t, ok := race.TheoryOf(s, run); ok {
			runs[i].Theory = &theoryValue{spec.Number(t.Factor), t.Bound, orNone(t.Best), orNone(t.BestLR), orNone(t.BestMomentum)}
			r.Add64(fmt.Sprintf("theory/%d", i), t.Foreseen(s.Surface, p))
		}
	}
	r.Value = struct {
		Runs   []contender `json:"runs"`
		Hash   string      `json:"hash"`
		Steps  int         `json:"steps"`
		Best   bool        `json:"best"`
		Budget int         `json:"budget"`
		Target string      `json:"target"`
	}{runs, result.Hash, s.Steps, best, s.Budget, spec.Number(s.Target)}
	return r, nil
}

// orNone is spec.Number, but "" for 0.
func orNone(v float64) string {
	if v == 0 {
		return ""
	}
	return spec.Number(v)
}

// decimal returns the shortest text of a number in the type of the experiment. Numbers that
// were computed in float64 all the same get theirs.
func decimal(s *spec.State, v float64) string {
	if !s.Double && float64(float32(v)) == v {
		return strconv.FormatFloat(v, 'g', -1, 32)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// answerCSV has a line for each position of each run. A rate belongs to the step that leads
// there, so that the start has none. A network has a line for each point of its curves.
func answerCSV(e *Engine, s *spec.State, _ string) (*Reply, error) {
	if s.Network != nil {
		return trainingCSV(e, s)
	}
	result, err := e.race(s)
	if err != nil {
		return nil, err
	}
	if s, err = e.settled(s); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("step,run,x,y,loss,norm,rate\n")
	labels := s.Labels()
	for i, p := range result.Runs {
		for k := range p.X {
			rate := ""
			if k > 0 {
				rate = decimal(s, p.Rate[k-1])
			}
			fmt.Fprintf(&b, "%d,\"%s\",%s,%s,%s,%s,%s\n", k, labels[i], decimal(s, p.X[k]), decimal(s, p.Y[k]), decimal(s, p.Loss[k]), decimal(s, p.Norm[k]), rate)
		}
	}
	return &Reply{Value: map[string]string{"text": b.String()}}, nil
}
