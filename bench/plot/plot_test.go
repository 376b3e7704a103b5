package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/checkpoint/regular/regulartest"
	"github.com/seed63264101/steepest/optim/train"
)

// A drawing is what an SVG file holds: its texts, and how many surfaces are filled and lines
// drawn with a colour.
type drawing struct {
	texts         []string
	filled, drawn map[string]int
}

// parseSVG reads a file, which must be one.
func parseSVG(t *testing.T, svg []byte) drawing {
	t.Helper()
	d := drawing{filled: map[string]int{}, drawn: map[string]int{}}
	inText := false
	for decoder := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("no SVG: %v\n%s", err, svg)
		}
		switch e := token.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "text"
			for _, a := range e.Attr {
				if e.Name.Local != "path" || a.Name.Local != "style" && a.Name.Local != "d" {
					continue
				}
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("a path with %s", a.Value)
				}
				if _, rest, ok := strings.Cut(a.Value, "fill:#"); ok {
					d.filled[rest[:6]]++
				}
				if _, rest, ok := strings.Cut(a.Value, "stroke:#"); ok {
					d.drawn[rest[:6]]++
				}
			}
		case xml.CharData:
			if inText {
				d.texts = append(d.texts, string(e))
			}
		case xml.EndElement:
			inText = false
		}
	}
	return d
}

// wants checks texts and, by colour, surfaces.
func (d drawing) wants(t *testing.T, filled map[string]int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !slices.Contains(d.texts, text) {
			t.Errorf("no text %q among %q", text, d.texts)
		}
	}
	for colour, want := range filled {
		if d.filled[colour] != want {
			t.Errorf("%d surfaces of %s, want %d", d.filled[colour], colour, want)
		}
	}
}

// drawText runs the program with a file's text, which must succeed.
func drawText(t *testing.T, text string, args ...string) drawing {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, strings.NewReader(text), &out, io.Discard); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	if size := out.Len(); size > 60000 {
		t.Errorf("%q: %d bytes", args, size)
	}
	return parseSVG(t, out.Bytes())
}

// lines returns speeds as the report writes them: what is 0 is null.
func lines(speeds ...speed) string {
	var b strings.Builder
	for _, s := range speeds {
		values := map[string]any{"cpu": "Any & all", "op": s.Op, "type": "f32", "level": "avx2", "n": s.N, "place": s.Place, "ns": 1, "probe": s.Probe}
		if s.Level != "" {
			values["level"] = s.Level
		}
		for key, x := range map[string]float64{"gbps": s.GBps, "gflops": s.GFlops, "limit": s.Limit, "naive": s.Naive, "gonum": s.Gonum, "ceiling": s.Ceiling} {
			values[key] = nil
			if x != 0 {
				values[key] = x
			}
		}
		line, err := json.Marshal(values)
		if err != nil {
			panic(err) // it has strings and finite numbers
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// report is a small one.
var report = lines(
	speed{Op: "Axpy", N: 1024, Place: "L1", GBps: 240, GFlops: 40, Limit: 0.8, Naive: 14, Gonum: 2.04, Probe: "Move101", Ceiling: 300},
	speed{Op: "Axpy", N: 4096, Place: "L1", GBps: 210, GFlops: 35, Limit: 0.7, Naive: 12, Gonum: 2, Probe: "Move101", Ceiling: 310},
	speed{Op: "Axpy", N: 1 << 20, Place: "memory", GBps: 54, GFlops: 9, Limit: 0.9, Naive: 3, Gonum: 1, Probe: "Move101", Ceiling: 60},
	speed{Op: "Exp", N: 1024, Place: "L1", GBps: 20, Limit: 0.07, Naive: 16, Probe: "Move110", Ceiling: 280},
	speed{Op: "Scal", N: 16, Place: "L1", GBps: 20, GFlops: 2.5, Naive: 0.9},
	speed{Op: "Gemm/NN/64x64x64", N: 64 * 64 * 64, Place: "L2", GBps: 12, GFlops: 100, Limit: 0.9, Naive: 33, Gonum: 11, Probe: "MultiplyAdds", Ceiling: 112},
	speed{Op: "Axpy", N: 1024, Place: "L1", Level: "generic", GBps: 20, GFlops: 3, Naive: 0.9},
)

func TestRoofline(t *testing.T) {
	d := drawText(t, report, "roofline", "-ops", ".")
	d.wants(t, map[string]int{
		"0072B2": 2 + 1, // Axpy and Scal, and the legend's
		"E69F00": 1,     // Gemm, and no ceiling for the legend
		"009E73": 0,     // nothing lies in L3
		"D55E00": 1 + 1,
	}, "Roofline: Any & all, avx2, float32", "L1, 310 GB/s", "memory, 60 GB/s", "multiply-adds, 112 GFLOP/s", "GFLOP/s",
		"Axpy", "Gemm 64", "Scal")
	if slices.Contains(d.texts, "Exp") {
		t.Error("Exp has a name, and no point")
	}
}

func TestRatios(t *testing.T) {
	d := drawText(t, report, "ratios", "-ops", ".")
	d.wants(t, map[string]int{"0072B2": 4 + 1, "E69F00": 2 + 1, "009E73": 3 + 1},
		"Any & all, avx2, float32", "Axpy", "Exp", "Gemm 64", "14", "2.0", "0.80", "0.07", "33", "11", "than gonum")
	d = drawText(t, report, "ratios", "-ops", ".", "-n", "16", "-title", "own")
	d.wants(t, map[string]int{"0072B2": 3 + 1, "E69F00": 1 + 1}, "own", "Exp", "Scal", "0.9", "Gemm 64")
	if slices.Contains(d.texts, "Axpy") {
		t.Error("Axpy, which was measured at other sizes, has a row")
	}
	d = drawText(t, report, "ratios", "-level", "generic")
	d.wants(t, map[string]int{"0072B2": 1 + 1, "E69F00": 0, "009E73": 0}, "Any & all, generic, float32")
}

// table returns the table of a training whose loss is given, validated at every fourth
// iteration.
func table(t *testing.T, losses ...float64) string {
	t.Helper()
	var h train.History
	for i, x := range losses {
		h.Records = append(h.Records, train.Record{Iteration: i + 1, Loss: x, Average: x, Metric: 2 * x, Validated: i%4 == 3})
	}
	var b strings.Builder
	if err := h.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLoss(t *testing.T) {
	d := drawText(t, table(t, 8, 4, 2, 1, math.NaN(), 0.5, math.Inf(1), 0.25), "loss", "-title", "some training")
	d.wants(t, map[string]int{"D55E00": 2 + 1}, "some training", "iteration", "loss", "loss of a batch", "validation", "1")
	if d.drawn["0072B2"] != 2 { // the average, and the legend's
		t.Errorf("%d lines of the average", d.drawn["0072B2"])
	}

	// Of a long run, pieces; of a loss that is negative, no logarithm.
	var long []float64
	for i := range 10000 {
		long = append(long, math.Sin(float64(i))-0.5)
	}
	d = drawText(t, table(t, long...), "loss")
	d.wants(t, map[string]int{"BBDDF0": 1 + 1}, "losses of batches", "their moving average", "-1.0")
	drawText(t, table(t, 1), "loss")
	drawText(t, table(t, 1, 1, 1, 1), "loss")
	drawText(t, table(t, 0, 0), "loss")
	drawText(t, table(t, 5e-324, 1, math.MaxFloat64, 1e300), "loss")
	drawText(t, table(t, -1e300, math.MaxFloat64, 1e300), "loss")
}

// TestBadInput wants an error that names what is wrong, and no picture.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	missing, pipe := filepath.Join(dir, "no", "file"), filepath.Join(dir, "pipe")
	regulartest.Pipe(t, pipe)
	other := strings.Replace(report, `Any \u0026 all`, "Other", 1)
	for _, c := range []struct {
		text string
		args string
		want []string
	}{
		{"", "", []string{"roofline, ratios or loss"}},
		{"", "pie", []string{`"pie"`, "roofline"}},
		{report, "roofline -fast", []string{"-fast"}},
		{report, "roofline more", []string{`"more"`}},
		{report, "roofline -n 3", []string{"-n"}},
		{report, "loss -ops Axpy", []string{"-ops"}},
		{report, "ratios -n 0", []string{"-n 0"}},
		{report, "ratios -n 17 -ops Axpy", []string{"-n 17"}},
		{report, "roofline -type f16", []string{"-type", "f16"}},
		{report, "roofline -type f64", []string{"-type", "f64"}},
		{report, "roofline -level neon", []string{"-level", "neon", "avx2"}},
		{report, "roofline -ops Axpy(", []string{"-ops", "Axpy("}},
		{report, "roofline -ops axpy", []string{"-ops", "axpy", "Axpy, Exp"}},
		{report, "roofline -ops Exp", []string{"-ops", "Exp"}},
		{report, "roofline -in " + missing, []string{"-in", missing}},
		{report, "roofline -in " + pipe, []string{"-in", pipe, "named pipe"}},
		{report, "roofline -out " + missing, []string{"-out", missing}},
		{"", "roofline", []string{"-in", "nothing"}},
		{report + "x", "roofline", []string{"line 8"}},
		{`{"op":"Axpy"}`, "ratios", []string{"line 1", "cpu"}},
		{other, "ratios", []string{"line 2", "Other"}},
		{strings.ReplaceAll(report, "avx2", "sse"), "ratios", []string{"sse"}},
		{lines(speed{Op: "Axpy", Place: "L1", GBps: 1, GFlops: 1, Probe: "Move101", Ceiling: 1}), "roofline", []string{"multiply-adds"}},
		{lines(speed{Op: "Gemm/NN/64x64x64", Place: "L1", GBps: 1, GFlops: 1, Probe: "MultiplyAdds", Ceiling: 1}), "roofline -ops .", []string{"memory"}},
		{"", "loss", []string{"-in", "table"}},
		{report, "loss", []string{"-in", "table"}},
		{table(t), "loss", []string{"finite"}},
		{table(t, math.NaN()), "loss", []string{"finite"}},
	} {
		var out bytes.Buffer
		err := run(strings.Fields(c.args), strings.NewReader(c.text), &out, io.Discard)
		if err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", c.args, err, out.Len())
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q, want %q in it", c.args, err, want)
			}
		}
	}
}

// TestFiles reads and writes files by name. A picture that cannot be drawn leaves the one
// that is there.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out.svg")
	for i, text := range []string{table(t, 2, 1), "nothing"} {
		if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := run([]string{"loss", "-in", in, "-out", out}, nil, nil, io.Discard); (err == nil) != (i == 0) {
			t.Error(err)
		}
		svg, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		parseSVG(t, svg).wants(t, nil, "iteration")
	}
}

func TestLabel(t *testing.T) {
	for op, want := range map[string]string{
		"Axpy": "Axpy", "Gemm/NN/64x64x64": "Gemm 64", "Gemm/TN/64x64x64": "Gemm TN 64x64x64",
		"Gemm/NN/64x64x784": "Gemm NN 64x64x784", "LayerNorm/64x512": "LayerNorm 64x512",
	} {
		if got := label(op); got != want {
			t.Errorf("%s is written %q, want %q", op, got, want)
		}
	}
}

// TestApart: names keep their distance, their order and, where they can, their places.
func TestApart(t *testing.T) {
	for _, c := range []struct{ want, got []float64 }{
		{nil, nil},
		{[]float64{20, 40, 60}, []float64{20, 40, 60}},
		{[]float64{20, 22}, []float64{16, 26}},
		{[]float64{50, 50, 50, 90}, []float64{40, 50, 60, 90}},
		{[]float64{40, 55, 56}, []float64{40, 50.5, 60.5}},
		{[]float64{10, 10}, []float64{10, 20}},
		{[]float64{100, 100}, []float64{90, 100}},
		{[]float64{10, 10, 10, 32}, []float64{10, 20, 30, 40}},
		{[]float64{78, 100, 100, 100}, []float64{70, 80, 90, 100}},
	} {
		if got := apart(c.want, 10, 10, 100); fmt.Sprint(got) != fmt.Sprint(c.got) {
			t.Errorf("%v go to %v, want %v", c.want, got, c.got)
		}
	}
}

func TestDecades(t *testing.T) {
	for _, c := range []struct {
		least, most float64
		want        string
	}{{0.5, 30, "0.5 1 2 5 10 20"}, {0.05, 2000, "0.1 1 10 100 1000"}, {20, 50, "20 50"}} {
		var labels []string
		for _, tick := range (decades{}).Ticks(c.least, c.most) {
			if tick.Value < c.least || tick.Value > c.most {
				t.Errorf("a tick at %v", tick.Value)
			}
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("from %v to %v: %s, want %s", c.least, c.most, got, c.want)
		}
	}
}
