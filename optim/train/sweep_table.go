package train

import (
	"encoding/csv"
	"fmt"
	"io"
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
	line(append(append([]string{"", "lr"}, option(r.Option)...), "iterations", "loss", "metric", "end")...)
	best := r.best()
	for i, c := range r.Cells {
		mark, metric, end := "", "-", c.Result.Reason
		if i == best {
			mark = "*"
		}
		if c.Metric == c.Metric {
			metric = short(c.Metric)
		}
		if c.Err != nil {
			end = strings.ReplaceAll(c.Err.Error(), "\n", "; ")
		}
		fields := append([]string{mark, short(c.LR)}, option(short(c.Value))...)
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
