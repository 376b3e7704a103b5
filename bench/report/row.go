package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed63264101/steepest/bench"
	"github.com/seed63264101/steepest/kernels"
)

// row is a line of the table and of the JSON output. A nil is null: there is
// nothing to compare with.
type row struct {
	CPU      string   `json:"cpu"`
	Op       string   `json:"op"`
	Type     string   `json:"type"`
	Level    string   `json:"level"`
	N        int      `json:"n"`
	Place    string   `json:"place"` // where the data lie
	NS       float64  `json:"ns"`
	GBps     float64  `json:"gbps"`
	GFlops   *float64 `json:"gflops"`
	Limit    *float64 `json:"limit"`    // probe's time / kernel's
	Naive    *float64 `json:"naive"`    // plain loop's time / kernel's
	Gonum    *float64 `json:"gonum"`    // gonum's time / kernel's
	Axpy     *float64 `json:"axpy"`     // repeated Axpy's time / kernel's
	Slowdown *float64 `json:"slowdown"` // time / time on normal gradients, or of a single parameter
	Speedup  *float64 `json:"speedup"`  // one worker's time / time
	Gemm     *float64 `json:"gemm"`     // time of Gemm with whole matrices / time
	Passes   *float64 `json:"passes"`   // time of two passes / time
	Probe    string   `json:"probe"`    // the limit's name
	Ceiling  *float64 `json:"ceiling"`  // its own GB/s, or GFLOP/s
}

// digits is the number of significant digits in the JSON output.
const digits = 5

func round(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if err != nil {
		panic(err) // what FormatFloat writes, ParseFloat reads
	}
	return y
}

// newRows makes the rows of a case out of its contenders' times: one for each
// operation and level. Of several contenders that are the same but for their
// state, the slowest counts.
func newRows(s bench.Spec, c *bench.Case, ns []float64) []row {
	type key struct {
		op    string
		role  bench.Role
		level kernels.Level
	}
	times := map[key]float64{}
	var levels []kernels.Level
	for i, d := range c.Contenders {
		k := key{d.Op, d.Role, d.Level}
		times[k] = max(times[k], ns[i])
		if d.Role == bench.Kernel && !slices.Contains(levels, d.Level) {
			levels = append(levels, d.Level)
		}
	}
	best := slices.Max(levels)
	var rows []row
	for _, op := range s.Ops {
		for _, l := range levels {
			own := times[key{op, bench.Kernel, l}]
			over := func(k key) *float64 {
				if t, ok := times[k]; ok {
					t = round(t / own)
					return &t
				}
				return nil
			}
			r := row{
				Op: op, Type: s.Type, Level: l.String(), N: s.N, Place: s.Lies().String(),
				NS: round(own), GBps: round(float64(c.Bytes) / own), GFlops: rate(c.Flops, own),
				Naive: over(key{op, bench.Naive, 0}),
				Gonum: over(key{op, bench.Gonum, 0}),
				Axpy:  over(key{op, bench.RepeatedAxpy, l}),

				Speedup: over(key{op, bench.OneWorker, l}),
				Gemm:    over(key{op, bench.WholeGemm, l}),
				Passes:  over(key{op, bench.TwoPasses, l}),
			}
			limit := key{op, bench.Limit, l}
			if l == kernels.Generic {
				limit.level = best
			}
			if t, ok := times[limit]; ok {
				r.Limit, r.Probe, r.Ceiling = over(limit), c.Probe, rate(c.ProbeWork, t)
			}
			if len(s.Ops) > 1 { // kinds of gradients, the normal ones first
				slowdown := round(own / times[key{s.Ops[0], bench.Kernel, l}])
				r.Slowdown = &slowdown
			}
			if t, ok := times[key{op, bench.OneTensor, l}]; ok {
				slowdown := round(own / t)
				r.Slowdown = &slowdown
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// rate returns how much of some work is done in a nanosecond, nil where that is unknown.
func rate(work int, ns float64) *float64 {
	if work == 0 {
		return nil
	}
	r := round(float64(work) / ns)
	return &r
}

// sortRows sorts by operation, in their order, then by type, level and size.
func sortRows(rows []row, ops []string) {
	rank := map[string]int{}
	for i, op := range ops {
		rank[op] = i
	}
	level := func(name string) int {
		l, err := kernels.ParseLevel(name)
		if err != nil {
			panic(err) // newRows wrote it
		}
		return int(l)
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		for _, d := range []int{
			rank[a.Op] - rank[b.Op],
			strings.Compare(a.Type, b.Type),
			level(a.Level) - level(b.Level),
			a.N - b.N,
		} {
			if d != 0 {
				return d
			}
		}
		return 0
	})
}

// writeJSON writes an object per line.
func writeJSON(w io.Writer, rows []row) error {
	e := json.NewEncoder(w)
	for _, r := range rows {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// processor names the processor.
func processor() string {
	if name := cpuid.CPU.BrandName; name != "" {
		return name
	}
	return "unknown processor"
}

// machine describes the machine in a line.
func (r *report) machine() string {
	cache := func(bytes int) string {
		if bytes >= 1<<20 {
			return fmt.Sprintf("%d MiB", bytes>>20)
		}
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%s, L1 %s, L2 %s, L3 %s, %s/%s, %s, levels %v", processor(),
		cache(r.caches.L1), cache(r.caches.L2), cache(r.caches.L3),
		runtime.GOOS, runtime.GOARCH, runtime.Version(), kernels.Levels())
}

// writeTable writes the rows for people: names to the left, numbers to the right.
func writeTable(w io.Writer, machine string, rows []row) error {
	if _, err := fmt.Fprintln(w, machine); err != nil {
		return err
	}
	width := len("op")
	for _, r := range rows {
		width = max(width, len(r.Op))
	}
	name := func(op, typ, level string) string { return fmt.Sprintf("%-*s  %-4s  %-7s", width, op, typ, level) }
	number := func(x *float64, precision int) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.*f", precision, *x)
	}
	ratio := func(x *float64) string { return number(x, 2) }
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tn\tns\tGB/s\tGFLOP/s\tlimit\tnaive\tgonum\taxpy\tslowdown\tspeedup\tgemm\tpasses\t\n", name("op", "type", "level"))
	for _, r := range rows {
		precision := 0
		if r.NS < 1000 {
			precision = 1
		}
		fmt.Fprintf(t, "%s\t%d\t%.*f\t%.1f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", name(r.Op, r.Type, r.Level), r.N, precision, r.NS, r.GBps, number(r.GFlops, 1),
			ratio(r.Limit), ratio(r.Naive), ratio(r.Gonum), ratio(r.Axpy), ratio(r.Slowdown), ratio(r.Speedup), ratio(r.Gemm), ratio(r.Passes))
	}
	return t.Flush()
}
