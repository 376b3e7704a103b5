package main

import (
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

const root = "../.."

// unchanged are the operations that have no other in their place. The other kinds of
// changes are theirs, too.
var unchanged = []string{
	"MOVQ", "MOVL", "MOVD", "CMPQ", "TESTQ", "TST", "JMP", "B", "RET", "VZEROUPPER", "BZHIL", "CLZ", "VPINSRQ", "VMOVD", "VPERMQ", "VPERMD", "VPBLENDMD",
	"VMOVUPS", "VMOVUPD", "VMOVAPS", "VMOVDDUP", "VPXORD", "VINSERTPS", "VINSERTF128", "VINSERTF32X4", "VEXTRACTF128", "VEXTRACTF64X4",
	"VBROADCASTSS", "VBROADCASTSD", "VPSHUFD", "VBLENDVPD", "VBLENDVPS", "VPTERNLOGD", "VPTERNLOGQ", "VMOVAPD", "VDUP", "VMOV", "VEXT", "VLD1",
}

// TestEveryOperationChanges goes through the whole assembly: every instruction has
// changes, each of which is another line, and every operation has another one that it may
// be changed to. A new one must be entered in the tables.
func TestEveryOperationChanges(t *testing.T) {
	for _, l := range assembly.Levels {
		files, err := assembly.Files(root, l)
		if err != nil {
			t.Fatal(err)
		}
		missing := map[string]bool{}
		for _, f := range files {
			for _, in := range f.Instructions() {
				op, all := in.Op, changes(l, in)
				if op == "WORD" {
					op, _, _ = strings.Cut(in.Comment, " ")
				}
				other := false
				for _, c := range all {
					other = other || c.kind == "operation"
					if code, _, _ := strings.Cut(c.text, " //"); code == in.String() {
						t.Errorf("%s:%d: %s is changed to itself", f.Path, in.Line+1, in)
					}
				}
				if !other && !slices.Contains(unchanged, op) && !prefetches[op] {
					missing[op] = true
				}
				if len(all) == 0 && op != "VZEROUPPER" && !prefetches[op] {
					t.Errorf("%s:%d: nothing to change in %s", f.Path, in.Line+1, in)
				}
			}
		}
		for op := range missing {
			t.Errorf("%s: no operation is known that %s may be changed to", l.Name, op)
		}
	}
}

// TestWords encodes what stands behind every word of arm64's assembly: a wrong reading
// would change more than it says.
func TestWords(t *testing.T) {
	l, err := assembly.LevelOf("neon")
	if err != nil {
		t.Fatal(err)
	}
	files, err := assembly.Files(root, l)
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, f := range files {
		for _, in := range f.Instructions() {
			if in.Op != "WORD" {
				continue
			}
			words++
			v, ok := parseWord(in.Comment)
			if !ok {
				t.Fatalf("%s:%d: cannot read %q", f.Path, in.Line+1, in.Comment)
			}
			if text, ok := v.encode(); !ok || text != in.String()+" // "+in.Comment {
				t.Fatalf("%s:%d: %s // %s becomes %s", f.Path, in.Line+1, in, in.Comment, text)
			}
		}
	}
	if words < 1000 {
		t.Errorf("only %d words", words)
	}
}

// TestChanges checks what is offered for some instructions.
func TestChanges(t *testing.T) {
	amd64, arm64 := assembly.Levels[0], assembly.Levels[2]
	for _, c := range []struct {
		level assembly.Level
		line  string
		want  string
	}{
		{amd64, "VADDPS 64(SI), Y1, Y2", "VSUBPS 64(SI), Y1, Y2; VMULPS 64(SI), Y1, Y2; VADDPS Y2, Y1, 64(SI); VADDPS 64(SI), Y2, Y1; " +
			"VADDPS 68(SI), Y1, Y2; VADDPS 60(SI), Y1, Y2; VADDPS (SI), Y1, Y2; "},
		{amd64, "VSUBPS Y0, Y1, Y2", "VADDPS Y0, Y1, Y2; VMAXPS Y0, Y1, Y2; VSUBPS Y1, Y0, Y2; VSUBPS Y2, Y1, Y0; VSUBPS Y0, Y2, Y1; "},
		{amd64, "CMPQ DX, $+64", "CMPQ DX, $65; CMPQ DX, $63; CMPQ DX, $128; "},
		{amd64, "JLT tail", "JLE tail; JGE tail; "},
		{amd64, "MOVQ x_len+16(FP), DX", "MOVQ DX, x_len+16(FP); MOVQ x_len+24(FP), DX; MOVQ x_len+8(FP), DX; "},
		{amd64, "LEAQ (R10)(R12*2), R10", "MOVQ (R10)(R12*2), R10; LEAQ R10, (R10)(R12*2); LEAQ (R10)(R12*4), R10; LEAQ (R10)(R12*1), R10; "},
		{arm64, "WORD $0x4ea1d420 // fsub v0.4s, v1.4s, v1.4s", "WORD $0x4e21d420 // fadd v0.4s, v1.4s, v1.4s; " +
			"WORD $0x6e21dc20 // fmul v0.4s, v1.4s, v1.4s; WORD $0x4ea1d401 // fsub v1.4s, v0.4s, v1.4s; "},
		{arm64, "WORD $0x4fa91101 // fmla v1.4s, v8.4s, v9.s[1]", "WORD $0x4e29cd01 // fmla v1.4s, v8.4s, v9.4s; " +
			"WORD $0x4f891101 // fmla v1.4s, v8.4s, v9.s[0]; WORD $0x4fa99101 // fmul v1.4s, v8.4s, v9.s[1]; " +
			"WORD $0x4fa91028 // fmla v8.4s, v1.4s, v9.s[1]; WORD $0x4fa81121 // fmla v1.4s, v9.4s, v8.s[1]; "},
		{arm64, "WORD $0x3cea68aa // ldr q10, [x5, x10]", "WORD $0x3caa68aa // str q10, [x5, x10]; " +
			"WORD $0xbc6a68aa // ldr s10, [x5, x10]; WORD $0x3dc000aa // ldr q10, [x5]; "},
		{arm64, "WORD $0x0e612881 // xtn v1.4h, v4.4s", "WORD $0x4ea41c81 // mov v1.16b, v4.16b; WORD $0x0e612824 // xtn v4.4h, v1.4s; "},
		{arm64, "WORD $0x0f10843f // shrn v31.4h, v1.4s, #16", "WORD $0x6f30043f // ushr v31.4s, v1.4s, #16; " +
			"WORD $0x0f11843f // shrn v31.4h, v1.4s, #15; WORD $0x0f1087e1 // shrn v1.4h, v31.4s, #16; "},
		{amd64, "MOVQ R11, 8(SP)", "MOVQ 8(SP), R11; MOVQ R11, 16(SP); MOVQ R11, 0(SP); "},
		{arm64, "MOVD local-24(SP), R7", "MOVD R7, local-24(SP); MOVD local-32(SP), R7; MOVD local-16(SP), R7; "},
		{amd64, "VFMADD231PS Y10, Y11, Y0", "VFMSUB231PS Y10, Y11, Y0; VFNMADD231PS Y10, Y11, Y0; VFMADD231PS Y0, Y11, Y10; VFMADD231PS Y10, Y0, Y11; "},
		{arm64, "VLD1 (R1), V2.S[1]", "VLD1 V2.S[1], (R1); VLD1 4(R1), V2.S[1]; VLD1 -4(R1), V2.S[1]; VLD1 (R1), V2.S[0]; "},
		{arm64, "ADD R1<<2, R3, R3", "SUB R1<<2, R3, R3; ADD R3, R3, R1<<2; ADD R1<<3, R3, R3; ADD R1, R3, R3; "},
	} {
		f := assembly.File{Level: c.level, Lines: []string{"TEXT ·AddF32(SB), NOSPLIT, $0-56", "\t" + c.line}}
		in := f.Instructions()[0]
		var all strings.Builder
		for _, change := range changes(c.level, in) {
			all.WriteString(change.text + "; ")
		}
		if got, want := all.String(), c.want+"; "; got != want { // dropped, too
			t.Errorf("%s\nmay become %s\nwant       %s", c.line, got, want)
		}
	}
}

// TestShows leaves out blocks that only prefetch, and nothing of others.
func TestShows(t *testing.T) {
	const text = `TEXT ·AddF32(SB), NOSPLIT, $0-56
	MOVQ k+16(FP), R11
	JLT near
	SHLQ $2, R11
	PREFETCHT0 (R9)
	ADDQ R11, R9
	PREFETCHT0 (R9)
near:
	MOVQ (SP), R9
	PREFETCHT0 (R9)
	VADDPS Y0, Y0, Y0
last:
	PREFETCHT0 (R9)
	RET`
	f := assembly.File{Level: assembly.Levels[0], Lines: strings.Split(text, "\n")}
	var lines []int
	for _, in := range shows(f.Instructions()) {
		lines = append(lines, in.Line)
	}
	if want := []int{1, 2, 8, 9, 10, 12, 13}; !slices.Equal(lines, want) {
		t.Errorf("lines %v show, want %v", lines, want)
	}
}

// TestMutants checks that a mutant differs from the file in its one line, that the same
// seed draws it again, and that all kinds of changes are drawn.
func TestMutants(t *testing.T) {
	kinds := map[string]bool{}
	for _, l := range assembly.Levels {
		p, err := newPool(root, l, regexp.MustCompile("^Dot$|Adam"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint64(50) {
			m := p.draw(rand.New(rand.NewPCG(3, i)))
			if again := p.draw(rand.New(rand.NewPCG(3, i))); again.String() != m.String() {
				t.Fatalf("the same seed draws %v and %v", m, again)
			}
			if !strings.Contains(m.in.Kernel, "Adam") && m.in.Kernel != "Dot" {
				t.Errorf("%v is not of the kernels asked for", m)
			}
			kinds[m.to.kind] = true
			var differ []int
			for i, line := range strings.Split(m.text(), "\n") {
				if line != m.file.Lines[i] {
					differ = append(differ, i)
				}
			}
			if !slices.Equal(differ, []int{m.in.Line}) {
				t.Errorf("%v: lines %v differ, want %d alone", m, differ, m.in.Line)
			}
		}
	}
	if len(kinds) != 5 {
		t.Errorf("only the kinds %v were drawn", kinds)
	}
}

func TestBadArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-n", "0"}, "-n 0"},
		{[]string{"-n", "5", "-only", "6"}, "-only 6"},
		{[]string{"-levels", "sse9"}, `"sse9"`},
		{[]string{"-kernels", "("}, `-kernels "("`},
		{[]string{"-kernels", "^Nothing$", "-levels", "neon"}, "Nothing"},
		{[]string{"now"}, `"now"`},
		{[]string{"-root", t.TempDir(), "-levels", "neon"}, "root of the module"},
	} {
		if err := run(append([]string{"-root", root}, c.args...), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %s", c.args, err, c.want)
		}
	}
}

// TestKills runs the tests on three changes of a kernel: one that shows, one that does
// not end, and one that is no instruction.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the tests of package kernels three times")
	}
	levels, err := assembly.Choose("")
	if err != nil || levels[0].Name != "avx2" {
		t.Skip("the changes are of avx2's assembly:", levels, err)
	}
	files, err := assembly.Files(root, levels[0])
	if err != nil {
		t.Fatal(err)
	}
	f := files[slices.IndexFunc(files, func(f assembly.File) bool { return strings.Contains(f.Path, "scal_") })]
	find := func(op string) assembly.Instruction {
		for _, in := range f.Instructions() {
			if in.Op == op && in.Type() == "f32" {
				return in
			}
		}
		t.Fatalf("%s has no %s", f.Path, op)
		return assembly.Instruction{}
	}
	tests := tester{root: root, dir: t.TempDir(), narrow: 4 * time.Second}
	for _, c := range []struct {
		op   string
		to   change
		want outcome
	}{
		{"VMULPS", change{"operation", "VADDPS X0, X0, X0"}, killedByOwn},
		{"CMPQ", change{"drop", "forever: JMP forever"}, killedByOwn},
		{"CMPQ", change{"drop", "SUBQ nothing"}, invalid},
	} {
		m := mutant{f, find(c.op), c.to}
		if got, err := tests.test(m); err != nil || got != c.want {
			t.Errorf("%v: %v (error %v), want %v", m, got, err, c.want)
		}
	}
}
