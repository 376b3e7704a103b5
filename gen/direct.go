package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/gen/catalog"
	"github.com/seed63264101/steepest/gen/vec"
)

// Package direct calls the kernels of an architecture's last level, the widest, by
// their names.
const directDir = "kernels/internal/direct"

// directNames are the kernels that package gonumblas calls so.
var directNames = []string{
	"Axpy", "Dot", "Dsdot", "Scal", "Swap", "Asum", "Rot", "Rotm",
	"AxpyInc", "DotInc", "DsdotInc", "ScalInc", "SwapInc", "CopyInc", "AsumInc", "RotInc", "RotmInc",
	"Gemv", "GemvT", "Ger", "GemvInc", "GemvTInc", "GerInc",
}

// directFiles returns the package's generated files.
func directFiles() []file {
	list := []file{{directDir + "/direct_none.go", func(s *source) { writeDirect(s, nil) }}}
	for _, arch := range archs() {
		l := widestOf(arch)
		list = append(list, file{directDir + "/direct_" + arch + ".go",
			func(s *source) { writeDirect(s, &l) }})
	}
	return list
}

// writeDirect writes the calls of a level's kernels, or with no level functions
// that nobody calls.
func writeDirect(s *source, l *level) {
	if l == nil {
		s.p("//go:build purego || !(%s)\n\npackage direct\n", strings.Join(archs(), " || "))
		s.p("// Widest is false: there is no assembly.\nconst Widest = false\n")
		s.p("// Use does nothing.\nfunc Use(bool) {}")
	} else {
		s.p("//go:build !purego\n\npackage direct\n\nimport %q\n", module+"/asm/"+l.pkg)
		s.p("// Widest tells whether %s is the active level, and the functions may be called.", l.title)
		s.p("var Widest bool\n")
		s.p("// Use sets Widest. Package kernels does.\nfunc Use(widest bool) { Widest = widest }")
	}
	s.p("\n// ResidentBytes is how much of a strided vector Level 2's kernels keep in registers.")
	s.p("const ResidentBytes = %d", vec.ResidentBytes)
	for _, k := range catalog.Kernels() {
		if !slices.Contains(directNames, k.Name) {
			continue
		}
		for _, e := range elems {
			s.p("\n// %s computes %s.", k.Symbol(e), k.Doc)
			s.p("func %s%s {", k.Symbol(e), k.Signature(e.GoType()))
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
	}
}
