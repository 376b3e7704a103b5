package kerneltest

import (
	"fmt"
	"os"

	"github.com/seed63264101/steepest/kernels"
)

// EnvExpect is the environment variable that names the level which a run of the
// tests is for.
const EnvExpect = "STEEPEST_EXPECT_LEVEL"

// levelAtStart is the choice of the environment and the machine, before any test
// activated another level.
var levelAtStart = kernels.ActiveLevel()

// CheckExpected returns an error if EnvExpect is set and the machine's own choice
// is another level. An emulated machine that lacks what it should have does not
// pass then by testing less.
func CheckExpected() error {
	want := os.Getenv(EnvExpect)
	if want == "" {
		return nil
	}
	if _, err := kernels.ParseLevel(want); err != nil {
		return fmt.Errorf("%s: %w", EnvExpect, err)
	}
	if pin := os.Getenv(kernels.EnvLevel); pin != "" {
		return fmt.Errorf("%s=%s pins the level, so what the machine would choose stays unknown", kernels.EnvLevel, pin)
	}
	if got := levelAtStart.String(); got != want {
		return fmt.Errorf("level %s is active, %s demands %s; available are %v", got, EnvExpect, want, kernels.Levels())
	}
	return nil
}
