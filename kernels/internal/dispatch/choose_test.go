package dispatch

import (
	"slices"
	"testing"
)

// TestChoose checks the choice by name where no process can be started to try
// STEEPEST_LEVEL itself.
func TestChoose(t *testing.T) {
	available := Levels()
	if got, want := choose(""), available[len(available)-1]; got != want {
		t.Errorf("without a name: %v, want the best of %v", got, available)
	}
	for _, name := range append([]string{"sse9", "AVX2", "avx2 ", "avx", "Level(4)"}, Names[:]...) {
		want := Generic
		if i := slices.Index(Names[:], name); i >= 0 && slices.Contains(available, Level(i)) {
			want = Level(i)
		}
		if got := choose(name); got != want {
			t.Errorf("%q: %v, want %v of %v", name, got, want, available)
		}
	}
}
