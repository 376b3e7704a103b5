package race

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
)

var update = flag.Bool("update", false, "write the hashes that were computed instead of comparing")

// hashes has the hash of an experiment and its text in each line.
//
//go:embed testdata/hashes.txt
var hashes string

// TestSameEverywhere compares races on every level with hashes that are those of all
// machines. The table is to have every method in both types.
func TestSameEverywhere(t *testing.T) {
	missing := make(map[string]bool)
	for _, m := range spec.Methods() {
		missing[m.Name+" false"], missing[m.Name+" true"] = true, true
	}
	var table strings.Builder
	for line := range strings.Lines(hashes) {
		want, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		s, problems := spec.Parse(text)
		if len(problems) > 0 {
			t.Fatalf("%s: %+v", text, problems)
		}
		for _, r := range s.Runs {
			delete(missing, fmt.Sprint(r.Method, " ", s.Double))
		}
		demotest.OnEveryLevel(t, func(level kernels.Level) {
			result := run(t, s)
			if *update {
				want = result.Hash
			}
			if result.Hash != want {
				t.Errorf("level %v, %s: hash %s, want %s", level, text, result.Hash, want)
			}
		})
		fmt.Fprintln(&table, want, text)
	}
	if len(missing) > 0 {
		t.Errorf("no hash of %v", missing)
	}
	if *update {
		if err := os.WriteFile("testdata/hashes.txt", []byte(table.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
