package engine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

// TestTune: in however many calls, it comes to the same rates, at which the race then is.
func TestTune(t *testing.T) {
	const query = "f=quadratic()&steps=40&rates=best&budget=12&run=SGD(LR=0.001)&run=LBFGS()&run=Adam(LR=1)"
	type tuned struct {
		Done, Total int
		Rates       []string
		Trials      [][]trial
	}
	e := New()
	var last tuned
	for calls := 0; last.Total == 0 || last.Done < last.Total; calls++ {
		if calls > 40 {
			t.Fatalf("%d of %d after %d calls", last.Done, last.Total, calls)
		}
		last, _ = value[tuned](t, e, "tune", query, `{"ms":0}`)
	}
	s, _ := spec.Parse(query)
	settled := race.Tuned(s)
	for i, r := range settled.Runs {
		if got := last.Rates[i]; got != spec.Number(r.LR) {
			t.Errorf("run %d: rate %s, want %v", i, got, r.LR)
		}
	}
	if last.Total != 36 || len(last.Trials[0]) != 12 || len(last.Trials[1]) != 0 || last.Trials[0][0].LR != "0.001" {
		t.Errorf("%+v", last)
	}
	tuner := e.tuners.answer
	v, _ := value[raceValue](t, e, "race", query, "")
	want, err := race.Run(settled)
	if err != nil {
		t.Fatal(err)
	}
	if v.Hash != want.Hash || v.Runs[0].LR != last.Rates[0] || !strings.Contains(v.Runs[0].Text, "LR="+last.Rates[0]) || e.tuners.answer != tuner {
		t.Errorf("hash %s, want %s: %+v", v.Hash, want.Hash, v.Runs[0])
	}
	fresh, _ := value[raceValue](t, New(), "race", query, "")
	if fresh.Hash != want.Hash {
		t.Error("without tuning first the race is another one")
	}
}

type stabilityValue struct {
	Limit, Formula, About, X, Y, L, LR string
	Above                              bool
	Values                             []string
	Vectors                            [][2]float64
	Step                               int
}

// TestStability: of a quadratic of the curvatures 10 and 1.
func TestStability(t *testing.T) {
	const query = "f=quadratic(Condition=10,Angle=0)&type=f64&at=3,2&steps=20&run=SGD(LR=0.15)&run=Momentum(LR=0.5,Momentum=0.5)&run=Adam(LR=0.1)&run=SGD(LR=0.3)"
	e := New()
	v, r := value[stabilityValue](t, e, "stability", query, `{"run":0,"step":0}`)
	if v.L != "10" || v.Limit != "0.2" || v.Above || !strings.HasPrefix(v.Formula, "<math") || v.X != "3" || !slices.Equal(v.Values, []string{"10", "1"}) {
		t.Errorf("%+v", v)
	}
	c1, c2, th1, th2 := r.Array("c1"), r.Array("c2"), r.Array("theory1"), r.Array("theory2")
	for k := range 21 {
		want1, want2 := 3*math.Pow(-0.5, float64(k)), 2*math.Pow(0.85, float64(k))
		if math.Abs(c1[k]-want1) > 1e-14 || math.Abs(c2[k]-want2) > 1e-14 || math.Abs(th1[k]-math.Abs(want1)) > 1e-14 || math.Abs(th2[k]-want2) > 1e-14 {
			t.Errorf("step %d: %v and %v, foreseen %v and %v, want %v and %v", k, c1[k], c2[k], th1[k], th2[k], want1, want2)
		}
	}
	if v, _ := value[stabilityValue](t, e, "stability", query, `{"run":1}`); v.Limit != "0.3" || !v.Above || v.Step > 20 {
		t.Errorf("momentum: %+v", v)
	}
	if v, r := value[stabilityValue](t, e, "stability", query, `{"run":2,"step":-1}`); v.Limit != "" || v.About == "" || v.Step != 20 || r.Array("theory1") != nil || len(r.Array("c1")) != 21 {
		t.Errorf("Adam: %+v", v)
	}
	if r := e.Call("stability", query, `{"run":4}`); r.Error == "" {
		t.Error("there is a run 4")
	}
	l, _ := value[struct{ Limits []limitValue }](t, e, "limits", query, "")
	if got := fmt.Sprint(len(l.Limits), l.Limits[0].Limit, l.Limits[1].Limit, l.Limits[2].Limit, l.Limits[3].Above); got != "40.20.3true" {
		t.Errorf("limits: %+v", l)
	}
}

// TestTheoryOfRace: the losses foreseen are there beside those of runs of which something is known.
func TestTheoryOfRace(t *testing.T) {
	v, r := value[raceValue](t, New(), "race", "f=quadratic()&steps=30&run=SGD(LR=0.1)&run=Adam()", "")
	if th := v.Runs[0].Theory; th == nil || !th.Bound || v.Runs[1].Theory != nil || len(r.Array("theory/0")) != 31 || r.Array("theory/1") != nil {
		t.Errorf("%+v", v.Runs)
	}
	for k, bound := range r.Array("theory/0") {
		if loss := r.Array("loss/0")[k]; loss > bound*(1+1e-6) {
			t.Errorf("step %d: loss %v above %v", k, loss, bound)
		}
	}
}

type mapValue struct {
	X, Y     axis
	Options  []string
	From, To int
	Texts    [][]string
}

// TestMap: in rows, whose cells are races of their texts.
func TestMap(t *testing.T) {
	const query = "f=quadratic()&steps=60&map=Beta2&run=SGD()&run=Adam(LR=0.1)"
	e := New()
	v, r := value[mapValue](t, e, "map", query, `{"run":1,"from":7,"to":9}`)
	cells := r.Array("cells")
	if v.X.Name != "LR" || v.Y.Name != "Beta2" || len(cells) != 2*len(v.X.Values) || len(v.Texts) != 2 || v.From != 7 || v.To != 9 || !slices.Contains(v.Options, "Beta1") {
		t.Fatalf("%+v with %d cells", v, len(cells))
	}
	for _, i := range []int{0, 12, 20} {
		text := v.Texts[1][i]
		c, _ := value[raceValue](t, New(), "race", "f=quadratic()&steps=60&run="+text, "")
		want := c.Runs[0].Reached
		if want < 0 {
			want = race.CellNever
		}
		if got := int(cells[len(v.X.Values)+i]); got != want || !strings.Contains(text, "Beta2=0.8") {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	// The option of one run is not that of another.
	if v, _ := value[mapValue](t, e, "map", query, `{"run":0,"from":0,"to":1}`); v.Y.Name == "Beta2" || len(v.Texts) != 1 {
		t.Errorf("%+v", v)
	}
}

// TestBasins: rows from below, whose cells are where races end.
func TestBasins(t *testing.T) {
	const query = "f=himmelblau()&steps=200&run=SGD(LR=0.01)"
	v, r := value[struct {
		From, To, Width, Height int
		Minima                  []struct{ X, Y float64 }
	}](t, New(), "basins", query, `{"width":4,"height":3,"from":2,"to":3,"x0":-4,"x1":4,"y0":-3,"y1":3}`)
	cells := r.Array("cells")
	if len(cells) != 4 || v.From != 2 || v.To != 3 || len(v.Minima) != 4 {
		t.Fatalf("%+v: %v", v, cells)
	}
	for i, cell := range cells {
		c, _ := value[raceValue](t, New(), "race", fmt.Sprintf("%s&at=%d,2", query, 2*i-3), "")
		x, _ := strconv.ParseFloat(c.Runs[0].X, 64)
		y, _ := strconv.ParseFloat(c.Runs[0].Y, 64)
		if cell < 0 || math.Hypot(x-v.Minima[int(cell)].X, y-v.Minima[int(cell)].Y) > 0.01 {
			t.Errorf("cell %d is %v, the race ends at %v, %v", i, cell, x, y)
		}
	}
}

// TestNoise: the page's numbers of what package race tests.
func TestNoise(t *testing.T) {
	const query = "f=regression()&steps=20&batch=5&seed=3&fan=4&run=SGD(LR=0.02)"
	e := New()
	v, r := value[struct {
		Batch, Samples, Step int
		Full, Mean, Std      [2]string
	}](t, e, "noise", query, `{"step":7}`)
	if v.Batch != 5 || v.Samples != 60 || v.Step != 7 || len(r.Array("gx")) != 200 || len(r.Array("gy")) != 200 || v.Full == v.Std {
		t.Errorf("%+v", v)
	}
	f, r := value[struct{ Seeds []string }](t, e, "fan", query, `{"from":1}`)
	if !slices.Equal(f.Seeds, []string{"4", "5", "6"}) {
		t.Fatalf("seeds %v", f.Seeds)
	}
	_, want := value[raceValue](t, e, "race", strings.Replace(query, "seed=3", "seed=5", 1), "")
	for _, name := range []string{"x", "y", "loss"} {
		if !slices.Equal(r.Array(name+"/2"), want.Array(name+"/0")) {
			t.Errorf("%s of seed 5 differs from the race's", name)
		}
	}
	z, r := value[struct{ Batches []int }](t, e, "sizes", query, "")
	if !slices.Equal(z.Batches, []int{60, 5, 1}) || r.Array("read/1")[20] != 100 || len(r.Array("x/2")) != 21 {
		t.Errorf("sizes %v, read %v", z.Batches, r.Array("read/1"))
	}
	if r := e.Call("noise", "f=beale()", ""); !strings.Contains(r.Error, "no noise") {
		t.Errorf("a closed form: %q", r.Error)
	}
}

// TestRateCurves: schedule and finder.
func TestRateCurves(t *testing.T) {
	const query = "f=quadratic()&steps=10&run=SGD(LR=0.1,Schedule=Exponential(Gamma=0.5))"
	e := New()
	_, r := value[struct{ LR string }](t, e, "rates", query, "")
	if x := r.Array("rates"); len(x) != 10 || x[0] != 0.1 || x[1] != 0.05 {
		t.Errorf("rates %v", x)
	}
	v, r := value[struct{ Suggest, Steepest, Lowest string }](t, e, "findrate", query, "")
	if suggest, err := strconv.ParseFloat(v.Suggest, 64); err != nil || suggest <= 0 || suggest > 0.2 || len(r.Array("losses")) != len(r.Array("rates")) {
		t.Errorf("%+v: %v", v, err)
	}
}

// TestRandomStates: whatever the text, each method answers with finite numbers or a word of its
// own, and does not panic.
func TestRandomStates(t *testing.T) {
	e := New()
	n := 20
	if testing.Short() {
		n = 4
	}
	for seed := range n {
		s, _ := spec.Parse(spec.Random(uint64(seed)))
		s.Steps, s.Budget = min(s.Steps, 20), min(s.Budget, 2)
		query := s.Format()
		for method, args := range map[string]string{
			"race": "", "csv": "", "tune": "", "stability": "", "limits": "", "map": `{"from":3,"to":4}`,
			"basins": `{"width":3,"height":3}`, "noise": "", "fan": `{"from":0,"to":2}`, "sizes": "", "rates": "", "findrate": "", "formats": "",
		} {
			r := e.Call(method, query, args)
			if strings.Contains(r.Error, "goroutine") || r.Error == "" && r.Value == nil {
				t.Fatalf("%s of %q: %s", method, query, r.Error)
			}
			if r.Error == "" {
				value[any](t, e, method, query, args)
			}
		}
	}
}
