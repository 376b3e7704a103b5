// Package opttest has what the tests of the packages around optim share. It knows none of
// these, so that all of them can use it.
package opttest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// WantError fails unless err contains every part.
func WantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}

// With returns a copy of v changed by f.
func With[V any](v V, f func(*V)) V { f(&v); return v }

// Golden returns the path of a file with reference values, beside the directory of [Data].
func Golden(name string) string { return filepath.Join(Data(".."), "golden", name) }

// Data returns the path of a file with data: in the directory that STEEPEST_DATA names, or
// in ../shared/data seen from the project's root.
func Data(name string) string {
	if data := os.Getenv("STEEPEST_DATA"); data != "" {
		return filepath.Join(data, name)
	}
	root := "."
	for range 5 { // a package lies no deeper
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Join(root, "..")
	}
	return filepath.Join(root, "..", "shared", "data", name)
}

// Source returns the files of the package in a directory, seen from the package under test,
// without its tests.
func Source(t testing.TB, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		t.Skip("the source is not here")
	}
	return files
}

// Methods returns the names of the methods of every type of the package under test, those
// of its pointer included.
func Methods(t testing.TB) map[string][]string {
	t.Helper()
	methods := map[string][]string{}
	for _, f := range Source(t, ".") {
		for _, d := range f.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			typ := f.Recv.List[0].Type
			if p, ok := typ.(*ast.StarExpr); ok {
				typ = p.X
			}
			if id, ok := typ.(*ast.Ident); ok {
				methods[id.Name] = append(methods[id.Name], f.Name.Name)
			}
		}
	}
	return methods
}

// Random returns normally distributed vectors of the given lengths.
func Random[T kernels.Float](rng *rand.Rand, lengths ...int) [][]T {
	xs := make([][]T, len(lengths))
	for i, n := range lengths {
		xs[i] = make([]T, n)
		for j := range xs[i] {
			xs[i][j] = T(rng.NormFloat64())
		}
	}
	return xs
}

// Farthest returns the largest difference of the elements, relative to the largest
// magnitude of want, and the element that has it. The difference is NaN if one is.
func Farthest[T kernels.Float](got []T, want []float64) (at int, deviation float64) {
	var diff, largest float64
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); diff == diff && !(d <= diff) {
			at, diff = i, d
		}
		largest = max(largest, math.Abs(w))
	}
	return at, diff / largest
}
