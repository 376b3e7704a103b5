package train

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A SweepResult is what the runs of a [Sweep] have reached.
type SweepResult struct {
	Option   string // name of the option beside the rate, or ""
	Maximize bool   // whether larger metrics are better
	Cells    []CellResult
}

// Best returns the cell with the best metric, of those whose run ended by a rule, or if none of
// them has any, that with the lowest average of the loss, if the last loss is finite. It reports
// false if there is none.
func (r *SweepResult) Best() (CellResult, bool) {
	i := r.best()
	if i < 0 {
		return CellResult{}, false
	}
	return r.Cells[i], true
}

// best returns the index of the best cell, or -1.
func (r *SweepResult) best() int {
	measured := slices.ContainsFunc(r.Cells, func(c CellResult) bool { return c.Err == nil && c.Metric == c.Metric })
	best, least := -1, math.NaN()
	for i, c := range r.Cells {
		value, good := c.Result.Average, c.Result.Loss-c.Result.Loss == 0
		if measured {
			value, good = c.Metric, true
		}
		if measured && r.Maximize {
			value = -value
		}
		if good && c.Err == nil && value == value && (best < 0 || cmp.Less(value, least)) {
			best, least = i, value
		}
	}
	return best
}

// String returns a table to read, in which a star marks the best cell.
func (r *SweepResult) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(fields ...string) { fmt.Fprintln(table, strings.Join(fields, "\t")) }
	option := func(name string) []string {
		if r.Option == "" {
			return nil
		}
		return []string{name}
	}
	short := func(x float64) string { return strconv.FormatFloat(x, 'g', 5, 64) }
	line(append(append([]string{"cell", "lr"}, option(r.Option)...), "iterations", "loss", "metric", "end")...)
	best := r.best()
	for i, c := range r.Cells {
		number, metric, end := strconv.Itoa(c.Number), "-", c.Result.Reason
		if i == best {
			number += "*"
		}
		if c.Metric == c.Metric {
			metric = short(c.Metric)
		}
		var diverged *DivergedError
		if errors.As(c.Err, &diverged) {
			end = "diverged"
		} else if c.Err != nil {
			end = strings.ReplaceAll(c.Err.Error(), "\n", "; ")
		}
		fields := append([]string{number, short(c.LR)}, option(short(c.Value))...)
		line(append(fields, strconv.Itoa(c.Result.Iteration), short(c.Result.Average), metric, end)...)
	}
	table.Flush()
	return text.String()
}

// WriteCSV writes a table with a line for each cell, below one with the names of the columns:
// lr, option, iterations, loss, average, metric, skips, reason and error. The option's column
// is called after it, and missing if there is none. Numbers are as those of [History.WriteCSV].
func (r *SweepResult) WriteCSV(w io.Writer) error {
	table := csv.NewWriter(w)
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	option := func(name string) []string {
		if r.Option == "" {
			return nil
		}
		return []string{name}
	}
	table.Write(append(append([]string{"lr"}, option(r.Option)...), "iterations", "loss", "average", "metric", "skips", "reason", "error"))
	for _, c := range r.Cells {
		metric, failure := "", ""
		if c.Metric == c.Metric {
			metric = number(c.Metric)
		}
		if c.Err != nil {
			failure = c.Err.Error()
		}
		fields := append([]string{number(c.LR)}, option(number(c.Value))...)
		table.Write(append(fields, strconv.Itoa(c.Result.Iteration), number(c.Result.Loss), number(c.Result.Average), metric,
			strconv.Itoa(c.Result.Skips), c.Result.Reason, failure))
	}
	table.Flush()
	return table.Error()
}
