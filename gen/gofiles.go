package main

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

const module = "github.com/seed63264101/steepest"

// source collects the text of a Go file.
type source struct{ bytes.Buffer }

// p writes a line.
func (s *source) p(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

// formatted returns the file as gofmt would print it.
func (s *source) formatted() ([]byte, error) {
	text, err := format.Source(s.Bytes())
	if err != nil {
		return nil, fmt.Errorf("generated Go does not parse: %w\n%s", err, s.Bytes())
	}
	return text, nil
}

// file is a Go file to write.
type file struct {
	path  string // below the root of the module
	write func(*source)
}

// writeGo adds the generated Go files.
func writeGo(files map[string][]byte) error {
	add := func(path string, write func(*source)) error {
		s := &source{}
		s.p("%s\n", header)
		write(s)
		text, err := s.formatted()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		files[path] = text
		return nil
	}
	list := []file{
		{tables + "table.go", writeTable},
		{tables + "table_generic.go", writeGenericTable},
		{tables + "table_none.go", writeMethodTable},
		{"kernels/tilings.go", writeTilings},
		{"kernels/kerneltest/table.go", writeTestTable},
		{"kernels/kerneltest/ops.go", writeOps},
		{"bench/kernels_test.go", writeBenchmarks},
		{"bench/public.go", writePublic},
		{"bench/routines.go", writeRoutines},
	}
	for _, arch := range archs() {
		list = append(list,
			file{tables + "table_" + arch + ".go", func(s *source) { writeArchTables(s, arch) }},
			file{"kernels/kerneltest/probes_" + arch + ".go", func(s *source) { writeProbes(s, arch) }})
	}
	for _, l := range levels {
		list = append(list, file{fmt.Sprintf("asm/%s/stubs_%s.go", l.pkg, l.arch),
			func(s *source) { writeStubs(s, l) }})
	}
	for _, f := range list {
		if err := add(f.path, f.write); err != nil {
			return err
		}
	}
	return nil
}

// archs lists the architectures of the levels.
func archs() []string {
	var all []string
	for _, l := range levels {
		if len(all) == 0 || all[len(all)-1] != l.arch {
			all = append(all, l.arch)
		}
	}
	return all
}

// levelsOf lists the levels of an architecture.
func levelsOf(arch string) []level {
	var all []level
	for _, l := range levels {
		if l.arch == arch {
			all = append(all, l)
		}
	}
	return all
}

// widestOf returns the last level of an architecture.
func widestOf(arch string) level {
	all := levelsOf(arch)
	return all[len(all)-1]
}

// narrowerOf returns the level of an architecture before the last, nil if there is
// only one.
func narrowerOf(arch string) *level {
	all := levelsOf(arch)
	if len(all) == 1 {
		return nil
	}
	return &all[len(all)-2]
}

func writeStubs(s *source, l level) {
	s.p("//go:build !purego\n\npackage %s", l.pkg)
	for _, k := range catalog.All() {
		for _, e := range elemsOf(k) {
			s.p("\n// %s computes %s.", k.Symbol(e), strings.TrimPrefix(k.Doc, "limit probe: "))
			s.p("//\n//go:noescape\nfunc %s%s", k.Symbol(e), k.Signature(e.GoType()))
		}
	}
}

// writeTilings writes how the levels' matrix products are best cut.
func writeTilings(s *source) {
	s.p("package kernels\n\nimport %q\n", module+"/"+strings.TrimSuffix(tables, "/"))
	s.p("// tilings tells how the levels' matrix products are best cut, of float32 and float64.")
	s.p("var tilings = [dispatch.NumLevels][2]tiling{\nGeneric: {{columns: maxPanel}, {columns: maxPanel}},")
	for _, l := range levels {
		s.p("%s: {", l.name)
		for _, e := range elems {
			s.p("{columns: %d, adjacent: %v},", vec.PanelColumns(l.machine, e), l.machine.ByLane())
		}
		s.p("},")
	}
	s.p("}")
}

// kinds names the constants of package kerneltest.
var kinds = map[vec.Kind]string{
	vec.Scalar: "Scalar", vec.Scalar64: "Scalar64",
	vec.Count: "Count", vec.Inc: "Inc", vec.RowCount: "RowCount", vec.RowStride: "RowStride",
	vec.ColumnCount: "ColumnCount", vec.Depth: "Depth", vec.Step: "Step",
	vec.In: "In", vec.Out: "Out", vec.InOut: "InOut", vec.InRows: "InRows", vec.InOutRows: "InOutRows", vec.OutRows: "OutRows",
	vec.Matrix: "Matrix", vec.InOutMatrix: "InOutMatrix",
	vec.Left: "Left", vec.Right: "Right", vec.Target: "Target", vec.OutMatrix: "OutMatrix", vec.Transposed: "Transposed", vec.List: "List",
	vec.Words: "Words", vec.InEntries: "InEntries", vec.Index: "Index", vec.Offsets: "Offsets",
	vec.Bits32: "Bits32", vec.Shift: "Shift",
	vec.InExponents: "InExponents", vec.OutExponents: "OutExponents", vec.InOutExponents: "InOutExponents",
}

// memories names the constants of package kerneltest for the elements of streams.
var memories = map[vec.Elem]string{vec.BF16: "BF16", vec.I16: "I16", vec.U8: "U8"}

func writeOps(s *source) {
	s.p("package kerneltest\n\nimport %q\n", module+"/kernels")
	s.p("// Ops returns every kernel of the table, in its order. Those whose types are all concrete are\n" +
		"// there for float32 alone.")
	s.p("func Ops[T kernels.Float]() []Op[T] {\nall := []Op[T]{")
	var concrete []*vec.Kernel
	for _, k := range catalog.Kernels() {
		if k.Only != 0 {
			concrete = append(concrete, k)
			continue
		}
		writeOp(s, k, "T")
	}
	s.p("}\nif f32, ok := any(float32Ops()).([]Op[T]); ok {\nall = append(all, f32...)\n}\nreturn all\n}")
	s.p("\n// float32Ops returns the kernels for float32 alone.\nfunc float32Ops() []Op[float32] {\nreturn []Op[float32]{")
	for _, k := range concrete {
		writeOp(s, k, k.Only.GoType())
	}
	s.p("}\n}")
}

// writeOp writes a kernel of Ops, for the element type spelled t.
func writeOp(s *source, k *vec.Kernel, t string) {
	s.p("{")
	s.p("Name: %q, Doc: %q, Family: %q, Probe: %q, Flops: %d,", k.Name, k.Doc, k.Family, catalog.ProbeName(k), k.Operations())
	switch n32, n64 := catalog.Narrow(k, vec.F32), catalog.Narrow(k, vec.F64); {
	case n32 && n64, k.Only != 0 && catalog.Narrow(k, k.Only):
		s.p("Narrow: true,")
	case n32 || n64:
		s.p("Narrow: is[T, %s](),", map[bool]vec.Elem{true: vec.F32, false: vec.F64}[n32].GoType())
	}
	s.p("Params: []Param{")
	for _, p := range k.Params {
		if memory, ok := memories[p.Format.Elem]; ok {
			s.p("{Name: %q, Kind: %s, Memory: %s},", p.Name, kinds[p.Kind], memory)
			continue
		}
		s.p("{Name: %q, Kind: %s},", p.Name, kinds[p.Kind])
	}
	s.p("},")
	if len(k.Alias) > 0 {
		s.p("Alias: [][2]string{")
		for _, a := range k.Alias {
			s.p("{%q, %q},", a[0], a[1])
		}
		s.p("},")
	}
	s.p("Bind: func(t *Table[%s], a *Args[%s]) func(int) float64 {", t, t)
	s.p("f := t.%s", k.Name)
	writeBinding(s, k, "f", "T")
	s.p("},\n},")
}

// writeBenchmarks writes a benchmark of each kernel.
func writeBenchmarks(s *source) {
	s.p("package bench\n\nimport \"testing\"\n")
	for _, k := range catalog.Kernels() {
		if k.Family == "product" {
			continue // BenchmarkGemm measures whole products
		}
		s.p("func Benchmark%s(b *testing.B) { benchmark(b, %q) }", k.Name, k.Name)
	}
}

// writeBinding writes a closure that calls f on arguments taken out of a.
func writeBinding(s *source, k *vec.Kernel, f, t string) {
	var names []string
	next := map[string]int{}
	for i, p := range k.Params {
		field := map[vec.Kind]string{vec.Scalar: "Scalar", vec.Scalar64: "Scalar64", vec.List: "List", vec.Words: "Words", vec.Index: "Rows", vec.Offsets: "Rows"}[p.Kind]
		switch {
		case p.Kind.IsInt():
			field = "Int"
		case p.Kind.IsBits():
			field = "Bits"
		case p.Kind.IsExponents():
			field = "U8"
		case p.Format.Elem != 0:
			field = map[vec.Elem]string{vec.BF16: "U16", vec.I16: "I16", vec.U8: "U8"}[p.Format.Elem]
		case field == "":
			field = "Vec"
		}
		name := fmt.Sprintf("p%d", i)
		names = append(names, name)
		if field == "List" || field == "Words" {
			s.p("%s := a.%s", name, field)
			continue
		}
		s.p("%s := a.%s[%d]", name, field, next[field])
		next[field]++
	}
	call := fmt.Sprintf("%s(%s)", f, strings.Join(names, ", "))
	s.p("return func(reps int) (r float64) {\nfor range reps {")
	if k.Result(t) != "" {
		s.p("r = float64(%s)", call)
	} else {
		s.p("%s", call)
	}
	s.p("}\nreturn r\n}")
}

// writeProbes writes the limit probes of an architecture's levels.
func writeProbes(s *source, arch string) {
	s.p("//go:build !purego\n\npackage kerneltest\n\nimport (\n%q", module+"/kernels")
	for _, l := range levelsOf(arch) {
		s.p("%q", module+"/asm/"+l.pkg)
	}
	s.p(")\n")
	for _, e := range elems {
		s.p("var probes%d = map[kernels.Level]map[string]probe[%s]{", 8*e.Size(), e.GoType())
		for _, l := range levelsOf(arch) {
			s.p("kernels.%s: {", l.name)
			for _, k := range catalog.All() {
				if !k.Probe || !k.Is(e) {
					continue
				}
				s.p("%q: func(a *Args[%s]) func(int) float64 {", k.Name, e.GoType())
				writeBinding(s, k, l.pkg+"."+k.Symbol(e), e.GoType())
				s.p("},")
			}
			s.p("},")
		}
		s.p("}\n")
	}
}
