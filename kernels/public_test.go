package kernels_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// publicFunctions returns the package's exported functions and how many of their
// parameters are slices of elements, read from the source beside the test. Tests
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

// TestDocNamesEveryFunction: the package comment links to every function of vectors, or
// to one whose name a longer one continues.
func TestDocNamesEveryFunction(t *testing.T) {
	functions := publicFunctions(t)
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var linked []string
	for _, m := range regexp.MustCompile(`\[([A-Z]\w*)\]`).FindAllStringSubmatch(string(text), -1) {
		linked = append(linked, m[1])
	}
	for name, vectors := range functions {
		if vectors > 0 && !slices.ContainsFunc(linked, func(l string) bool { return strings.HasPrefix(name, l) }) {
			t.Errorf("the package comment has no link to %s", name)
		}
	}
}

func sliceParams(params *ast.FieldList) int {
	n := 0
	for _, p := range params.List {
		a, ok := p.Type.(*ast.ArrayType)
		if !ok || a.Len != nil {
			continue
		}
		if of, ok := a.Elt.(*ast.Ident); !ok || of.Name != "int" { // those are no elements
			n += len(p.Names)
		}
	}
	return n
}
