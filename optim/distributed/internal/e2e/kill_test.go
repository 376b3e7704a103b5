//go:build unix

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/distributed/internal/launch"
)

// kills is how many ranks are killed in each phase, under each MPI: as many as STEEPEST_KILLS says.
func kills(t *testing.T) int {
	text := os.Getenv("STEEPEST_KILLS")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What is killed: ranks of a training that is saved after every few steps.
const (
	killedRanks = 3
	killedSteps = 12
	savedEvery  = 3
)

// TestKilled kills a rank at a random moment of a step, or of a save: the job ends and says so, and
// the same command goes on from the last checkpoint to the bits of a training that nothing has
// disturbed. So do other numbers of ranks, and a process alone.
func TestKilled(t *testing.T) {
	program := launch.Build(t, "./trainee")
	args := []string{"-steps", strconv.Itoa(killedSteps), "-micro", "6"}
	_, want, _ := strings.Cut(alone(t, launch.Job{Program: program, Args: args}), "\n")
	random := rand.New(rand.NewPCG(1, uint64(kills(t))))
	launch.Each(t, func(t *testing.T, m launch.MPI) {
		for i := range 2 * kills(t) {
			dir := t.TempDir()
			phase := []string{"step", "save"}[i%2]
			call := 4 + random.IntN(killedSteps-4)
			if phase == "save" { // not the first, whose length nobody knows
				call = savedEvery*(2+random.IntN(killedSteps/savedEvery-1)) - 1
			}
			marker := filepath.Join(dir, "dead")
			death := fmt.Sprintf("%d,%d,%s,%.3f,%s", random.IntN(killedRanks), call, phase, random.Float64(), marker)
			job := launch.Job{
				Program: program, Ranks: killedRanks, Env: []string{"TRAINEE_DEATH=" + death},
				Args: append(args, "-dir", filepath.Join(dir, "saved"), "-every", strconv.Itoa(savedEvery)),
			}
			out, err := m.Run(t, job)
			// Which signal the launcher speaks of differs: another rank may end first, by its MPI's
			// hand, that was about to read the dead one's memory.
			if _, alive := os.Stat(marker); err == nil || strings.Contains(err.Error(), "hangs") || alive != nil {
				t.Errorf("%s: %v, killed: %t\n%s", death, err, alive == nil, out)
				continue
			}

			job.Ranks = []int{killedRanks, 1, 4, 2, 0, 5}[i/2%6]
			if job.Ranks == 0 {
				out, err = launch.Alone(t, job)
			} else {
				out, err = m.Run(t, job)
			}
			first, end, _ := strings.Cut(strings.TrimPrefix(out, "begins at "), "\n")
			at, numErr := strconv.Atoi(first)
			last := call / savedEvery * savedEvery
			if wrong := at != last && (phase == "step" || at != last+savedEvery); err != nil || numErr != nil || wrong || !strings.HasPrefix(end, want) {
				t.Errorf("%s, then %d ranks: %v\n%s\nwant, from step %d on\n%s", death, job.Ranks, err, out, last, want)
			}
			t.Logf("%s: then %d ranks from step %d", death[:strings.LastIndex(death, ",")], job.Ranks, at)
		}
	})
}
