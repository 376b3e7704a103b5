// Package assembly reads the generated assembly, and lets programs build the module
// with changed copies of it that are never written to the module itself.
package assembly

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/kernels"
)

// Level is an instruction set that has an assembly package.
type Level struct {
	Name string // as package kernels spells it, and the package below asm
	Arch string
}

// Levels are all of them.
var Levels = []Level{{"avx2", "amd64"}, {"avx512", "amd64"}, {"neon", "arm64"}}

// LevelOf returns the level of that name.
func LevelOf(name string) (Level, error) {
	var names []string
	for _, l := range Levels {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	return Level{}, fmt.Errorf("unknown level %q, want one of %s", name, strings.Join(names, ", "))
}

// Choose returns the levels of a list of names, separated by commas; of an empty one,
// those that this machine can run. What it should be able to run, and cannot, is an
// error; other architectures are for an emulator.
func Choose(names string) ([]Level, error) {
	available := map[string]bool{}
	for _, l := range kernels.Levels() {
		available[l.String()] = true
	}
	var levels []Level
	if names == "" {
		for _, l := range Levels {
			if available[l.Name] {
				levels = append(levels, l)
			}
		}
		if len(levels) == 0 {
			return nil, fmt.Errorf("this machine runs no assembly, only the levels %v", kernels.Levels())
		}
		return levels, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		l, err := LevelOf(name)
		if err != nil {
			return nil, err
		}
		if l.Arch == runtime.GOARCH && !available[l.Name] {
			return nil, fmt.Errorf("this machine lacks %s, it has %v", l.Name, kernels.Levels())
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// File is a file of assembly.
type File struct {
	Level Level
	Path  string // below the root of the module
	Lines []string
}

// Instruction is a line of a file that is an instruction.
type Instruction struct {
	Line     int    // its index in File.Lines
	Function string // "AxpyF32"
	Kernel   string // "Axpy"
	Label    string // the last label of the function in front of it, or ""
	First    bool   // it is the first one of a basic block
	Op       string
	Operands []string
	Comment  string // behind the instruction
}

// Files reads the assembly of a level, in the order of the names, without that of the
// limit probes, which no user's call reaches.
func Files(root string, l Level) ([]File, error) {
	dir := filepath.Join("asm", l.Name)
	paths, err := filepath.Glob(filepath.Join(root, dir, "*_"+l.Arch+".s"))
	if err != nil {
		return nil, err
	}
	var all []File
	for _, k := range catalog.All() {
		if k.Probe {
			continue
		}
		path := filepath.Join(dir, strings.ToLower(k.Name)+"_"+l.Arch+".s")
		if !slices.Contains(paths, filepath.Join(root, path)) {
			return nil, fmt.Errorf("there is no %s below %s; is that the root of the module?", path, root)
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return nil, err
		}
		all = append(all, File{l, path, strings.Split(string(text), "\n")})
	}
	slices.SortFunc(all, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// Instructions returns the instructions of a file.
func (f File) Instructions() []Instruction {
	var all []Instruction
	function, label, first := "", "", false
	for i, line := range f.Lines {
		code, comment, _ := strings.Cut(line, "//")
		op, rest, _ := strings.Cut(strings.TrimSpace(code), " ")
		rest = strings.TrimSpace(rest)
		switch {
		case op == "" || op[0] == '#' || op == "DATA" || op == "GLOBL" || op == "PCALIGN":
		case op == "TEXT":
			name, _, _ := strings.Cut(strings.TrimPrefix(rest, "·"), "(")
			function, label, first = name, "", true
		case strings.HasSuffix(op, ":"):
			label, first = strings.TrimSuffix(op, ":"), true
		default:
			in := Instruction{Line: i, Function: function, Label: label, First: first, Op: op, Operands: operands(rest), Comment: strings.TrimSpace(comment)}
			in.Kernel = strings.TrimSuffix(strings.TrimSuffix(function, "F32"), "F64")
			all = append(all, in)
			first = in.Jumps()
		}
	}
	return all
}

// operands splits a list of operands; none has a comma of its own.
func operands(list string) []string {
	if list == "" {
		return nil
	}
	all := strings.Split(list, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// armJumps are arm64's jumps.
var armJumps = []string{"B", "BEQ", "BNE", "BLT", "BLE", "BGE", "BGT", "CBZ", "CBNZ", "TBZ", "TBNZ"}

// Jumps reports whether what runs next may stand elsewhere.
func (in Instruction) Jumps() bool {
	return in.Op == "RET" || in.Op[0] == 'J' || slices.Contains(armJumps, in.Op)
}

// Type returns the element type of the instruction's function, "f32" or "f64".
func (in Instruction) Type() string {
	return strings.ToLower(strings.TrimPrefix(in.Function, in.Kernel))
}

// Text returns the instruction as people read it: of a word, its comment.
func (in Instruction) Text() string {
	if in.Op == "WORD" {
		return in.Comment
	}
	return in.String()
}

// String returns the instruction as it stands in the file, without the comment.
func (in Instruction) String() string {
	if len(in.Operands) == 0 {
		return in.Op
	}
	return in.Op + " " + strings.Join(in.Operands, ", ")
}
