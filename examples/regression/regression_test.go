package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
)

var (
	program = demotest.Program{Name: "regression", Run: run}
	names   = []string{"rmse", "r2", "steps"}
)

func TestGenerated(t *testing.T) {
	lines, r := program.Results(t, names, "-data", "none", "-seed", "3")
	if r["rmse"] < 0.8*plantedNoise || r["rmse"] > 1.1*plantedNoise || r["r2"] < 0.98 || r["steps"] > 1000 {
		t.Errorf("%s, want an error of about %v", lines[len(lines)-1], plantedNoise)
	}
	demotest.Wants(t, lines, `^data generated with seed 3: 209 rows, 6 features$`, `^step +1/2000  rmse \d+\.\d+  gradient norm `, `^MYCT +-0\.0`)
}

func TestMachine(t *testing.T) {
	dir := demotest.Data(t, machineFile)
	lines, r := program.Results(t, names, "-data", dir)
	t.Log(lines[len(lines)-1])
	if r["rmse"] > 60 || r["r2"] < 0.86 {
		t.Errorf("%s, want an error below 60", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `machine\.data: 209 rows, 6 features$`)
}

// leastSquares solves the problem in closed form, by gonum's QR decomposition.
func leastSquares(t *testing.T, data *table) *model {
	t.Helper()
	n, k := len(data.target), data.columns()
	a := mat.NewDense(n, k+1, nil)
	for i := range n {
		for j, x := range data.features[i*k:][:k] {
			a.Set(i, j, x)
		}
		a.Set(i, k, 1)
	}
	var x mat.VecDense
	if err := x.SolveVec(a, mat.NewVecDense(n, data.target)); err != nil {
		t.Fatal(err)
	}
	m := newModel(k)
	copy(m.weights, x.RawVector().Data)
	m.bias[0] = x.AtVec(k)
	return m
}

// TestClosedForm compares the fit, in the original units, with the solution in
// closed form.
func TestClosedForm(t *testing.T) {
	check := func(t *testing.T, load func() (*table, error)) {
		original, err := load()
		if err != nil {
			t.Fatal(err)
		}
		want := leastSquares(t, original)
		data, _ := load()
		scaling, err := data.standardise()
		if err != nil {
			t.Fatal(err)
		}
		o := options{lr: 0.3, momentum: 0.9, steps: 2000}
		m, steps, err := o.fit(data, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		got := m.unscaled(scaling)
		worst := math.Abs(got.bias[0]/want.bias[0] - 1)
		for j, w := range want.weights {
			worst = max(worst, math.Abs(got.weights[j]/w-1))
		}
		t.Logf("%d steps, largest relative error %.2g", steps, worst)
		if !(worst < 1e-7) {
			t.Errorf("weights %v, bias %v, want %v, %v", got.weights, got.bias, want.weights, want.bias)
		}
		a, _ := m.quality(data)
		b, _ := want.quality(original)
		if math.Abs(a/b-1) > 1e-12 {
			t.Errorf("error %v, want %v", a, b)
		}
	}
	t.Run("generated", func(t *testing.T) {
		check(t, func() (*table, error) { return generate(machineRows, 1), nil })
	})
	t.Run("machine", func(t *testing.T) {
		dir := demotest.Data(t, machineFile)
		check(t, func() (*table, error) { return readMachine(dir) })
	})
}

// text writes a table as a file.
func text(t *table) string {
	var b strings.Builder
	for i, y := range t.target {
		fmt.Fprint(&b, "vendor,model")
		for _, x := range t.features[i*t.columns():][:t.columns()] {
			fmt.Fprintf(&b, ",%v", x)
		}
		fmt.Fprintf(&b, ",%v,0\n", y)
	}
	return b.String()
}

func TestBadFiles(t *testing.T) {
	good := text(generate(machineRows, 1))
	lines := strings.SplitAfter(good, "\n")
	if status := run([]string{"-data", demotest.Write(t, map[string][]byte{machineFile: []byte(good)})}, io.Discard, io.Discard); status != demo.Success {
		t.Fatalf("a good file: status %d", status)
	}
	constant := generate(machineRows, 1)
	for i := range constant.target {
		constant.features[i*constant.columns()+3] = 0.1
	}
	for name, c := range map[string]struct {
		file []byte // nil: no such file
		want []string
	}{
		"missing":      {nil, []string{"no such file"}},
		"empty":        {[]byte{}, []string{"0 rows, want 209"}},
		"rows missing": {[]byte(strings.Join(lines[:200], "")), []string{"200 rows, want 209"}},
		"cut":          {[]byte(good[:len(good)/2]), []string{"line", "fields"}},
		"rows left":    {[]byte(good + lines[0]), []string{"more than 209 rows"}},
		"bad end":      {[]byte(good + "x\n"), []string{"line 210", "fields"}},
		"no number":    {[]byte(strings.Replace(good, lines[4], "v,m,1,2,x,4,5,6,7,8\n", 1)), []string{"line 5", "field 5", `"x"`}},
		"NaN":          {[]byte(strings.Replace(good, lines[4], "v,m,1,2,3,4,5,6,NaN,8\n", 1)), []string{"line 5", "field 9", `"NaN"`}},
		"infinite":     {[]byte(strings.Replace(good, lines[4], "v,m,1,2,3,4,5,1e999,7,8\n", 1)), []string{"line 5", "field 8", `"1e999"`}},
		"huge":         {[]byte(strings.Replace(good, lines[4]+lines[5], strings.Repeat("v,m,1e308,2,3,4,5,6,7,8\n", 2), 1)), []string{"MYCT"}},
		"binary":       {[]byte("\x1f\x8b\x08\x00\"\xff\n\""), []string{"line 1"}},
		"constant":     {[]byte(text(constant)), []string{"CACH"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := demotest.Write(t, map[string][]byte{machineFile: c.file})
			program.Refused(t, demo.Failure, []string{"-data", dir}, append(c.want, machineFile)...)
			t.Setenv("STEEPEST_DATA", dir)
			program.Refused(t, demo.Failure, nil, append(c.want, machineFile)...)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	program.Refused(t, demo.Failure, []string{"-data", missing}, missing, "no such file")
	if os.Getenv("STEEPEST_DATA") == "" {
		t.Chdir(t.TempDir()) // where there is no ../shared/data
		demotest.Wants(t, program.Output(t, "-steps", "1"), "^data generated")
	}
}

func TestPipes(t *testing.T) {
	program.Pipes(t, map[string][]byte{machineFile: []byte(text(generate(machineRows, 1)))})
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-steps 0", "-steps 1000001", "-lr 0", "-lr -1", "-lr NaN", "-lr +Inf",
		"-momentum 1", "-momentum -0.1", "-momentum NaN")
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, []string{"-data", "none", "-lr", "1e6"}, "diverged in iteration", "-lr")
}

func TestSameEverywhere(t *testing.T) {
	program.SameEverywhere(t, "4545c097bba36bb9", "-data", "none", "-steps", "100")
}

// TestQuality: also where squares leave the range of numbers, and for a target that
// does not vary.
func TestQuality(t *testing.T) {
	for _, c := range []struct {
		target   []float64
		bias     float64
		rmse, r2 float64
	}{
		{[]float64{3e200, -1e200}, 1e200, 2e200, 0},
		{[]float64{3e-200, -1e-200}, 0, math.Sqrt(5) * 1e-200, 1 - 5./4},
		{[]float64{5, 5}, 5, 0, 0},
		{[]float64{5, 5}, 4, 1, 0},
	} {
		m := newModel(1)
		m.bias[0] = c.bias
		rmse, r2 := m.quality(&table{names: featureNames[:1], target: c.target, features: []float64{0, 0}})
		if !(math.Abs(rmse-c.rmse) <= 1e-15*c.rmse && math.Abs(r2-c.r2) <= 1e-15) {
			t.Errorf("target %v, model %v: error %v and R² %v, want %v and %v", c.target, c.bias, rmse, r2, c.rmse, c.r2)
		}
	}
}

func TestRecords(t *testing.T) { program.Records(t, 100, "-data", "none", "-steps", "100") }
