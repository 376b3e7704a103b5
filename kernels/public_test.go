package kernels_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// publicFunctions returns the package's exported functions and how many of their
// parameters are slices of numbers, read from the source beside the test. Tests
// that have to spell out every call compare their lists with it.
func publicFunctions(t *testing.T) map[string]int {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				found[f.Name.Name] = sliceParams(f.Type.Params)
			}
		}
	}
	if len(found) == 0 {
		t.Skip("the source is not here")
	}
	return found
}

func sliceParams(params *ast.FieldList) int {
	n := 0
	for _, p := range params.List {
		if a, ok := p.Type.(*ast.ArrayType); ok && a.Len == nil {
			n += len(p.Names)
		}
	}
	return n
}
