package optim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuideNames checks that every name that the guide sets in code exists in
// this package, in one beside it or in package kernels.
func TestGuideNames(t *testing.T) {
	guide, err := os.ReadFile("GUIDE.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{"STEEPEST_LEVEL": true}
	for _, pattern := range []string{"*.go", "schedule/*.go", "train/*.go", "gonumopt/*.go", "gradcheck/*.go", "../kernels/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					declared[n.Name.Name] = true
				case *ast.TypeSpec:
					declared[n.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range n.Names {
						declared[id.Name] = true
					}
				case *ast.Field:
					for _, id := range n.Names {
						declared[id.Name] = true
					}
				}
				return true
			})
		}
	}
	code := regexp.MustCompile("`([^`]+)`")
	exported := regexp.MustCompile(`\b[A-Z]\w+`)
	checked := 0
	for _, m := range code.FindAllStringSubmatch(string(guide), -1) {
		for _, name := range exported.FindAllString(m[1], -1) {
			checked++
			if !declared[name] {
				t.Errorf("GUIDE.md names %s in `%s`, which does not exist", name, m[1])
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d names found in GUIDE.md", checked)
	}
}
