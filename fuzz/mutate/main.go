// Mutate changes single instructions of the kernels' assembly, one at a time, and runs
// the tests on each change: one that no test notices is either without effect or shows
// what is not tested.
//
//	go run ./fuzz/mutate -n 60 -seed 7
//	go run ./fuzz/mutate -levels neon
//
// A change is another operation, another order of the operands, another immediate or
// displacement, or that the instruction is dropped. First the changed kernel's own tests
// run, and where they pass, all tests of the packages that run kernels. A change that
// the tests notice is killed, also where they end in a fault, or do not end in time; the
// others survive, and are listed in the end. The same seed draws the same changes of the
// same assembly. The module is left as it is: a changed file is in an overlay.
//
// Some changes must survive, since nothing but speed depends on what they change:
//
//   - where the tests of a length choose between ways that compute the same, such as one
//     turn more or less of a main loop, an aligned store, or a matrix that counts as
//     small, and how large a block of columns is;
//   - what only clears or fills lanes that nobody reads, or breaks a dependency;
//   - what happens to a flag or an address behind its last use.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "mutate:", err)
		}
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	root        string
	n, only     int
	seed        uint64
	levels      []assembly.Level
	kernel      *regexp.Regexp
	narrow, all time.Duration
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	set := flag.NewFlagSet("mutate", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&o.root, "root", ".", "root of the module")
	set.IntVar(&o.n, "n", 60, "how many changes")
	set.IntVar(&o.only, "only", 0, "run only the change of this number, and show the tests' output")
	set.Uint64Var(&o.seed, "seed", 1, "what the changes are drawn from")
	names := set.String("levels", "", "change these levels, separated by commas; none: those of this machine")
	kernel := set.String("kernels", "", "change the kernels whose name matches the `regexp`")
	set.DurationVar(&o.narrow, "timeout", 2*time.Minute, "how long the kernel's own tests may take")
	set.DurationVar(&o.all, "timeout-all", 30*time.Minute, "how long all tests of a package may take")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	if o.n < 1 || o.only < 0 || o.only > o.n {
		return o, fmt.Errorf("-n %d -only %d: want at least one change, and the number of one of them", o.n, o.only)
	}
	if o.levels, err = assembly.Choose(*names); err != nil {
		return o, fmt.Errorf("-levels: %w", err)
	}
	if o.kernel, err = regexp.Compile(*kernel); err != nil {
		return o, fmt.Errorf("-kernels %q: %w", *kernel, err)
	}
	return o, nil
}

// mutant is a file with a changed instruction.
type mutant struct {
	file assembly.File
	in   assembly.Instruction
	to   change
}

func (m mutant) String() string {
	to := m.to.text
	if to == "" {
		to = "nothing"
	} else if _, comment, ok := strings.Cut(to, "// "); ok {
		to = comment
	}
	return fmt.Sprintf("%s %s %s: %s:%d: %s: %s -> %s", m.file.Level.Name, m.in.Kernel, m.in.Type(),
		m.file.Path, m.in.Line+1, m.to.kind, m.in.Text(), to)
}

// text returns the changed file.
func (m mutant) text() string {
	lines := append([]string(nil), m.file.Lines...)
	lines[m.in.Line] = "\t" + m.to.text
	return strings.Join(lines, "\n")
}

// pool is what can be changed of a level.
type pool struct {
	files []assembly.File
	at    []struct {
		file int
		in   assembly.Instruction
	}
}

// newPool reads a level's kernels.
func newPool(root string, l assembly.Level, kernel *regexp.Regexp) (pool, error) {
	var p pool
	var err error
	if p.files, err = assembly.Files(root, l); err != nil {
		return p, err
	}
	for i, f := range p.files {
		for _, in := range f.Instructions() {
			if kernel.MatchString(in.Kernel) && len(changes(l, in)) > 0 {
				p.at = append(p.at, struct {
					file int
					in   assembly.Instruction
				}{i, in})
			}
		}
	}
	if len(p.at) == 0 {
		return p, fmt.Errorf("%s has no kernel that matches %q", l.Name, kernel)
	}
	return p, nil
}

// draw makes a mutant: every instruction is as likely as any other.
func (p pool) draw(r *rand.Rand) mutant {
	at := p.at[r.IntN(len(p.at))]
	f := p.files[at.file]
	return mutant{f, at.in, pick(r, changes(f.Level, at.in))}
}

// run is the program.
func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	var pools []pool
	for _, l := range o.levels {
		p, err := newPool(o.root, l, o.kernel)
		if err != nil {
			return err
		}
		pools = append(pools, p)
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := tester{root: o.root, dir: dir, narrow: o.narrow, all: o.all}
	if o.only > 0 {
		t.output = stderr
	}
	counts := map[outcome]int{}
	var survivors []string
	for i := 1; i <= o.n; i++ {
		// Each number has random numbers of its own, so that it stays the same change.
		r := rand.New(rand.NewPCG(o.seed, uint64(i)))
		p := pools[i%len(pools)]
		for {
			m := p.draw(r)
			if o.only > 0 && o.only != i {
				break
			}
			began := time.Now()
			result, err := t.test(m)
			if err != nil {
				return err
			}
			if result == invalid {
				continue // draw another
			}
			counts[result]++
			line := fmt.Sprintf("%d %s", i, m)
			fmt.Fprintf(stdout, "%s: %s (%.0fs)\n", line, result, time.Since(began).Seconds())
			if result == survived {
				survivors = append(survivors, line)
			}
			break
		}
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	fmt.Fprintf(stdout, "%d changes with seed %d: %d killed by the kernel's own tests, %d by others, %d survived\n",
		total, o.seed, counts[killedByOwn], counts[killedByOthers], counts[survived])
	for _, s := range survivors {
		fmt.Fprintln(stdout, "survived:", s)
	}
	return nil
}
