package tour

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
)

// TestPresets: presets are complete, their experiments are written as the lab writes them, and
// all together show each symptom of the guide that a run can show.
func TestPresets(t *testing.T) {
	guide, err := os.ReadFile("../../../optim/GUIDE.md")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{notFinite: true, swings: true, stalls: true, overfits: true, irreplicable: true}
	for symptom := range missing {
		if !strings.Contains(string(guide), "\n## "+symptom+"\n") {
			t.Errorf("the guide has no section %q", symptom)
		}
	}
	seen := make(map[string]bool)
	for _, p := range Presets() {
		s, problems := spec.Parse(p.Query)
		if len(problems) > 0 || s.Format() != p.Query {
			t.Errorf("%s: problems %+v, canonical %s", p.ID, problems, s.Format())
		}
		for _, text := range []string{p.ID, p.Title, p.Question, p.Why, p.Look, p.Hash} {
			if text == "" || seen[text] {
				t.Errorf("%s: text %q is empty, or that of another one", p.ID, text)
			}
			seen[text] = true
		}
		if len(p.Choices) != 3 || p.Answer < 0 || p.Answer >= 3 {
			t.Errorf("%s: answer %d of %d", p.ID, p.Answer, len(p.Choices))
		}
		if !slices.Contains(spec.Tabs, p.Tab) || p.Tab == "tour" {
			t.Errorf("%s: no tab %q", p.ID, p.Tab)
		}
		for _, symptom := range p.Guide {
			delete(missing, symptom)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no preset shows %v", missing)
	}
}

// A telling is a preset's question and answer beside what came of its experiment.
type telling struct {
	*testing.T
	*outcome
	text string
	told map[string]bool // numbers of the text that were compared
}

// says asks for a number in the text, as format writes it.
func (c *telling) says(format string, value any) {
	c.Helper()
	number := strings.TrimPrefix(fmt.Sprintf(format, value), "-")
	if !slices.Contains(numbers.FindAllString(c.text, -1), number) {
		c.Errorf("the text does not say %s", number)
	}
	c.told[number] = true
}

// holds asks for a comparison that the text makes.
func (c *telling) holds(ok bool, claim string) {
	c.Helper()
	if !ok {
		c.Errorf("it does not hold that %s", claim)
	}
}

// above returns how far the loss of a run was above the least at a position, counted from the
// end if that is negative.
func (o *outcome) above(run, at int) float64 {
	loss := o.runs[run].Loss
	if at < 0 {
		at += len(loss)
	}
	return loss[at] - o.state.Surface.Least
}

// hovers returns the mean of above over the last hundred positions.
func (o *outcome) hovers(run int) float64 {
	sum := 0.0
	for i := range 100 {
		sum += o.above(run, -1-i)
	}
	return sum / 100
}

var (
	numbers = regexp.MustCompile(`\b\d+(\.\d+)?`)
	sources = regexp.MustCompile(`, (19|20)\d\d[;)]`)
)

// TestAnswers compares what the questions and answers say with the runs: every number, unless it is one of
// the experiment or the year of a source, and every comparison.
func TestAnswers(t *testing.T) {
	for _, p := range Presets() {
		t.Run(p.ID, func(t *testing.T) {
			check := answers[p.ID]
			if check == nil {
				t.Fatal("nothing checks the text")
			}
			c := &telling{t, outcomeOf(t, p.Query), sources.ReplaceAllString(p.Question+" "+p.Why, ""), make(map[string]bool)}
			check(c)
			for _, n := range numbers.FindAllString(p.Query+fmt.Sprint(" ", c.state.Steps), -1) {
				c.told[n] = true
			}
			for _, n := range numbers.FindAllString(c.text, -1) {
				if !c.told[n] {
					t.Errorf("nothing checks the number %s", n)
				}
			}
		})
	}
	if len(answers) != len(Presets()) {
		t.Errorf("answers to %d presets, want %d", len(answers), len(Presets()))
	}
}

// stride returns the length of a step, which are counted from 1.
func (o *outcome) stride(run, step int) float64 {
	p := o.runs[run]
	return math.Hypot(p.X[step]-p.X[step-1], p.Y[step]-p.Y[step-1])
}
