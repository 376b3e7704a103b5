package tour

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
)

var update = flag.Bool("update", false, "write the hashes that were computed instead of comparing")

// An outcome is what came of an experiment: of a surface or of a network.
type outcome struct {
	state  *spec.State // with the rates that the runs had
	runs   []race.Path
	trains []*neural.Run
	hash   string
}

// outcomeOf runs an experiment.
func outcomeOf(t testing.TB, query string) *outcome {
	t.Helper()
	s, problems := spec.Parse(query)
	if len(problems) > 0 {
		t.Fatalf("%s: %+v", query, problems)
	}
	if s.Network == nil {
		s = race.Tuned(s)
		r, err := race.Run(s)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return &outcome{state: s, runs: r.Runs, hash: r.Hash}
	}
	trainer, err := s.Trainer()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for !trainer.Done() {
		trainer.Advance()
	}
	return &outcome{state: s, trains: trainer.Runs, hash: trainer.Hash()}
}

// TestSameEverywhere compares the presets on every level with hashes that are those of all
// machines.
func TestSameEverywhere(t *testing.T) {
	var table strings.Builder
	for _, p := range Presets() {
		want := p.Hash
		demotest.OnEveryLevel(t, func(level kernels.Level) {
			hash := outcomeOf(t, p.Query).hash
			if *update {
				want = hash
			}
			if hash != want {
				t.Errorf("level %v: %s has hash %s, want %s", level, p.ID, hash, want)
			}
		})
		fmt.Fprintln(&table, p.ID, want)
	}
	if *update {
		if err := os.WriteFile("testdata/hashes.txt", []byte(table.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if table.String() != hashes {
		t.Errorf("the table is\n%swant\n%s", hashes, &table)
	}
}
