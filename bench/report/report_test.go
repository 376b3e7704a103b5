package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/bench"
	"github.com/seed63264101/steepest/bench/internal/timing"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
)

var smallCaches = bench.Caches{L1: 32 << 10, L2: 256 << 10, L3: 4 << 20}

// start runs the program with next to no time to measure.
func start(args ...string) (status int, stdout, stderr string) {
	var out, diag bytes.Buffer
	r := report{stdout: &out, stderr: &diag, caches: smallCaches, quick: time.Millisecond, full: time.Millisecond}
	status = r.run(args)
	return status, out.String(), diag.String()
}

// TestPipe: a named pipe, which nobody may ever read, is refused.
func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	regulartest.Pipe(t, pipe)
	regulartest.AtOnce(t, func() error {
		status, stdout, stderr := start("-ops", "Scal", "-json", pipe)
		if status != statusError || stdout != "" || !strings.Contains(stderr, pipe) || !strings.Contains(stderr, "named pipe") {
			t.Errorf("status %d, output %q, message %q", status, stdout, stderr)
		}
		return nil
	})
}

// TestBadArguments wants one clear line that names flag and value, and no
// measurement: that would print a table.
func TestBadArguments(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args   []string
		status int
		want   []string // in the message
	}{
		{[]string{"-ops", "Axpy("}, statusError, []string{"-ops", "Axpy("}},
		{[]string{"-ops", "axpby"}, statusError, []string{"-ops", `"axpby"`, "Axpby", "Adam/dead", "BLAS/Saxpy/inc=2"}},
		{[]string{"-ops", "Scal", "-json", filepath.Join(dir, "no", "file")}, statusError, []string{"-json", filepath.Join(dir, "no", "file")}},
		{[]string{"-ops", "Scal", "-json", dir}, statusError, []string{"-json", dir}},
		{[]string{"-fast"}, statusUsage, []string{"-fast"}},
		{[]string{"-quick=maybe"}, statusUsage, []string{"-quick", "maybe"}},
		{[]string{"-ops"}, statusUsage, []string{"-ops"}},
		{[]string{"-json", ""}, statusUsage, []string{"-json"}},
		{[]string{"-quick", "Axpy"}, statusUsage, []string{`"Axpy"`}},
	} {
		status, stdout, stderr := start(c.args...)
		if status != c.status {
			t.Errorf("%q: status %d, want %d", c.args, status, c.status)
		}
		if stdout != "" {
			t.Errorf("%q: standard output %q", c.args, stdout)
		}
		for _, s := range c.want {
			if !strings.Contains(stderr, s) {
				t.Errorf("%q: message %q does not contain %q", c.args, stderr, s)
			}
		}
		if lines := strings.Count(stderr, "\n"); status == statusError && lines != 1 {
			t.Errorf("%q: %d lines of error: %s", c.args, lines, stderr)
		}
	}
}

func TestHelp(t *testing.T) {
	status, _, stderr := start("-h")
	if status != statusOK || !strings.Contains(stderr, "-quick") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

func TestChoose(t *testing.T) {
	all := bench.Specs(smallCaches, smallCaches.MemorySet(2))
	for expression, want := range map[string]string{
		"":             strings.Join(names(all), " "),
		"^Dot$":        "Dot",
		"Slices":       "SumSlices SumSlicesAdd MeanSlices MeanSlicesAdd SumSlicesTree MeanSlicesTree",
		"^Adam$":       "Adam",
		"^Adam/dead$":  "Adam/normal Adam/dead Adam/tiny Adam/subnormal", // one case
		"^Scal$|Nrm2":  "Scal Nrm2",
		"^Step$":       "Step",
		"^Step":        "Step Step/workers=2 Step/tensors=1000 Step/unchecked",
		"^BLAS/D.*r$":  "BLAS/Dger",
		"^BLAS/S?dot":  "BLAS/Sdot BLAS/Sdot/inc=2 BLAS/Sdot/inc=3",
		"nothing such": "",
	} {
		if got := strings.Join(names(choose(all, regexp.MustCompile(expression))), " "); got != want {
			t.Errorf("-ops %q chooses %q, want %q", expression, got, want)
		}
	}
}

func number(x float64) *float64 { return &x }

func TestNewRows(t *testing.T) {
	c := &bench.Case{Bytes: 600, Flops: 120, Probe: "Read1", ProbeWork: 540, Contenders: []bench.Contender{
		{Op: "SumRows", Role: bench.Naive},
		{Op: "SumRows", Role: bench.Gonum},
		{Op: "SumRows", Role: bench.Kernel, Level: kernels.Generic},
		{Op: "SumRows", Role: bench.Kernel, Level: kernels.AVX2},
		{Op: "SumRows", Role: bench.Kernel, Level: kernels.AVX512},
		{Op: "SumRows", Role: bench.RepeatedAxpy, Level: kernels.AVX512},
		{Op: "SumRows", Role: bench.Limit, Level: kernels.AVX2},
		{Op: "SumRows", Role: bench.Limit, Level: kernels.AVX512},
	}}
	s := bench.Spec{Ops: []string{"SumRows"}, Type: "f32", N: 100, Place: bench.L2}
	got := newRows(s, c, []float64{300, 240, 400, 60, 30, 90, 48, 27})
	want := []row{
		{Op: "SumRows", Type: "f32", Level: "generic", N: 100, Place: "L2", NS: 400, GBps: 1.5, GFlops: number(0.3), Naive: number(0.75), Gonum: number(0.6),
			Limit: number(0.0675), Probe: "Read1", Ceiling: number(20)}, // the best level's
		{Op: "SumRows", Type: "f32", Level: "avx2", N: 100, Place: "L2", NS: 60, GBps: 10, GFlops: number(2), Naive: number(5), Gonum: number(4),
			Limit: number(0.8), Probe: "Read1", Ceiling: number(11.25)},
		{Op: "SumRows", Type: "f32", Level: "avx512", N: 100, Place: "L2", NS: 30, GBps: 20, GFlops: number(4), Naive: number(10), Gonum: number(8), Axpy: number(3),
			Limit: number(0.9), Probe: "Read1", Ceiling: number(20)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", lines(t, got), lines(t, want))
	}

	// No level but the generic one: no limit.
	got = newRows(s, &bench.Case{Bytes: 600, Probe: "Read1", ProbeWork: 540, Contenders: c.Contenders[2:3]}, []float64{400})
	want = []row{{Op: "SumRows", Type: "f32", Level: "generic", N: 100, Place: "L2", NS: 400, GBps: 1.5}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", lines(t, got), lines(t, want))
	}
}

// TestNewRowsSlowdown checks that the slowest state counts, against the slowest
// of the first operation's.
func TestNewRowsSlowdown(t *testing.T) {
	c := &bench.Case{Bytes: 1, Contenders: []bench.Contender{
		{Op: "Adam/normal", Role: bench.Kernel}, {Op: "Adam/normal", Role: bench.Kernel},
		{Op: "Adam/dead", Role: bench.Kernel}, {Op: "Adam/dead", Role: bench.Kernel},
		{Op: "Adam/dead", Role: bench.Naive}, {Op: "Adam/dead", Role: bench.Naive},
	}}
	rows := newRows(bench.Spec{Ops: []string{"Adam/normal", "Adam/dead"}}, c, []float64{90, 100, 125, 80, 500, 1000})
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2", len(rows))
	}
	if r := rows[0]; r.NS != 100 || r.Slowdown == nil || *r.Slowdown != 1 || r.Naive != nil {
		t.Errorf("normal gradients: %s", lines(t, rows[:1]))
	}
	if r := rows[1]; r.NS != 125 || r.Slowdown == nil || *r.Slowdown != 1.25 || *r.Naive != 8 {
		t.Errorf("dead gradients: %s", lines(t, rows[1:]))
	}
}

// TestNewRowsSteps checks what steps are compared with.
func TestNewRowsSteps(t *testing.T) {
	const l = kernels.AVX2
	for _, c := range []struct {
		op    string
		other bench.Role
		want  row
	}{
		{"Step", bench.Limit, row{Limit: number(1.5)}},
		{"Step/workers=2", bench.OneWorker, row{Speedup: number(1.5)}},
		{"Step/tensors=1000", bench.OneTensor, row{Slowdown: number(0.66667)}},
	} {
		c.want.Op, c.want.Type, c.want.Level, c.want.N, c.want.Place, c.want.NS, c.want.GBps = c.op, "f32", "avx2", 10, "L1", 200, 1.6
		got := newRows(bench.Spec{Ops: []string{c.op}, Type: "f32", N: 10, Place: bench.L1}, &bench.Case{Bytes: 320, Contenders: []bench.Contender{
			{Op: c.op, Role: c.other, Level: l}, {Op: c.op, Role: bench.Kernel, Level: l},
		}}, []float64{300, 200})
		if want := []row{c.want}; !reflect.DeepEqual(got, want) {
			t.Errorf("rows\n%s\nwant\n%s", lines(t, got), lines(t, want))
		}
	}
}

func lines(t *testing.T, rows []row) string {
	t.Helper()
	var b strings.Builder
	if err := writeJSON(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSON checks the exact text: others read it.
func TestJSON(t *testing.T) {
	got := lines(t, []row{
		{CPU: "Any", Op: "Axpy", Type: "f32", Level: "avx512", N: 16, Place: "L1", NS: round(6.5432101), GBps: 29.5, GFlops: number(4.9),
			Limit: number(0.5), Naive: number(2), Probe: "Move101", Ceiling: number(59)},
		{Op: "Adam/dead", Type: "f64", Level: "generic", N: 8, NS: round(123456789), Slowdown: number(1.5)},
		{Op: "Step/workers=2", Type: "f32", Level: "avx2", N: 1000, NS: 800, GBps: 40, Speedup: number(1)},
		{Op: "Syrk/LN", Type: "f32", Level: "avx2", N: 64, NS: 800, GBps: 40, Gemm: number(1.8)},
		{Op: "LinearGradient/64x64", Type: "f32", Level: "avx2", N: 4096, NS: 800, GBps: 40, Passes: number(1.2)},
	})
	want := `{"cpu":"Any","op":"Axpy","type":"f32","level":"avx512","n":16,"place":"L1","ns":6.5432,"gbps":29.5,"gflops":4.9,"limit":0.5,"naive":2,"gonum":null,"axpy":null,"slowdown":null,"speedup":null,"gemm":null,"passes":null,"probe":"Move101","ceiling":59}
{"cpu":"","op":"Adam/dead","type":"f64","level":"generic","n":8,"place":"","ns":123460000,"gbps":0,"gflops":null,"limit":null,"naive":null,"gonum":null,"axpy":null,"slowdown":1.5,"speedup":null,"gemm":null,"passes":null,"probe":"","ceiling":null}
{"cpu":"","op":"Step/workers=2","type":"f32","level":"avx2","n":1000,"place":"","ns":800,"gbps":40,"gflops":null,"limit":null,"naive":null,"gonum":null,"axpy":null,"slowdown":null,"speedup":1,"gemm":null,"passes":null,"probe":"","ceiling":null}
{"cpu":"","op":"Syrk/LN","type":"f32","level":"avx2","n":64,"place":"","ns":800,"gbps":40,"gflops":null,"limit":null,"naive":null,"gonum":null,"axpy":null,"slowdown":null,"speedup":null,"gemm":1.8,"passes":null,"probe":"","ceiling":null}
{"cpu":"","op":"LinearGradient/64x64","type":"f32","level":"avx2","n":4096,"place":"","ns":800,"gbps":40,"gflops":null,"limit":null,"naive":null,"gonum":null,"axpy":null,"slowdown":null,"speedup":null,"gemm":null,"passes":1.2,"probe":"","ceiling":null}
`
	if got != want {
		t.Errorf("JSON\n%s\nwant\n%s", got, want)
	}
}

func TestSortRows(t *testing.T) {
	rows := []row{
		{Op: "B", Type: "f32", Level: "avx2", N: 16},
		{Op: "A", Type: "f64", Level: "generic", N: 16},
		{Op: "B", Type: "f32", Level: "generic", N: 1024},
		{Op: "A", Type: "f32", Level: "avx512", N: 16},
		{Op: "B", Type: "f32", Level: "generic", N: 16},
		{Op: "A", Type: "f32", Level: "avx2", N: 4096},
	}
	sortRows(rows, []string{"B", "A"})
	want := []row{
		{Op: "B", Type: "f32", Level: "generic", N: 16},
		{Op: "B", Type: "f32", Level: "generic", N: 1024},
		{Op: "B", Type: "f32", Level: "avx2", N: 16},
		{Op: "A", Type: "f32", Level: "avx2", N: 4096},
		{Op: "A", Type: "f32", Level: "avx512", N: 16},
		{Op: "A", Type: "f64", Level: "generic", N: 16},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("order\n%s\nwant\n%s", lines(t, rows), lines(t, want))
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	err := writeTable(&b, "a machine", []row{
		{Op: "Adam/normal", Type: "f32", Level: "avx512", N: 65536, NS: 28728, GBps: 63.9, GFlops: number(36.5), Limit: number(0.38)},
		{Op: "Dot", Type: "f64", Level: "neon", N: 16, NS: 7.25, GBps: 1, Gonum: number(3)},
	})
	want := `a machine
  op           type  level        n     ns  GB/s  GFLOP/s  limit  naive  gonum  axpy  slowdown  speedup  gemm  passes
  Adam/normal  f32   avx512   65536  28728  63.9     36.5   0.38      -      -     -         -        -     -       -
  Dot          f64   neon        16    7.2   1.0        -      -      -   3.00     -         -        -     -       -
`
	if err != nil || b.String() != want {
		t.Errorf("table (error %v)\n%swant\n%s", err, b.String(), want)
	}
}

// TestMeasure measures contenders that set the clock, and watches how they are
// called.
func TestMeasure(t *testing.T) {
	var now time.Duration
	defer func() { clock = timing.Thread }()
	clock = func() time.Duration { return now }

	resets, since, most := 0, 0, 0
	disturbed := true
	c := &bench.Case{
		Reset: func() { resets++ },
		Contenders: []bench.Contender{
			{Run: func(reps int) float64 {
				now += time.Duration(reps) * 5 * time.Nanosecond
				if disturbed = !disturbed; disturbed { // half of the times
					now += time.Millisecond
				}
				return 0
			}},
			{MaxReps: 4, Prepare: func() { since = 0 }, Run: func(reps int) float64 {
				since += reps
				most = max(most, since)
				now += time.Duration(reps) * 20 * time.Microsecond
				return 0
			}},
		},
	}
	ns := measure(c, false, 10*time.Millisecond, 3)
	if want := []float64{5, 20e3}; !slices.Equal(ns, want) {
		t.Errorf("measured %v ns, want %v", ns, want)
	}
	if resets < 3 {
		t.Errorf("%d rounds, want at least 3", resets)
	}
	if most != 4 {
		t.Errorf("up to %d calls after one Prepare, want MaxReps", most)
	}
	most = 0
	measure(c, true, 0, 1)
	if most != 1+4 {
		t.Errorf("warm: up to %d calls after one Prepare, want one more than MaxReps", most)
	}
}

// TestWallClock checks that work of several threads has a clock of its own.
func TestWallClock(t *testing.T) {
	var thread, gone time.Duration
	defer func() { clock, wall = timing.Thread, timing.Wall }()
	clock = func() time.Duration { return thread }
	wall = func() time.Duration { return gone }
	run := func(reps int) float64 {
		thread += time.Duration(reps) * time.Millisecond
		gone += time.Duration(reps) * 3 * time.Millisecond
		return 0
	}
	c := &bench.Case{Contenders: []bench.Contender{{Run: run}, {Run: run, Wall: true}}}
	if ns, want := measure(c, true, 0, 1), []float64{1e6, 3e6}; !slices.Equal(ns, want) {
		t.Errorf("measured %v ns, want %v", ns, want)
	}
}

// TestStepsComeEarly checks that whole steps are not what is left out.
func TestStepsComeEarly(t *testing.T) {
	var order []string
	spec := func(op string, place bench.Place, step bool) bench.Spec {
		return bench.Spec{Ops: []string{op}, Place: place, Step: step, Build: func(*bench.Arena) *bench.Case {
			order = append(order, op)
			run := func(int) float64 { return 0 }
			return &bench.Case{Bytes: 1, Contenders: []bench.Contender{{Op: op, Run: run, MaxReps: 1}}}
		}}
	}
	r := report{stderr: &bytes.Buffer{}}
	r.measureAll([]bench.Spec{
		spec("far", bench.Memory, false), spec("near", bench.L1, false),
		spec("step", bench.Memory, true), spec("less far", bench.L3, false),
	}, 0, false)
	if want := []string{"near", "step", "less far", "far"}; !slices.Equal(order, want) {
		t.Errorf("measured in the order %v, want %v", order, want)
	}
}

// TestRunBLAS measures a routine and reads what is written.
func TestRunBLAS(t *testing.T) {
	status, stdout, stderr := start("-ops", "^BLAS/.dot$", "-json", "-")
	if status != statusOK {
		t.Fatalf("status %d: %s", status, stderr)
	}
	have := map[string][]int{}
	for line := range strings.Lines(stdout) {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		have[r.Op+" "+r.Type] = append(have[r.Op+" "+r.Type], r.N)
		if r.Level != kernels.ActiveLevel().String() || r.NS <= 0 || r.GBps <= 0 || r.Gonum == nil {
			t.Errorf("no comparison with gonum: %s", line)
		}
		if r.Limit != nil || r.Naive != nil || r.Axpy != nil || r.Slowdown != nil || r.Speedup != nil {
			t.Errorf("compared with what there is not: %s", line)
		}
	}
	sizes := []int{1, 2, 3, 4, 8, 16, 32, 1024, 65536}
	if want := map[string][]int{"BLAS/Sdot f32": sizes, "BLAS/Ddot f64": sizes}; !reflect.DeepEqual(have, want) {
		t.Errorf("lines for %v, want %v", have, want)
	}
}

// TestTimeIsUp checks that a strict budget leaves out what lies far away, and
// only that.
func TestTimeIsUp(t *testing.T) {
	var now time.Duration
	defer func() { clock = timing.Thread }()
	clock = func() time.Duration { return now }
	var specs []bench.Spec
	for i, place := range []bench.Place{bench.Memory, bench.Listed, bench.L3, bench.L1, bench.L2} {
		specs = append(specs, bench.Spec{Ops: []string{"Op"}, N: i, Place: place, Build: func(*bench.Arena) *bench.Case {
			time.Sleep(2 * time.Millisecond) // longer than the budget
			run := func(reps int) float64 { now += time.Duration(reps) * time.Millisecond; return 0 }
			return &bench.Case{Bytes: 1, Contenders: []bench.Contender{{Op: "Op", Run: run}}}
		}})
	}
	r := report{stderr: &bytes.Buffer{}}
	for strict, want := range map[bool][]int{true: {1, 3, 4}, false: {0, 1, 2, 3, 4}} {
		rows, left := r.measureAll(specs, time.Millisecond, strict)
		var got []int
		for _, row := range rows {
			got = append(got, row.N)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) || left != len(specs)-len(want) {
			t.Errorf("strict %v: measured %v, left out %d; want %v", strict, got, left, want)
		}
	}
}

// TestRun measures one kernel and reads what is written.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "speeds.json")
	status, stdout, stderr := start("-quick", "-ops", "^Scal$", "-json", file)
	if status != statusOK {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if !strings.Contains(stdout, "passes\n") {
		t.Errorf("no table on standard output: %q", stdout)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	checkRun(t, string(text))

	status, stdout, stderr = start("-quick", "-ops", "^Scal$", "-json", "-")
	if status != statusOK {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if !strings.Contains(stderr, "passes\n") {
		t.Errorf("no table on standard error: %q", stderr)
	}
	checkRun(t, stdout)
}

// checkRun checks the lines of a run of Scal.
func checkRun(t *testing.T, text string) {
	t.Helper()
	type key struct {
		typ, level string
		n          int
	}
	have := map[key]bool{}
	for line := range strings.Lines(text) {
		var r row
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		have[key{r.Type, r.Level, r.N}] = true
		assembly := r.Level != kernels.Generic.String()
		switch {
		case r.Op != "Scal" || r.NS <= 0 || r.GBps <= 0 || r.CPU == "":
			t.Errorf("no measurement of Scal: %s", line)
		case r.Naive == nil || r.Gonum == nil || r.GFlops == nil || assembly && (r.Limit == nil || r.Ceiling == nil || r.Probe != "Move001"):
			t.Errorf("something to compare with is missing: %s", line)
		case r.Axpy != nil || r.Slowdown != nil || r.Speedup != nil:
			t.Errorf("compared with what there is not: %s", line)
		}
	}
	for _, typ := range []string{"f32", "f64"} {
		for _, l := range kernels.Levels() {
			for _, n := range []int{16, 1024, 4096, 65536} {
				if !have[key{typ, l.String(), n}] {
					t.Errorf("no line for %s %v n=%d", typ, l, n)
				}
			}
		}
	}
}
