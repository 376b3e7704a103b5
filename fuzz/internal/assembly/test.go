package assembly

import (
	"os"
	"os/exec"
	"runtime"
)

// emulators run the tests of other architectures, see the Makefile.
var emulators = map[string]struct{ env, command string }{
	"arm64": {"QEMU_ARM64", "qemu-aarch64-static"},
	"amd64": {"QEMU_AMD64", "qemu-x86_64-static"},
}

// GoTest returns the command that runs go test for an architecture in the root of the
// module. On another architecture than this one it runs an emulator, and the tests
// shortened.
func GoTest(root, arch string, args ...string) *exec.Cmd {
	first := []string{"test", "-vet=off"}
	if arch != runtime.GOARCH {
		first = append(first, "-short", "-exec="+Emulator(arch))
	}
	cmd := exec.Command("go", append(first, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOARCH="+arch)
	return cmd
}

// Emulator returns the program that runs an architecture's binaries.
func Emulator(arch string) string {
	e := emulators[arch]
	if command := os.Getenv(e.env); command != "" {
		return command
	}
	return e.command
}
