package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/gen/amd64"
	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

const root = ".."

// TestFresh compares every generated file with what the generator would write.
func TestFresh(t *testing.T) {
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("%v; run make generate", err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes; run make generate\n%s", path, firstDifference(got, want))
		}
	}
	stale, err := staleFiles(root, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stale {
		t.Errorf("%s is generated no more; run make generate", path)
	}
}

// firstDifference shows the first line that differs between two texts.
func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	line := func(text []string, i int) string {
		if i >= len(text) {
			return "nothing: the file ends"
		}
		return fmt.Sprintf("%q", text[i])
	}
	i := 0
	for i < len(g) && i < len(w) && g[i] == w[i] {
		i++
	}
	return fmt.Sprintf("line %d is %s, not %s", i+1, line(g, i), line(w, i))
}

// TestFirstDifference checks what TestFresh prints.
func TestFirstDifference(t *testing.T) {
	for _, c := range []struct{ got, want, text string }{
		{"a\nb\nc\n", "a\nB\nc\n", `line 2 is "b", not "B"`},
		{"a\n", "a\nb\n", `line 2 is "", not "b"`},
		{"a\nb", "a", `line 2 is "b", not nothing: the file ends`},
		{"", "a", `line 1 is "", not "a"`},
	} {
		if text := firstDifference([]byte(c.got), []byte(c.want)); text != c.text {
			t.Errorf("%q and %q: %s, want %s", c.got, c.want, text, c.text)
		}
	}
}

// TestAssemblyIsGenerated checks that the assembly packages hold nothing written
// by hand but their doc.go.
func TestAssemblyIsGenerated(t *testing.T) {
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(root, "asm", "*", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files below asm: %v", err)
	}
	for _, path := range paths {
		rel, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := files[filepath.ToSlash(rel)]; !ok && filepath.Base(path) != "doc.go" {
			t.Errorf("%s is not generated", rel)
		}
	}
}

// gates lists the instruction set extensions that a level may use, as avo's
// database names them.
var gates = map[string][]string{
	"avx2":   {"AVX", "AVX2", "BMI", "FMA3", "MMX+"}, // MMX+ has the prefetches, which are older than amd64
	"avx512": {"AVX", "AVX2", "BMI", "BMI2", "FMA3", "MMX+", "AVX512F", "AVX512BW", "AVX512DQ", "AVX512VL"},
}

// TestInstructionGates checks, from avo's instruction database, that no kernel
// uses an instruction above its level. That an AVX2 kernel also names none of
// AVX-512's registers is TestRegisters' part.
func TestInstructionGates(t *testing.T) {
	machines := map[string]func(*vec.Kernel) *amd64.Machine{
		"avx2":   func(k *vec.Kernel) *amd64.Machine { return amd64.NewAVX2(vectorBytes(k, 32)) },
		"avx512": func(k *vec.Kernel) *amd64.Machine { return amd64.NewAVX512(vectorBytes(k, 64)) },
	}
	for _, l := range levelsOf("amd64") {
		if gates[l.pkg] == nil || machines[l.pkg] == nil {
			t.Errorf("the extensions that level %s may use are not known: add it to gates and machines", l.pkg)
		}
	}
	for level, allowed := range gates {
		used := map[string]bool{}
		for _, k := range catalog.All() {
			m := machines[level](k)
			for _, e := range elemsOf(k) {
				if err := vec.Generate(k, e, m); err != nil {
					t.Fatal(err)
				}
			}
			f, err := m.File()
			if err != nil {
				t.Fatal(err)
			}
			for _, fn := range f.Functions() {
				for _, in := range fn.Instructions() {
					for _, isa := range in.ISA {
						used[isa] = true
						if !slices.Contains(allowed, isa) {
							t.Errorf("%s: %s uses %s of %s", level, fn.Name, in.Opcode, isa)
						}
					}
				}
			}
		}
		if !used[map[string]string{"avx2": "AVX2", "avx512": "AVX512F"}[level]] {
			t.Errorf("%s: no kernel uses the level's own instructions; is the scan blind?", level)
		}
	}
}

// instruction is one line of committed assembly.
type instruction struct {
	path     string
	line     int
	function string
	op       string
	operands string
	comment  string
}

// assembly parses the committed assembly of a level.
func assembly(t *testing.T, level string) []instruction {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "asm", level, "*.s"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no assembly for %s: %v", level, err)
	}
	var all []instruction
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		function := ""
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			code, comment, _ := strings.Cut(lines.Text(), "//")
			fields := strings.Fields(code)
			switch {
			case len(fields) == 0 || strings.HasSuffix(fields[0], ":") || strings.HasPrefix(fields[0], "#"):
			case fields[0] == "TEXT":
				function = fields[1]
			case fields[0] == "DATA" || fields[0] == "GLOBL":
				function = ""
			default:
				all = append(all, instruction{path, n, function, fields[0], strings.Join(fields[1:], " "), comment})
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

var (
	wideRegister = regexp.MustCompile(`\b[YZ][0-9]+\b`)
	evexRegister = regexp.MustCompile(`\bZ[0-9]+\b|\b[XY](1[6-9]|2[0-9]|3[01])\b|\bK[0-7]\b`)
)

// TestVZEROUPPER checks that every return from a function that uses 256- or
// 512-bit registers is preceded by VZEROUPPER: a caller's SSE code would crawl.
func TestVZEROUPPER(t *testing.T) {
	for _, l := range levelsOf("amd64") {
		level, wide := l.pkg, map[string]bool{}
		code := assembly(t, level)
		for _, in := range code {
			if wideRegister.MatchString(in.operands) {
				wide[in.function] = true
			}
		}
		returning := map[string]bool{}
		for i, in := range code {
			if in.op == "RET" && wide[in.function] {
				returning[in.function] = true
				if i == 0 || code[i-1].op != "VZEROUPPER" {
					t.Errorf("%s:%d: %s returns without VZEROUPPER", in.path, in.line, in.function)
				}
			}
		}
		if len(returning) != len(wide) || len(wide) < len(catalog.All()) {
			t.Errorf("%s: %d functions return, of %d that use wide registers and %d kernels in two types",
				level, len(returning), len(wide), len(catalog.All()))
		}
	}
}

// TestRegisters checks that no AVX2 kernel names a register that only AVX-512
// has, and that no kernel touches the registers that belong to Go or the
// platform.
func TestRegisters(t *testing.T) {
	reserved := map[string]*regexp.Regexp{
		"avx2":   regexp.MustCompile(`\bR15\b|\bBP\b|\bSP\b`),
		"avx512": regexp.MustCompile(`\bR15\b|\bBP\b|\bSP\b`),
		"neon":   regexp.MustCompile(`\bR(18|2[6-9]|30)\b`),
	}
	local := regexp.MustCompile( // local memory, and its address
		`^LEAQ \(SP\),|^MOVD \$local-[0-9]+\(SP\),|^MOVQ ([A-Z0-9]+, [0-9]*\(SP\)|[0-9]*\(SP\), [A-Z0-9]+)$`)
	for level, re := range reserved {
		for _, in := range assembly(t, level) {
			text := in.op + " " + in.operands
			if re.MatchString(text) && !local.MatchString(text) {
				t.Errorf("%s:%d: %s touches a reserved register: %s", in.path, in.line, in.function, text)
			}
			if level == "avx2" && evexRegister.MatchString(text) {
				t.Errorf("%s:%d: %s names a register of AVX-512: %s", in.path, in.line, in.function, text)
			}
		}
	}
	for _, l := range levels {
		if reserved[l.pkg] == nil {
			t.Errorf("the registers that level %s may not touch are not known: add it to reserved", l.pkg)
		}
	}
}

// exactProducts are the kernels of float32 whose products are exact in float64: to fuse
// them with the additions changes no bit.
var exactProducts = []string{"Dsdot", "DsdotInc", "SumSquares", "SumSquaresInc", "SumSquaresBF16"}

// plainRandom are the kernels of random numbers that have nothing to fuse.
var plainRandom = []string{"Bernoulli", "Dropout"}

// TestNoContraction checks that no kernel fuses a multiplication with an addition but
// those whose contract has it, and those whose products are exact: elsewhere both round.
func TestNoContraction(t *testing.T) {
	fusing := map[string]bool{}
	for _, name := range exactProducts {
		fusing["·"+name+"F32(SB),"] = true
	}
	for _, k := range catalog.All() {
		_, product := k.Loop.(vec.Product)
		_, probe := k.Loop.(vec.MultiplyAdds)
		_, function := k.Loop.(vec.Function)
		_, random := k.Loop.(vec.Random)
		random = random && !slices.Contains(plainRandom, k.Name)
		if product || probe || function || random {
			for _, e := range elemsOf(k) {
				fusing["·"+k.Symbol(e)+"(SB),"] = true
			}
		}
	}
	amd64 := regexp.MustCompile(`^VFN?M(ADD|SUB)`)
	neon := regexp.MustCompile(`\bfn?m(la|ls|add|sub)\b`)
	for _, level := range []string{"avx2", "avx512", "neon"} {
		seen := map[string]bool{}
		for _, in := range assembly(t, level) {
			if !amd64.MatchString(in.op) && !neon.MatchString(in.comment) {
				continue
			}
			if seen[in.function] = true; !fusing[in.function] {
				t.Errorf("%s:%d: %s fuses: %s %s %s", in.path, in.line, in.function, in.op, in.operands, in.comment)
			}
		}
		if len(seen) != len(fusing) {
			t.Errorf("%s: %d functions fuse, want %d; is the scan blind?", level, len(seen), len(fusing))
		}
	}
}

// TestFailures checks that a description which cannot be lowered fails the
// generation, with an error that names the kernel.
func TestFailures(t *testing.T) {
	x := []vec.Param{{Name: "x", Kind: vec.InOut}}
	body := func(f func(b *vec.Body)) vec.Map { return vec.Map{Body: f} }
	for _, test := range []struct {
		name   string
		kernel vec.Kernel
		want   string
	}{
		{"no loop", vec.Kernel{Name: "K", Params: x}, "no loop"},
		{"same parameter twice", vec.Kernel{Name: "K", Params: append(x, x...), Loop: body(nil)}, `"x" occurs twice`},
		{"alias of nothing", vec.Kernel{Name: "K", Params: x, Alias: [][2]string{{"x", "y"}}, Loop: body(nil)}, `"y"`},
		{"unknown stream", vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) { b.Load("y") })}, `no stream "y"`},
		{"unknown coefficient", vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) { b.Coef("a") })}, `no parameter "a"`},
		{"store to an input", vec.Kernel{Name: "K", Params: []vec.Param{{Name: "x", Kind: vec.In}},
			Loop: body(func(b *vec.Body) { b.Store("x", b.Load("x")) })}, `writes stream "x"`},
		{"bad flush threshold", vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) {
			b.Store("x", b.Flush(b.Load("x"), vec.Const{Name: "three", Bits32: 3, Bits64: 3}))
		})}, "three"},
		{"bad least value", vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) {
			b.Store("x", b.AtLeast(b.Load("x"), vec.Const{Name: "zero"}))
		})}, "zero"},
		{"unused result", vec.Kernel{Name: "K", Params: x, Loop: vec.Function{Body: func(b *vec.Body, _ vec.Elem) {
			b.Sqrt(b.Load("x"))
			b.Store("x", b.Load("x"))
		}}}, "nothing uses"},
		{"too many live values", vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) {
			values := []vec.Val{b.Load("x")}
			for range 40 {
				values = append(values, b.Add(values[0], values[len(values)-1]))
			}
			sum := values[0]
			for _, v := range values {
				sum = b.Mul(sum, v)
			}
			b.Store("x", sum)
		})}, "vector registers"},
	} {
		for _, l := range levels {
			_, err := l.write(&test.kernel)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "K") {
				t.Errorf("%s on %s: error %v, want one about kernel K with %q", test.name, l.pkg, err, test.want)
			}
		}
	}
	// An operation that the encoder does not know.
	k := vec.Kernel{Name: "K", Params: x, Loop: body(func(b *vec.Body) {
		b.Store("x", b.KeepBits(b.Load("x"), b.Load("x")))
	})}
	if _, err := writeARM64(&k); err == nil {
		t.Error("an operation without an encoding was generated")
	}
}
