package main

import (
	"io"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/fuzz/internal/assembly"
)

const root = "../.."

// TestMark checks where marks go: one in front of the first instruction of every basic
// block, and nowhere else.
func TestMark(t *testing.T) {
	const text = `// a comment
TEXT ·AxpyF32(SB), NOSPLIT, $0-56
	// y[i] += alpha*x[i]
	MOVQ x_len+16(FP), DX
	CMPQ DX, $+64
	JLT  tail
	ADDQ $+1, DX

again:
main:

	// A loop.
	SUBQ $+1, DX
	JNE  main
	JMP  tail

tail:
	RET
`
	const marked = `// a comment
TEXT ·AxpyF32(SB), NOSPLIT, $0-56
	// y[i] += alpha*x[i]
	MOVB $1, ·marks+65543(SB)
	MOVQ x_len+16(FP), DX
	CMPQ DX, $+64
	JLT  tail
	MOVB $1, ·marks+65544(SB)
	ADDQ $+1, DX

again:
main:

	// A loop.
	MOVB $1, ·marks+65545(SB)
	SUBQ $+1, DX
	JNE  main
	MOVB $1, ·marks+65546(SB)
	JMP  tail

tail:
	MOVB $1, ·marks+65547(SB)
	RET
`
	f := assembly.File{Level: assembly.Levels[0], Path: "asm/a.s", Lines: strings.Split(text, "\n")}
	before := make([]block, 7)
	got, blocks, err := mark(f, before)
	if err != nil || got != marked {
		t.Errorf("error %v, marked\n%s\nwant\n%s", err, got, marked)
	}
	var all []string
	for _, b := range blocks[len(before):] {
		all = append(all, b.String())
	}
	want := []string{
		"Axpy f32: asm/a.s:4, at the beginning: MOVQ x_len+16(FP), DX",
		"Axpy f32: asm/a.s:7, at the beginning: ADDQ $+1, DX",
		"Axpy f32: asm/a.s:13, behind main: SUBQ $+1, DX",
		"Axpy f32: asm/a.s:15, behind main: JMP tail",
		"Axpy f32: asm/a.s:18, behind tail: RET",
	}
	if got, want := strings.Join(all, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("blocks\n%s\nwant\n%s", got, want)
	}
}

// TestMarkAll marks the whole assembly: without the marks it is what it was.
func TestMarkAll(t *testing.T) {
	for _, l := range assembly.Levels {
		files, err := assembly.Files(root, l)
		if err != nil {
			t.Fatal(err)
		}
		var blocks []block
		for _, f := range files {
			var text string
			before := len(blocks)
			if text, blocks, err = mark(f, blocks); err != nil {
				t.Fatal(err)
			}
			var rest []string
			stores, jumps := 0, 0
			for line := range strings.SplitSeq(text, "\n") {
				switch {
				case strings.Contains(line, "·marks+"):
					stores++
				case strings.Contains(line, spare) && l.Arch == "arm64":
				default:
					rest = append(rest, line)
				}
			}
			for _, in := range f.Instructions() {
				if in.Jumps() {
					jumps++
				}
			}
			if stores != len(blocks)-before || stores < jumps {
				t.Errorf("%s: %d marks for %d blocks and %d jumps", f.Path, stores, len(blocks)-before, jumps)
			}
			if strings.Join(rest, "\n") != strings.Join(f.Lines, "\n") {
				t.Errorf("%s: more than marks was added", f.Path)
			}
		}
	}
}

// TestSpareRegister checks that a kernel which uses the marks' register is an error.
func TestSpareRegister(t *testing.T) {
	f := assembly.File{Level: assembly.Levels[2], Path: "asm/a.s", Lines: []string{"TEXT ·AxpyF32(SB), NOSPLIT, $0-56", "\tADD R1, R20, R2"}}
	if _, _, err := mark(f, nil); err == nil || !strings.Contains(err.Error(), "ADD R1, R20") {
		t.Errorf("error %v, want one that shows the instruction", err)
	}
}

func TestBadArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-levels", "sse9"}, `"sse9"`},
		{[]string{"now"}, `"now"`},
		{[]string{"-root", t.TempDir(), "-levels", "neon"}, "root of the module"},
	} {
		if err := run(append([]string{"-root", root}, c.args...), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %s", c.args, err, c.want)
		}
	}
}
