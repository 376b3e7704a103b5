package optim

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
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
	for line := range strings.Lines(string(raw)) {
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
