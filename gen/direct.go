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
	"Gemv", "GemvT", "Ger",
}

// directFiles returns the package's generated files.
func directFiles() []file {
	list := []file{{directDir + "/direct_none.go", func(s *source) { writeDirect(s, nil) }}}
	for _, arch := range archs() {
		all := levelsOf(arch)
		list = append(list, file{directDir + "/direct_" + arch + ".go",
			func(s *source) { writeDirect(s, &all[len(all)-1]) }})
	}
	return list
}

// writeDirect writes the calls of a level's kernels, or with no level functions
// that do nothing.
func writeDirect(s *source, l *level) {
	if l == nil {
		s.p("//go:build purego || !(%s)\n\npackage direct", strings.Join(archs(), " || "))
	} else {
		s.p("//go:build !purego\n\npackage direct\n\nimport %q", module+"/asm/"+l.pkg)
	}
	for _, k := range catalog.Kernels() {
		if !slices.Contains(directNames, k.Name) {
			continue
		}
		for _, e := range elems {
			writeDirectCall(s, k, e, l)
		}
	}
}

func writeDirectCall(s *source, k *vec.Kernel, e vec.Elem, l *level) {
	params, result := k.Signature(e.GoType()), k.Result(e.GoType())
	s.p("\n// %s computes %s.", k.Symbol(e), k.Doc)
	if result == "" {
		params += " bool"
	} else {
		params = fmt.Sprintf("%s (r %s, ok bool)", strings.TrimSuffix(params, " "+result), result)
	}
	s.p("func %s%s {", k.Symbol(e), params)
	if l != nil {
		s.p("if Widest {")
		call := fmt.Sprintf("%s.%s(%s)", l.pkg, k.Symbol(e), strings.Join(k.Arguments(), ", "))
		if result == "" {
			s.p("%s\nreturn true", call)
		} else {
			s.p("return %s, true", call)
		}
		s.p("}")
	}
	if result == "" {
		s.p("return false\n}")
	} else {
		s.p("return 0, false\n}")
	}
}
