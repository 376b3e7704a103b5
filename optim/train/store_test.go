package train

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/checkpoint"
)

var _ Store = checkpoint.Dir{}

// TestLinked: who saves nothing links no digests, whose self tests every program would run.
func TestLinked(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skip(err) // no source here
	}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasPrefix(name, "crypto") || strings.HasSuffix(name, "/optim/checkpoint") {
			t.Errorf("it links %s", name)
		}
	}
}
