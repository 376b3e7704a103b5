package optim

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestRulesTable holds RULES.md to the rules: every variant has a row with its
// state, the options in use, and the bytes that follow from its vectors.
func TestRulesTable(t *testing.T) {
	raw, err := os.ReadFile("RULES.md")
	if os.IsNotExist(err) {
		t.Skip("the source is not here")
	} else if err != nil {
		t.Fatal(err)
	}
	type row struct {
		rule    string
		state   []string
		options []string
		bytes   int
	}
	var rows []row
	remark := regexp.MustCompile(` \([^)]*\)`)
	list := func(cell string) []string {
		return strings.FieldsFunc(remark.ReplaceAllString(cell, ""), func(r rune) bool { return r == ' ' || r == ',' })
	}
	first, _, _ := strings.Cut(string(raw), "\n## ")
	for line := range strings.Lines(first) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "norm"), "|")
		if len(cells) == 8 && strings.Contains(cells[1], "`") {
			bytes, err := strconv.Atoi(strings.TrimSpace(cells[5]))
			if err != nil {
				t.Errorf("%s: %v", cells[1], err)
			}
			rows = append(rows, row{cells[1], list(cells[3]), list(cells[4]), bytes})
		}
	}
	for _, rule := range slices.Concat(variants, matrixRules) {
		found := slices.ContainsFunc(rows, func(r row) bool {
			for _, o := range optionsOf(rule) {
				if o.Name != "LR" && o.Value != 0 && !slices.Contains(r.options, o.Name) {
					return false
				}
			}
			return strings.Contains(r.rule, "`"+rule.Name()+"`") && slices.Equal(r.state, rule.State()) && r.bytes == traffic(rule)
		})
		if !found {
			t.Errorf("%s %+v: no row with its options, the state %v and %d bytes", rule.Name(), rule, rule.State(), traffic(rule))
		}
	}
}

// TestFormatsTable holds the table of formats in RULES.md to the rules.
func TestFormatsTable(t *testing.T) {
	raw, err := os.ReadFile("RULES.md")
	if os.IsNotExist(err) {
		t.Skip("the source is not here")
	} else if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(string(raw), "\n")
	const n = 4 * kernels.BlockLen8
	for _, rule := range variants {
		if !(packedCase{valuesRounded, Native}).suits(rule) {
			continue
		}
		// The bytes of the state, of float32, bfloat16 and int8, times by and with more.
		cell := func(more, by float64) string {
			var texts []string
			for f := Native; f <= Int8; f++ {
				o, err := New(rule, named([][]float32{make([]float32, n)}), WithStateFormat(f))
				if err != nil {
					texts = append(texts, "—")
					continue
				}
				texts = append(texts, strconv.FormatFloat(more+by*float64(o.Params()[0].StateBytes)/n, 'g', 4, 64))
			}
			return strings.Join(texts, " / ")
		}
		o := mustNew(t, rule, named([][]float32{make([]float32, n)}), WithStateFormat(BFloat16))
		c := &o.cohorts[0]
		c.Prepare(StepInfo{Step: 1, LR: 1, Scale: 1})
		x := packedPart[float32]{value: o.params[0].Value, grad: gradient[float32]{native: make([]float32, n)}}
		if p := o.params[0].packing; p != nil {
			x.packed = *p
		}
		fuses := "no"
		if c.fused != nil && c.fused.updatePacked(&x, kernels.Rounding{}) {
			fuses = "yes"
		}
		// A parameter is read and written, a gradient read.
		want := strings.Join([]string{cell(0, 1), cell(3*4, 2), cell(3*2, 2), cell(3*2+4, 2), fuses}, " | ") + " |"
		if !slices.ContainsFunc(rows, func(row string) bool {
			return strings.Contains(row, "`"+rule.Name()+"`") && strings.HasSuffix(row, "| "+want)
		}) {
			t.Errorf("%s %+v: no row with %s", rule.Name(), rule, want)
		}
	}
}
