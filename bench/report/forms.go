package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/seed63264101/steepest/bench"
)

// form is a line of the table of forms: a kernel for one element type.
type form struct{ op, typ string }

// formTable is what -forms prints.
type formTable struct {
	half, widest string
	sizes        []int
	forms        []form // in the order of the kernels' table
	narrow       map[form]bool
	ratios       map[form]map[int]float64
}

// newFormTable brings the rows of the two levels' kernels together.
func newFormTable(specs []bench.Spec, rows []row, half, widest string) formTable {
	t := formTable{half: half, widest: widest, narrow: map[form]bool{}, ratios: map[form]map[int]float64{}}
	for _, s := range specs {
		f := form{s.Ops[0], s.Type}
		if !slices.Contains(t.forms, f) {
			t.forms = append(t.forms, f)
		}
		if !slices.Contains(t.sizes, s.N) {
			t.sizes = append(t.sizes, s.N)
		}
		t.narrow[f] = s.Narrow
	}
	slices.Sort(t.sizes)
	type key struct {
		form
		n int
	}
	halves := map[key]float64{}
	for _, r := range rows {
		if r.Level == half {
			halves[key{form{r.Op, r.Type}, r.N}] = r.NS
		}
	}
	for _, r := range rows {
		f := form{r.Op, r.Type}
		if r.Level != widest || halves[key{f, r.N}] == 0 {
			continue
		}
		if t.ratios[f] == nil {
			t.ratios[f] = map[int]float64{}
		}
		t.ratios[f][r.N] = r.NS / halves[key{f, r.N}]
	}
	return t
}

// write prints a line for each kernel and element type: the widest form's time over the
// narrower one's at every size, their geometric mean, and the form that cores with
// half-wide data paths take.
func (t formTable) write(w io.Writer, machine string) error {
	if _, err := fmt.Fprintf(w, "%s\n%s's time over %s's, by the number of elements\n", machine, t.widest, t.half); err != nil {
		return err
	}
	width := len("op")
	for _, f := range t.forms {
		width = max(width, len(f.op))
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tab, "%-*s  type\t", width, "op")
	for _, n := range t.sizes {
		fmt.Fprintf(tab, "%d\t", n)
	}
	fmt.Fprint(tab, "mean\thalf-wide cores take\t\n")
	for _, f := range t.forms {
		fmt.Fprintf(tab, "%-*s  %-4s\t", width, f.op, f.typ)
		logs, count := 0.0, 0
		for _, n := range t.sizes {
			ratio, ok := t.ratios[f][n]
			if !ok {
				fmt.Fprint(tab, "-\t")
				continue
			}
			fmt.Fprintf(tab, "%.2f\t", ratio)
			logs += math.Log(ratio)
			count++
		}
		takes := t.widest
		if t.narrow[f] {
			takes = t.half
		}
		fmt.Fprintf(tab, "%.2f\t%s\t\n", math.Exp(logs/float64(count)), takes)
	}
	return tab.Flush()
}
