package surface

import (
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSource: a program of the sources, which is formatted, has the same bits as Eval.
func TestSource(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	var functions, runs, want strings.Builder
	seen := map[string]bool{}
	for _, k := range Kinds() {
		values := make([]float64, len(k.Options))
		for i, o := range k.Options {
			if values[i] = o.Default; !o.Integer && o.Words == nil {
				values[i] += (o.Max - o.Default) * 0.0123456789 // no short number
			}
		}
		p, err := k.New(values...)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(strings.TrimSuffix(p.Source, "\n"), "\n}\n") {
			if !seen[part] && strings.TrimSpace(part) != "" {
				fmt.Fprintf(&functions, "%s\n}\n\n", strings.Trim(strings.TrimSuffix(part, "\n}"), "\n"))
			}
			seen[part] = true
		}
		run[float32](p, &runs, &want)
		run[float64](p, &runs, &want)
	}
	program := "package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n\n\t\"github.com/seed63264101/steepest/kernels\"\n)\n\n" +
		functions.String() + "var samples []int\n\nfunc main() {\n" + runs.String() + "}\n"
	if clean, err := format.Source([]byte(program)); err != nil || string(clean) != program {
		t.Fatalf("not formatted, %v:\n%s", err, program)
	}
	dir, err := os.MkdirTemp(".", "_program") // inside of the module, for its packages, but not one of them
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command("go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, got, program)
	}
	if string(got) != want.String() {
		t.Errorf("the program prints\n%swant\n%s", got, want.String())
	}
}

// run adds a block to a program that prints a problem's loss and gradient, and what it is to
// print.
func run[T float32 | float64](p *Problem, program, want *strings.Builder) {
	at, g := []T{T(p.Kind.Start.X), T(p.Kind.Start.Y)}[:p.Kind.Dim], make([]T, p.Kind.Dim)
	fmt.Fprintf(program, "\t{\n\t\ttype T = %T\n", T(0))
	if p.Setup != "" {
		fmt.Fprintf(program, "\t\t%s\n", p.Setup)
	}
	fmt.Fprintf(program, "\t\tp, g := []T{%v, %v}, make([]T, 2)\n\t\tp, g = p[:%d], g[:%[3]d]\n", p.Kind.Start.X, p.Kind.Start.Y, p.Kind.Dim)
	fmt.Fprintf(program, "\t\tfmt.Println(%q, %s, g)\n\t}\n", p.Kind.Name, p.Call)
	fmt.Fprintln(want, p.Kind.Name, Eval(p, nil, at, g), g)
}

// TestNumber: the text of a number is the same float32 as the number, also where its decimal
// form is just beyond the middle between two.
func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		100: "100", 0.1: "0.1", 1e-3: "0.001", 1 + 0x1p-24: "0x1.000001p+00", 1 + 0x1p-23: "1.0000001192092896",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %s, want %s", v, got, want)
		}
	}
	if number(math.Pi) != "3.141592653589793" {
		t.Error(number(math.Pi))
	}
}
