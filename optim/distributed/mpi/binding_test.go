package mpi

import (
	"runtime"
	"strings"
	"testing"
)

// TestBinding starts one rank bound to one core, and one that is not.
func TestBinding(t *testing.T) {
	if runtime.NumCPU() == 1 {
		t.Skip("NOT TESTED: this machine has one core")
	}
	eachMPI(t, func(t *testing.T, m mpirun) {
		for _, test := range []struct{ to, warnings string }{{"core", "1 warnings"}, {"none", "0 warnings"}} {
			out, err := m.runBound(t, test.to, 1, "Init")
			if err != nil || !strings.Contains(out, test.warnings) {
				t.Errorf("bound to %s: %v\n%s", test.to, err, out)
			}
			if said := strings.Contains(out, "--bind-to none (Slurm: srun --cpu-bind=none)"); said != (test.to == "core") {
				t.Errorf("bound to %s: the cure is there: %v\n%s", test.to, said, out)
			}
		}
	})
}

func TestBound(t *testing.T) {
	for _, test := range []struct {
		mine, cores, ranks int
		warns              bool
	}{
		{1, 1, 1, false}, {1, 1, 4, false}, // all there is
		{1, 2, 1, true}, {1, 2, 2, true}, {2, 2, 2, false},
		{2, 64, 2, true}, {31, 64, 2, true}, {32, 64, 2, false}, {16, 64, 4, false},
		{1, 64, 64, true}, {64, 64, 200, false},
	} {
		if text := bound(test.mine, test.cores, test.ranks); (text != "") != test.warns {
			t.Errorf("%d of %d cores, %d ranks: %q", test.mine, test.cores, test.ranks, text)
		}
	}
}

func TestListed(t *testing.T) {
	for list, want := range map[string]int{"0": 1, "0-1": 2, "0-3,8,10-11": 7, "": 0, "x": 0, "3-1": 0} {
		if got := listed(list); got != want {
			t.Errorf("%q has %d numbers, not %d", list, got, want)
		}
	}
}
