package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

// outcome is what the tests make of a change.
type outcome string

const (
	invalid        outcome = "does not assemble"
	killedByOwn    outcome = "killed"
	killedByOthers outcome = "killed by other tests"
	survived       outcome = "SURVIVED"
)

// tester runs the tests on mutants.
type tester struct {
	root, dir   string
	narrow, all time.Duration
	output      io.Writer // of the tests, where it is wanted
}

// own are the tests that range over the kernels, with a subtest for each.
const own = "^Test(SameBits|GuardPages|WritesOnlyDestinations|Aliases)$"

// others are the packages whose tests run kernels, besides package kernels.
var others = []string{"./kernels/gonumblas", "./fuzz", "./optim"}

// test builds a mutant and runs its tests.
func (t tester) test(m mutant) (outcome, error) {
	overlay, err := assembly.NewOverlay(t.root, t.dir)
	if err != nil {
		return "", err
	}
	if err := overlay.Put(m.file.Path, m.text()); err != nil {
		return "", err
	}
	over, err := overlay.Flag()
	if err != nil {
		return "", err
	}
	arch := m.file.Level.Arch
	binary := filepath.Join(t.dir, "kernels.test")
	build := assembly.GoTest(t.root, arch, over, "-c", "-o", binary, "./kernels")
	if out, err := build.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "asm: ") { // the assembler says so
			return invalid, nil
		}
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(build.Args, " "), err, out)
	}
	one := fmt.Sprintf("%s/^%s$/^type=%s$/^level=%s$", own, m.in.Kernel, m.in.Type(), m.file.Level.Name)
	if !t.passes(arch, binary, t.narrow, "-test.run="+one) {
		return killedByOwn, nil
	}
	if !t.passes(arch, binary, t.all) {
		return killedByOthers, nil
	}
	cmd := assembly.GoTest(t.root, arch, append([]string{over, "-count=1", "-failfast", "-timeout=" + t.all.String()}, others...)...)
	cmd.Stdout, cmd.Stderr = t.output, t.output
	if cmd.Run() != nil {
		return killedByOthers, nil
	}
	return survived, nil
}

// passes runs package kernels' test binary and reports whether it ends well and in time.
func (t tester) passes(arch, binary string, timeout time.Duration, args ...string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	line := append([]string{binary, "-test.failfast"}, args...)
	if arch != runtime.GOARCH {
		line = append([]string{assembly.Emulator(arch)}, append(line, "-test.short")...)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = filepath.Join(t.root, "kernels")
	cmd.Stdout, cmd.Stderr = t.output, t.output
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	return err == nil && !errors.Is(ctx.Err(), context.DeadlineExceeded)
}
