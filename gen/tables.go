package main

import (
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

// tables is where the tables of kernels stand.
const tables = "kernels/internal/dispatch/"

// withAssembly is the build constraint of what has levels beside plain Go.
func withAssembly() string { return "!purego && (" + strings.Join(archs(), " || ") + ")" }

// writeTable writes the table where there is a choice between levels.
func writeTable(s *source) {
	s.p("//go:build %s\n\npackage dispatch\n\nimport %q\n", withAssembly(), module+"/kernels/generic")
	s.p("// Table holds one level's kernels for the element type T. Its entries check\n" +
		"// nothing: lengths and strides must be as the functions of the same names demand. Assembly\n" +
		"// levels have those whose types are all concrete for float32 alone.")
	writeStruct(s, "generic.Float")
	s.p("")
	s.p("// residentBytes is how much of a strided vector that all rows share Level 2's kernels\n"+
		"// keep in registers.\nconst residentBytes = %d", vec.ResidentBytes)
}

// writeStruct writes a table that is a struct of functions.
func writeStruct(s *source, float string) {
	s.p("type Table[T %s] struct {", float)
	for _, k := range catalog.Kernels() {
		s.p("// %s", k.Doc)
		s.p("%s func%s", k.Name, k.Signature("T"))
	}
	s.p("}")
}

func writeGenericTable(s *source) {
	s.p("//go:build %s\n\npackage dispatch\n\nimport %q\n", withAssembly(), module+"/kernels/generic")
	s.p("func genericTable[T generic.Float]() Table[T] {\nreturn Table[T]{")
	for _, k := range catalog.Kernels() {
		if k.Only != 0 {
			s.p("%s: generic.%s,", k.Name, k.Name)
			continue
		}
		s.p("%s: generic.%s[T],", k.Name, k.Name)
	}
	s.p("}\n}")
}

// writeMethodTable writes the table where plain Go is all there is: methods, as the linker
// leaves out those that a program does not call, and would keep every function in a struct.
func writeMethodTable(s *source) {
	s.p("//go:build purego || !(%s)\n\npackage dispatch\n\nimport %q\n", strings.Join(archs(), " || "), module+"/kernels/generic")
	s.p("// Table has the kernels in plain Go for the element type T. They check nothing:\n" +
		"// lengths and strides must be as the functions of the same names demand. A struct that\n" +
		"// held them would keep them all in every program; methods that are not called are left out.")
	s.p("type Table[T generic.Float] struct{}")
	for _, k := range catalog.Kernels() {
		call := fmt.Sprintf("generic.%s(%s)", k.Name, strings.Join(k.Arguments(), ", "))
		if k.Result("T") != "" {
			call = "return " + call
		}
		s.p("\n// %s computes %s.", k.Name, k.Doc)
		s.p("func (*Table[T]) %s%s { %s }", k.Name, k.Signature("T"), call)
	}
}

// writeArchTables writes the assembly levels of an architecture: one literal for
// each level and element type.
func writeArchTables(s *source, arch string) {
	s.p("//go:build !purego\n\npackage dispatch\n\nimport (")
	for _, l := range levelsOf(arch) {
		s.p("%q", module+"/asm/"+l.pkg)
	}
	s.p(")\n")
	for _, l := range levelsOf(arch) {
		for _, e := range elems {
			s.p("var %s%d = Table[%s]{", l.pkg, 8*e.Size(), e.GoType())
			for _, k := range catalog.Kernels() {
				if k.Is(e) {
					s.p("%s: %s.%s,", k.Name, l.pkg, k.Symbol(e))
				}
			}
			s.p("}\n")
		}
	}
	narrow, wide := narrowerOf(arch), widestOf(arch)
	s.p("// assembly returns the tables of an assembly level, nil for other levels.")
	s.p("func assembly(l Level) (*Table[float32], *Table[float64]) {\nswitch l {")
	for _, l := range levelsOf(arch) {
		s.p("case %s:\nreturn &%s32, &%s64", l.name, l.pkg, l.pkg)
	}
	s.p("}\nreturn nil, nil\n}")
	if narrow == nil {
		s.p("\n// narrow does nothing: there is no narrower level.\nfunc narrow(*Table[float32], *Table[float64]) {}")
		return
	}
	s.p("\n// narrow puts kernels of %s in the place of those of %s that are slower on cores\n"+
		"// whose data paths have half the width of the vectors. They give the same bits.", narrow.title, wide.title)
	s.p("func narrow(t32 *Table[float32], t64 *Table[float64]) {")
	for _, k := range catalog.Kernels() {
		for _, e := range elemsOf(k) {
			if catalog.Narrow(k, e) {
				s.p("t%d.%s = %s.%s", 8*e.Size(), k.Name, narrow.pkg, k.Symbol(e))
			}
		}
	}
	s.p("}")
}

// writeTestTable writes the table of tests and benchmarks.
func writeTestTable(s *source) {
	s.p("package kerneltest\n\nimport (\n%q\n%q\n)\n", module+"/kernels", module+"/"+strings.TrimSuffix(tables, "/"))
	s.p("// A Table holds a function for each kernel, which may be those of a level. They check nothing.")
	writeStruct(s, "kernels.Float")
	s.p("\n// tableOf returns a table of a level's kernels, which are fields there or methods.")
	s.p("func tableOf[T kernels.Float](t *dispatch.Table[T]) *Table[T] {\nreturn &Table[T]{")
	for _, k := range catalog.Kernels() {
		s.p("%s: t.%s,", k.Name, k.Name)
	}
	s.p("}\n}")
}
