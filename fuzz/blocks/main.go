// Blocks runs the tests on a build in which every basic block of the kernels' assembly
// marks itself, and fails where a block of any kernel is reached by none:
//
//	go run ./fuzz/blocks
//	go run ./fuzz/blocks -levels neon
//	go run ./fuzz/blocks -packages ./kernels -run '^TestGuardPages$'
//
// The last one asks it of one test alone.
//
// It checks the levels that this machine can run. Those of another architecture must be
// asked for; their tests, shortened, run under qemu-user's emulator. The module is left as
// it is: the marks are in files of an overlay.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "blocks:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("blocks", flag.ContinueOnError)
	set.SetOutput(stderr)
	root := set.String("root", ".", "root of the module")
	names := set.String("levels", "", "check these levels, separated by commas; none: those of this machine")
	packages := set.String("packages", "./kernels/... ./fuzz", "run the tests of these packages")
	tests := set.String("run", "", "run the tests whose name matches the `regexp`")
	skip := set.String("skip", "", "do not run those whose name matches the `regexp`")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	levels, err := assembly.Choose(*names)
	if err != nil {
		return fmt.Errorf("-levels: %w", err)
	}
	dir, err := os.MkdirTemp("", "blocks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	missed := 0
	for arch, levels := range byArch(levels) {
		n, err := check(*root, dir, arch, levels, append([]string{"-run=" + *tests, "-skip=" + *skip}, strings.Fields(*packages)...), stdout, stderr)
		if err != nil {
			return err
		}
		missed += n
	}
	if missed > 0 {
		return fmt.Errorf("%d blocks are reached by no test", missed)
	}
	return nil
}

// byArch groups levels by their architecture.
func byArch(levels []assembly.Level) map[string][]assembly.Level {
	groups := map[string][]assembly.Level{}
	for _, l := range levels {
		groups[l.Arch] = append(groups[l.Arch], l)
	}
	return groups
}

// check runs the tests on marked assembly and lists the blocks without a mark.
func check(root, dir, arch string, levels []assembly.Level, tests []string, stdout, stderr io.Writer) (missed int, err error) {
	overlay, err := assembly.NewOverlay(root, dir)
	if err != nil {
		return 0, err
	}
	blocks := map[assembly.Level][]block{}
	for _, l := range levels {
		files, err := assembly.Files(root, l)
		if err != nil {
			return 0, err
		}
		for _, f := range files {
			var text string
			if text, blocks[l], err = mark(f, blocks[l]); err != nil {
				return 0, err
			}
			if err := overlay.Put(f.Path, text); err != nil {
				return 0, err
			}
		}
		if err := overlay.Put(filepath.Join("asm", l.Name, "marks.go"), goFile(l, len(blocks[l]))); err != nil {
			return 0, err
		}
	}
	over, err := overlay.Flag()
	if err != nil {
		return 0, err
	}
	cmd := assembly.GoTest(root, arch, append([]string{over, "-count=1", "-timeout=1h"}, tests...)...)
	cmd.Env = append(cmd.Env, env+"="+dir)
	if arch != runtime.GOARCH { // what this machine has is known
		cmd.Env = append(cmd.Env, kerneltest.EnvExpect+"="+levels[len(levels)-1].Name)
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	for _, l := range levels {
		reached, err := readMarks(dir, l, len(blocks[l]))
		if err != nil {
			return 0, err
		}
		count := 0
		for i, b := range blocks[l] {
			if reached[i] {
				count++
			} else {
				fmt.Fprintln(stdout, l.Name, b)
			}
		}
		fmt.Fprintf(stdout, "%s: %d of %d blocks are reached\n", l.Name, count, len(blocks[l]))
		missed += len(blocks[l]) - count
	}
	return missed, nil
}

// readMarks reads what all processes marked of a level's blocks.
func readMarks(dir string, l assembly.Level, blocks int) ([]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, l.Name+"-*.marks"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no process wrote marks for %s", l.Name)
	}
	reached := make([]bool, blocks)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		skip, err := strconv.Atoi(strings.Split(filepath.Base(name), "-")[1])
		if err != nil || skip+blocks > len(text) {
			return nil, fmt.Errorf("%s has %d bytes, which cannot be the marks of %d blocks", name, len(text), blocks)
		}
		for i, m := range text[skip:][:blocks] {
			reached[i] = reached[i] || m != 0
		}
	}
	return reached, nil
}
