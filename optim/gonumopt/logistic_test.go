package gonumopt

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A dataset has the entries that are not 0 of each row, and a label of 0 or 1.
type dataset struct {
	rows    [][]entry
	labels  []float64
	columns int
}

type entry struct {
	column int
	value  float64
}

// samples returns a generated data set, and the mushrooms of agaricus if they are here.
func samples(t *testing.T) map[string]dataset {
	all := map[string]dataset{"generated": generated(200, 20)}
	raw, err := os.ReadFile(opttest.Data("agaricus/agaricus.txt.train"))
	if err != nil {
		t.Logf("generated data only: %v", err)
		return all
	}
	d := dataset{columns: 127}
	for i, line := range strings.Split(string(raw), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || i%10 != 0 { // a tenth has all that it takes
			continue
		}
		var row []entry
		for _, f := range fields[1:] {
			column, value, _ := strings.Cut(f, ":")
			c, err := strconv.Atoi(column)
			v, err2 := strconv.ParseFloat(value, 64)
			if err != nil || err2 != nil {
				t.Fatalf("line %d: %q", i+1, f)
			}
			row = append(row, entry{c, v})
		}
		d.rows = append(d.rows, row)
		label, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		d.labels = append(d.labels, label)
	}
	all["agaricus"] = d
	return all
}

// generated returns a data set that some of the columns say nothing about.
func generated(rows, columns int) dataset {
	rng := rand.New(rand.NewPCG(5, 6))
	d := dataset{columns: columns}
	for range rows {
		var row []entry
		z := 0.5
		for c := range columns {
			e := entry{c, rng.NormFloat64()}
			if c%3 == 0 {
				z += float64(e.value * float64(6-c) / 4)
			}
			row = append(row, e)
		}
		label := 0.0
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			label = 1
		}
		d.rows, d.labels = append(d.rows, row), append(d.labels, label)
	}
	return d
}

// gradient returns the mean logistic loss and its derivative by the bias, and adds the
// gradient by the weights to g.
func (d dataset) gradient(g, weight []float64, bias float64) (loss, biasGradient float64) {
	n := float64(len(d.rows))
	for i, row := range d.rows {
		z := bias
		for _, e := range row {
			z += float64(e.value * weight[e.column])
		}
		loss += (max(z, 0) - float64(z*d.labels[i]) + math.Log1p(math.Exp(-math.Abs(z)))) / n
		slope := (1/(1+math.Exp(-z)) - d.labels[i]) / n
		biasGradient += slope
		for _, e := range row {
			g[e.column] += float64(slope * e.value)
		}
	}
	return loss, biasGradient
}

// coordinateDescent returns the least loss with the penalty that it finds: one element
// after the other goes to the minimum of a parabola above the loss, whose curvature is
// nowhere larger than a quarter of the squares.
func (d dataset) coordinateDescent(l1 float64, sweeps int) float64 {
	type sample struct {
		row   int
		value float64
	}
	n := float64(len(d.rows))
	columns := make([][]sample, d.columns+1)
	for i, row := range d.rows {
		for _, e := range row {
			columns[e.column] = append(columns[e.column], sample{i, e.value})
		}
		columns[d.columns] = append(columns[d.columns], sample{i, 1}) // the bias
	}
	w, z := make([]float64, d.columns+1), make([]float64, len(d.rows))
	for range sweeps {
		for c, column := range columns {
			var slope, curvature float64
			for _, s := range column {
				slope += float64((1/(1+math.Exp(-z[s.row])) - d.labels[s.row]) * s.value / n)
				curvature += float64(s.value * s.value / (4 * n))
			}
			if curvature == 0 {
				continue
			}
			to := w[c] - slope/curvature
			if c < d.columns {
				to = math.Copysign(max(math.Abs(to)-l1/curvature, 0), to)
			}
			for _, s := range column {
				z[s.row] += float64((to - w[c]) * s.value)
			}
			w[c] = to
		}
	}
	var sum float64
	for i := range d.rows {
		sum += (max(z[i], 0) - float64(z[i]*d.labels[i]) + math.Log1p(math.Exp(-math.Abs(z[i])))) / n
	}
	for _, v := range w[:d.columns] {
		sum += float64(l1 * math.Abs(v))
	}
	return sum
}
