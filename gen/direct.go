package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

// Package direct calls the kernels of an architecture's last level, the widest, and
// of the one before it, with vectors of half the size, by their names.
const directDir = "kernels/internal/direct"

// directNames are the kernels that package gonumblas calls so.
var directNames = []string{
	"Axpy", "Dot", "Dsdot", "Scal", "Swap", "Asum", "AmaxNumber", "Rot", "Rotm",
	"AxpyInc", "DotInc", "DsdotInc", "ScalInc", "SwapInc", "CopyInc", "AsumInc", "RotInc", "RotmInc",
	"Gemv", "GemvT", "Ger", "GemvInc", "GemvTInc", "GerInc",
}

// directFiles returns the package's generated files.
func directFiles() []file {
	list := []file{{directDir + "/direct_none.go", func(s *source) {
		s.p("//go:build purego || !(%s)\n\npackage direct\n", strings.Join(archs(), " || "))
		writeDirect(s, nil, nil)
	}}}
	for _, arch := range archs() {
		widest, half := widestOf(arch), narrowerOf(arch)
		list = append(list, file{directDir + "/direct_" + arch + ".go", func(s *source) {
			s.p("//go:build !purego\n\npackage direct\n\nimport (\n%q", module+"/asm/"+widest.pkg)
			if half != nil {
				s.p("%q", module+"/asm/"+half.pkg)
			}
			s.p(")\n")
			writeDirect(s, &widest, half)
		}})
	}
	return list
}

// writeDirect writes the calls of two levels' kernels. Those of a level that is not
// there nobody makes.
func writeDirect(s *source, widest, half *level) {
	s.p("// ResidentBytes is how much of a strided vector Level 2's kernels keep in registers.")
	s.p("const ResidentBytes = %d\n", vec.ResidentBytes)
	writeActive(s, "Widest", widest)
	writeActive(s, "Half", half)
	s.p("// Use sets both. Package kernels does.\nfunc Use(widest, half bool) {")
	for _, l := range []struct {
		name  string
		level *level
	}{{"Widest", widest}, {"Half", half}} {
		if l.level != nil {
			s.p("%s = %s", l.name, strings.ToLower(l.name))
		}
	}
	s.p("}")
	for _, k := range catalog.Kernels() {
		if !slices.Contains(directNames, k.Name) {
			continue
		}
		for _, e := range elems {
			writeCall(s, "", k, e, widest)
			writeCall(s, "Half", k, e, half)
		}
	}
}

// writeActive writes what tells that a level's functions may be called.
func writeActive(s *source, name string, l *level) {
	if l == nil {
		s.p("// %s is false: there is no such level.\nconst %s = false\n", name, name)
		return
	}
	s.p("// %s tells whether %s is the active level, and its functions may be called.\nvar %s bool\n", name, l.title, name)
}

// writeCall writes the call of a level's kernel.
func writeCall(s *source, prefix string, k *vec.Kernel, e vec.Elem, l *level) {
	s.p("\n// %s%s computes %s.", prefix, k.Symbol(e), k.Doc)
	s.p("func %s%s%s {", prefix, k.Symbol(e), k.Signature(e.GoType()))
	switch call := fmt.Sprintf("%s(%s)", k.Symbol(e), strings.Join(k.Arguments(), ", ")); {
	case l == nil:
		s.p("panic(noLevel)")
	case k.Result(e.GoType()) != "":
		s.p("return %s.%s", l.pkg, call)
	default:
		s.p("%s.%s", l.pkg, call)
	}
	s.p("}")
}
