package spec

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestComplete: what optim and schedule have, an experiment can have.
func TestComplete(t *testing.T) {
	for _, c := range []struct {
		dir, pattern string
		have         []string
	}{
		{"optim", `(?m)^func New(\w+)\(lr[ ,]`, ruleNames()},
		{"optim/schedule", `(?m)^func \(\w+ \*?(\w+)\) Rate\(base float64, step int\)`, append(scheduleNames(), "Func")},
	} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", c.dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Skip("no source of ", c.dir, " here: ", err)
		}
		found := 0
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(c.pattern).FindAllStringSubmatch(string(text), -1) {
				if found++; !slices.Contains(c.have, m[1]) {
					t.Errorf("%s has %s, and no run can", c.dir, m[1])
				}
			}
		}
		if found != len(c.have) {
			t.Errorf("%s: found %d of %v", c.dir, found, c.have)
		}
	}
}

func ruleNames() (names []string) {
	for _, m := range methods {
		if m.Rule {
			names = append(names, m.Name)
		}
	}
	return names
}
