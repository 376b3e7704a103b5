package engine

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

const (
	spiralsQuery = "f=network(Hidden=(6,5),Samples=60)&steps=90&batch=16&seed=3&run=Adam(LR=0.02)&run=Momentum(LR=0.2,Momentum=0.9)"
	digitsQuery  = "f=network(Data=digits,Hidden=(12),Samples=100,Normalize=0,Offset=0.25,Scale=0.5)&steps=60&run=Adam(LR=0.02)"
)

type trainValue struct {
	Done                                 bool
	Step, Steps, Epoch, Batch, Validates int
	Parameters, Layers                   int
	Runs                                 []trainee
	Hash                                 string
}

// trainedEngine returns an engine that has trained an experiment.
func trainedEngine(t testing.TB, query string) *Engine {
	e := New()
	if v, _ := value[trainValue](t, e, "train", query, `{"ms":60000}`); !v.Done {
		t.Fatalf("%s: not done: %+v", query, v)
	}
	return e
}

// TestTrain: training in pieces is the training of the experiment, and the curves are its.
func TestTrain(t *testing.T) {
	c := neural.Default()
	c.Hidden, c.Samples = []int{6, 5}, 60
	by := func(rule optim.Rule) neural.Contender {
		return func(p []optim.Param[float32]) (*optim.Optimizer[float32], error) { return optim.New(rule, p) }
	}
	want, err := neural.NewTrainer(c, 90, 16, 3, by(optim.NewAdam(0.02)), by(optim.NewMomentum(0.2, 0.9)))
	if err != nil {
		t.Fatal(err)
	}
	for !want.Done() {
		want.Advance()
	}
	e := New()
	for i, step := range []int{1, 41, 81, 90} {
		view := []string{"", "&tab=network", "&step=5", "&three=1"}[i] // which changes nothing
		v, r := value[trainValue](t, e, "train", spiralsQuery+view, `{"steps":`+[]string{"1", "40", "40", "40"}[i]+`,"ms":60000}`)
		if v.Step != step || v.Done != (step == 90) || (v.Hash != "") != v.Done || v.Epoch != step/4 || v.Batch != 16 || v.Validates != 30 || v.Layers != 3 || v.Parameters != 65 {
			t.Errorf("%+v, want step %d", v, step)
		}
		if n := len(r.Array("batch/1")); n != step || len(r.Array("rate/0")) != step {
			t.Errorf("step %d: losses of %d", step, n)
		}
		if !v.Done {
			continue
		}
		if v.Hash != want.Hash() {
			t.Errorf("hash %s, want %s", v.Hash, want.Hash())
		}
		points := want.Runs[1].Points
		last := points[len(points)-1]
		for name, x := range map[string]float64{
			"at/1": 90, "loss/1": last.Loss, "validation/1": last.Validation, "accuracy/1": last.Accuracy,
			"validationAccuracy/1": last.ValidationAccuracy, "norm/1/0": last.Norms[0], "norm/1/2": last.Norms[2],
		} {
			if a := r.Array(name); len(a) != len(points) || a[len(a)-1] != x {
				t.Errorf("%s has %d numbers, the last of %v, want %d and %v", name, len(a), a, len(points), x)
			}
		}
		if run := v.Runs[1]; run.Method != "Momentum" || run.Loss != strconv.FormatFloat(last.Loss, 'g', -1, 32) || run.LR != "0.2" || run.Diverged != -1 {
			t.Errorf("run %+v", run)
		}
	}
}

// TestBoundary: the grid has what the network says at the middles of its cells.
func TestBoundary(t *testing.T) {
	e := trainedEngine(t, spiralsQuery)
	type boundary struct {
		Kind        string
		Step, Train int
		Box         surface.Box
	}
	v, r := value[boundary](t, e, "boundary", spiralsQuery, `{"run":1,"width":8,"height":6,"x0":-2}`)
	if v.Kind != "plane" || v.Step != 90 || v.Train != 60 || v.Box.X0 != -2 {
		t.Errorf("%+v", v)
	}
	if !bytes.Contains(r.Encode(), []byte(`"box":{"x0":`)) {
		t.Error("the box has other names than that of a surface")
	}
	for i, x := range r.Array("px") {
		if y := r.Array("py")[i]; !(x > v.Box.X0 && x < v.Box.X1 && y > v.Box.Y0 && y < v.Box.Y1) {
			t.Errorf("sample %d at %v, %v is not in %+v", i, x, y, v.Box)
		}
	}
	x, y := v.Box.X0+(v.Box.X1-v.Box.X0)*2.5/8, v.Box.Y0+(v.Box.Y1-v.Box.Y0)*4.5/6
	p := make([]float32, 2)
	e.trainings.answer.Runs[1].Network.Predict(p, []float32{float32(x), float32(y)})
	if got := r.Array("grid")[4*8+2]; math.Abs(got-float64(p[1]-p[0])) > 1e-6 {
		t.Errorf("%v in row 4, column 2, want %v", got, p[1]-p[0])
	}
	at, earlier := value[boundary](t, e, "boundary", spiralsQuery, `{"run":1,"width":8,"height":6,"x0":-2,"step":40}`)
	if at.Step != 40 || slices.Equal(earlier.Array("grid"), r.Array("grid")) {
		t.Errorf("at step 40: %+v, with the last grid", at)
	}
}

// TestPictures: a page of digits, and a guess about one of them.
func TestPictures(t *testing.T) {
	e := trainedEngine(t, digitsQuery)
	type page struct {
		Kind        string
		Side, Count int
		Validates   bool
	}
	v, r := value[page](t, e, "boundary", digitsQuery, `{"pictures":30}`)
	if v.Kind != "pictures" || v.Count != 30 || v.Side != neural.Side || !v.Validates {
		t.Errorf("%+v", v)
	}
	label, guess := r.Array("label"), r.Array("guess")
	hits := 0
	for i := range label {
		if label[i] == guess[i] {
			hits++
		}
	}
	if hits < 20 {
		t.Errorf("%d of 30 digits right", hits)
	}
	pixels := r.Array("pixels")[:neural.Side*neural.Side]
	for i := range pixels { // as if drawn: without Offset and Scale
		if pixels[i] -= 0.25; i%2 == 1 {
			pixels[i] *= 2
		}
	}
	text, err := json.Marshal(map[string]any{"pixels": pixels})
	if err != nil {
		t.Fatal(err)
	}
	type guessed struct {
		Best int
		Sure string
	}
	g, a := value[guessed](t, e, "guess", digitsQuery, string(text))
	if p := a.Array("p"); float64(g.Best) != guess[0] || len(p) != 10 || math.Abs(p[g.Best]-r.Array("sure")[0]) > 1e-4 {
		t.Errorf("%+v of %v, on the page %v with %v", g, p, guess[0], r.Array("sure")[0])
	}
}

// TestSlice: rows that are asked for one by one are those of the whole, and the middle has the
// run's loss.
func TestSlice(t *testing.T) {
	e := trainedEngine(t, spiralsQuery)
	type slice struct {
		Kind       string
		Box        surface.Box
		Shares     []string
		Loss       string
		Rows, Done int
	}
	for _, kind := range neural.Slicings {
		args := func(rest string) string { return `{"run":1,"width":5,"height":5,"kind":"` + kind + `"` + rest + `}` }
		v, whole := value[slice](t, e, "slice", spiralsQuery, args(""))
		if !bytes.Contains(whole.Encode(), []byte(`"box":{"x0":`)) {
			t.Errorf("%s: the box has other names than that of a surface", kind)
		}
		if v.Kind != kind || v.Rows != 5 || v.Done != 5 || len(v.Shares) != 2 {
			t.Errorf("%+v", v)
		}
		piece, r := value[slice](t, e, "slice", spiralsQuery, args(`,"from":2,"to":4`))
		if grid := whole.Array("grid"); piece.Done != 4 || !slices.Equal(r.Array("grid"), grid[10:20]) {
			t.Errorf("%s: rows 2 and 3 are %v of %v", kind, r.Array("grid"), grid)
		} else if middle := strconv.FormatFloat(grid[12], 'g', -1, 32); kind != "pca" && middle != v.Loss {
			t.Errorf("%s: %s in the middle, want %s", kind, middle, v.Loss)
		}
		if x := whole.Array("x"); len(x) != len(whole.Array("loss")) || x[len(x)-1] != 0 {
			t.Errorf("%s: path %v", kind, x)
		}
	}
}

// TestSharpness: a few points for each question, the limits of two rules, and none of Adam.
func TestSharpness(t *testing.T) {
	const query = "f=network(Hidden=(6),Samples=40)&steps=60&run=SGD(LR=0.5)&run=Momentum(LR=0.1,Momentum=0.9)&run=Adam(LR=0.01)"
	e := trainedEngine(t, query)
	type sharpness struct {
		Done, Total   int
		Limited, Full bool
	}
	for run, limit := range []float64{4, 38, 0} {
		args := `{"points":7,"more":4,"run":` + strconv.Itoa(run) + `}`
		half, _ := value[sharpness](t, e, "sharpness", query, args)
		v, r := value[sharpness](t, e, "sharpness", query, args)
		if half.Done != 4 || v.Done != 7 || v.Total != 7 || !v.Full || v.Limited != (limit > 0) {
			t.Errorf("%+v, then %+v", half, v)
		}
		if at := r.Array("at"); !slices.Equal(at, []float64{0, 10, 20, 30, 40, 50, 60}) {
			t.Errorf("at %v", at)
		}
		for _, x := range r.Array("limit") {
			if math.Abs(x-limit) > 1e-5 {
				t.Errorf("run %d: limit %v, want %v", run, x, limit)
			}
		}
	}
	last := e.trainings.answer.Runs[0]
	_, r := value[sharpness](t, e, "sharpness", query, `{"points":7}`)
	if got, want := r.Array("sharpness")[6], last.Sharpness(len(last.Path)-1); got != want {
		t.Errorf("sharpness %v, want %v", got, want)
	}
}

// TestTrainingCSV: a line for each point, with as many numbers as the first one has names.
func TestTrainingCSV(t *testing.T) {
	for _, query := range []string{spiralsQuery, strings.Replace(spiralsQuery, "Samples=60", "Samples=60,Validation=0", 1)} {
		e := trainedEngine(t, query)
		v, _ := value[map[string]string](t, e, "csv", query, "")
		lines, err := csv.NewReader(strings.NewReader(v["text"])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		runs := e.trainings.answer.Runs
		points := runs[1].Points
		last, p := lines[len(lines)-1], points[len(points)-1]
		want := []string{"90", last[1]}
		for _, x := range append([]float64{p.Loss, p.Accuracy, p.Validation, p.ValidationAccuracy}, p.Norms...) {
			want = append(want, strconv.FormatFloat(x, 'g', -1, 32))
		}
		if strings.Contains(query, "Validation=0") {
			want[4], want[5] = "", ""
		}
		if len(lines) != 1+len(runs[0].Points)+len(points) || !slices.Equal(last, want) || !strings.HasPrefix(last[1], "Momentum") {
			t.Errorf("%d lines, the last %q, want %q", len(lines), last, want)
		}
	}
}

// TestNetworkErrors: what cannot be asked gets a word.
func TestNetworkErrors(t *testing.T) {
	e := New()
	for _, c := range []struct{ method, query, args, want string }{
		{"train", "f=parabola", "", "a surface, not a network"},
		{"slice", spiralsQuery, "", "not been trained"},
		{"sharpness", spiralsQuery, "", "not been trained"},
		{"boundary", spiralsQuery, `{"run":2}`, "no run 2 of 2"},
		{"boundary", spiralsQuery, `{"width":0}`, "0 x 64"},
		{"boundary", spiralsQuery, `{"height":100000}`, "100000"},
		{"guess", digitsQuery, `{"pixels":[1,2]}`, "2 pixels, want 144"},
	} {
		if r := e.Call(c.method, c.query, c.args); !strings.Contains(r.Error, c.want) || strings.Contains(r.Error, "goroutine") {
			t.Errorf("%s of %q with %s: error %q, want %q", c.method, c.query, c.args, r.Error, c.want)
		}
	}
	trained := trainedEngine(t, spiralsQuery)
	if r := trained.Call("slice", spiralsQuery, `{"kind":"pac"}`); !strings.Contains(r.Error, `"pac"`) {
		t.Errorf("error %q", r.Error)
	}
	// A run that diverges keeps all numbers finite, which value checks.
	const wild = "f=network(Activation=relu,Init=large,Samples=40)&steps=40&run=SGD(LR=1000)"
	trained = trainedEngine(t, wild)
	v, _ := value[struct{ Step int }](t, trained, "boundary", wild, "")
	if run := trained.trainings.answer.Runs[0]; run.Diverged < 0 || v.Step > run.Diverged {
		t.Errorf("the network of step %d, after diverging in step %d", v.Step, run.Diverged)
	}
	value[any](t, trained, "boundary", wild, `{"x0":-3e38,"x1":3e38}`)
	value[any](t, trained, "slice", wild, "")
	value[any](t, trained, "sharpness", wild, "")
}
