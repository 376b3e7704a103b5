//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/distributed/internal/launch"
)

// alone returns what a job's program prints in a process alone.
func alone(t *testing.T, job launch.Job) string {
	t.Helper()
	out, err := launch.Alone(t, job)
	if err != nil || strings.Count(out, "\n") < 2 {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// levelOf deals out the levels of this machine, one to each rank in turn.
func levelOf(rank int) (name, value string) {
	levels := kernels.Levels()
	return kernels.EnvLevel, levels[rank%len(levels)].String()
}

// TestBits: 50 steps end with the same parameters, state and reports on every number of ranks, of
// different instruction sets, under both MPIs, as in a process alone.
func TestBits(t *testing.T) {
	job := launch.Job{Program: launch.Build(t, "./trainee")}
	want := alone(t, job)
	if strings.Count(want, "\n") != 2 {
		t.Fatalf("a process alone prints\n%s", want)
	}
	job.RankEnv = levelOf
	launch.Each(t, func(t *testing.T, m launch.MPI) {
		for _, job.Ranks = range []int{1, 2, 3, 4, 7, 16} {
			if got, err := m.Run(t, job); err != nil || !strings.HasPrefix(got, want) {
				t.Errorf("%d ranks: %v\n%s\nalone:\n%s", job.Ranks, err, got, want)
			}
		}
	})
}

// TestBitsUneven: as TestBits, where the micro-batches do not divide among ranks, and some ranks
// have none.
func TestBitsUneven(t *testing.T) {
	job := launch.Job{Program: launch.Build(t, "./trainee"), Args: []string{"-micro", "5", "-steps", "12"}}
	want := alone(t, job)
	launch.Each(t, func(t *testing.T, m launch.MPI) {
		for _, job.Ranks = range []int{3, 7} {
			if got, err := m.Run(t, job); err != nil || !strings.HasPrefix(got, want) {
				t.Errorf("%d ranks: %v\n%s\nalone:\n%s", job.Ranks, err, got, want)
			}
		}
	})
}
