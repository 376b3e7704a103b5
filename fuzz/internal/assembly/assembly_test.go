package assembly

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstructions reads a file in which everything occurs that files have.
func TestInstructions(t *testing.T) {
	const text = `// Code generated. DO NOT EDIT.
#include "textflag.h"

// func AddF64(x []float64)
TEXT ·AddF64(SB), NOSPLIT, $0-24
	// a comment
	MOVQ x_len+8(FP), DX
loop:
	PCALIGN $16
	SUBQ $+1, DX
	JNE  loop
	RET

DATA tiny<>+0(SB)/4, $0x10000000
GLOBL tiny<>(SB), RODATA|NOPTR, $4
TEXT ·AddF32(SB), NOSPLIT, $0-24
	WORD $0x4e21d420 // fadd v0.4s, v1.4s, v1.4s
	CBZ R0, done
	B none
done:
none:
	RET
`
	want := []string{
		"6 Add f64  true MOVQ x_len+8(FP), DX",
		"9 Add f64 loop true SUBQ $+1, DX",
		"10 Add f64 loop false JNE loop",
		"11 Add f64 loop true RET",
		"16 Add f32  true fadd v0.4s, v1.4s, v1.4s",
		"17 Add f32  false CBZ R0, done",
		"18 Add f32  true B none",
		"21 Add f32 none true RET",
	}
	var got []string
	for _, in := range (File{Lines: strings.Split(text, "\n")}).Instructions() {
		got = append(got, fmt.Sprint(in.Line, " ", in.Kernel, " ", in.Type(), " ", in.Label, " ", in.First, " ", in.Text()))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("instructions\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFiles checks that every file of a level is read, but for the probes'.
func TestFiles(t *testing.T) {
	for _, l := range Levels {
		files, err := Files("../../..", l)
		if err != nil {
			t.Fatal(err)
		}
		read := map[string]bool{}
		for _, f := range files {
			read[filepath.Base(f.Path)] = true
		}
		all, err := filepath.Glob(filepath.Join("../../../asm", l.Name, "*.s"))
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		for _, path := range all {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if probe := strings.Contains(string(text), "limit probe"); read[filepath.Base(path)] == probe {
				t.Errorf("%s: read %v, a probe's %v", path, !probe, probe)
			}
		}
	}
}

// TestOverlay checks what the go command reads.
func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	o, err := NewOverlay("/module", dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"asm/a.s", "other/a.s"} {
		if err := o.Put(path, "text of "+path); err != nil {
			t.Fatal(err)
		}
	}
	flag, err := o.Flag()
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(strings.TrimPrefix(flag, "-overlay="))
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Replace map[string]string }
	if err := json.Unmarshal(list, &read); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"asm/a.s", "other/a.s"} {
		if text, err := os.ReadFile(read.Replace["/module/"+path]); err != nil || string(text) != "text of "+path {
			t.Errorf("in the place of %s stands %q, %v", path, text, err)
		}
	}
}
