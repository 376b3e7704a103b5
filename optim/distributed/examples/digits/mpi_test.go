//go:build unix

package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/distributed/internal/launch"
)

// TestMPI: the binary, built without cgo, trains under both MPIs, and alone, with one checksum.
func TestMPI(t *testing.T) {
	job := launch.Job{Program: launch.Build(t, "."), Args: []string{"-steps", "40", "-micro", "4"}}
	want, err := launch.Alone(t, job)
	if err != nil || !strings.Contains(want, "checksum ") {
		t.Fatalf("%v\n%s", err, want)
	}
	launch.Each(t, func(t *testing.T, m launch.MPI) {
		for _, job.Ranks = range []int{1, 3} {
			got, err := m.Run(t, job)
			if err != nil {
				t.Fatalf("%d ranks: %v\n%s", job.Ranks, err, got)
			}
			if rest, _, ok := strings.Cut(got, want); !ok || len(regexp.MustCompile(`(?m)^rank \d: .*, level \w+, \d+ cores$`).FindAllString(rest, -1)) != job.Ranks {
				t.Errorf("%d ranks:\n%s\nalone:\n%s", job.Ranks, got, want)
			}
		}
	})
}
