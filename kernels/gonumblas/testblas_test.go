package gonumblas_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas/testblas"
)

// suite is gonum's own suite for the real routines, those that Implementation
// embeds too: embedding must not lose one.
var suite = map[string]func(t *testing.T){
	"DasumTest":  func(t *testing.T) { testblas.DasumTest(t, ours) },
	"DaxpyTest":  func(t *testing.T) { testblas.DaxpyTest(t, ours) },
	"DcopyTest":  func(t *testing.T) { testblas.DcopyTest(t, ours) },
	"DdotTest":   func(t *testing.T) { testblas.DdotTest(t, ours) },
	"DgbmvTest":  func(t *testing.T) { testblas.DgbmvTest(t, ours) },
	"DgemvTest":  func(t *testing.T) { testblas.DgemvTest(t, ours) },
	"DgerTest":   func(t *testing.T) { testblas.DgerTest(t, ours) },
	"Dnrm2Test":  func(t *testing.T) { testblas.Dnrm2Test(t, ours) },
	"DrotTest":   func(t *testing.T) { testblas.DrotTest(t, ours) },
	"DrotgTest":  func(t *testing.T) { testblas.DrotgTest(t, ours, false) },
	"DrotmTest":  func(t *testing.T) { testblas.DrotmTest(t, ours) },
	"DrotmgTest": func(t *testing.T) { testblas.DrotmgTest(t, ours) },
	"DsbmvTest":  func(t *testing.T) { testblas.DsbmvTest(t, ours) },
	"DscalTest":  func(t *testing.T) { testblas.DscalTest(t, ours) },
	"DspmvTest":  func(t *testing.T) { testblas.DspmvTest(t, ours) },
	"Dspr2Test":  func(t *testing.T) { testblas.Dspr2Test(t, ours) },
	"DsprTest":   func(t *testing.T) { testblas.DsprTest(t, ours) },
	"DswapTest":  func(t *testing.T) { testblas.DswapTest(t, ours) },
	"DsymmTest":  func(t *testing.T) { testblas.DsymmTest(t, ours) },
	"DsymvTest":  func(t *testing.T) { testblas.DsymvTest(t, ours) },
	"Dsyr2Test":  func(t *testing.T) { testblas.Dsyr2Test(t, ours) },
	"Dsyr2kTest": func(t *testing.T) { testblas.Dsyr2kTest(t, ours) },
	"DsyrTest":   func(t *testing.T) { testblas.DsyrTest(t, ours) },
	"DsyrkTest":  func(t *testing.T) { testblas.DsyrkTest(t, ours) },
	"DtbmvTest":  func(t *testing.T) { testblas.DtbmvTest(t, ours) },
	"DtbsvTest":  func(t *testing.T) { testblas.DtbsvTest(t, ours) },
	"DtpmvTest":  func(t *testing.T) { testblas.DtpmvTest(t, ours) },
	"DtpsvTest":  func(t *testing.T) { testblas.DtpsvTest(t, ours) },
	"DtrmmTest":  func(t *testing.T) { testblas.DtrmmTest(t, ours) },
	"DtrmvTest":  func(t *testing.T) { testblas.DtrmvTest(t, ours) },
	"DtrsmTest":  func(t *testing.T) { testblas.DtrsmTest(t, ours) },
	"DtrsvTest":  func(t *testing.T) { testblas.DtrsvTest(t, ours) },
	"DtxmvTest":  func(t *testing.T) { testblas.DtxmvTest(t, ours) },
	"IdamaxTest": func(t *testing.T) { testblas.IdamaxTest(t, ours) },
	"TestDgemm":  func(t *testing.T) { testblas.TestDgemm(t, ours) },
}

func TestSuite(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		for name, test := range suite {
			t.Run(name, test)
		}
	})
}

// TestSuiteComplete fails when the suite has a test that TestSuite lacks: after an
// update of gonum, for example.
func TestSuiteComplete(t *testing.T) {
	complete(t, suite, testblas.DaxpyTest, realTest)
}

// complete fails unless a suite has the tests of the package that f is in, as far as they
// are meant, and no others.
func complete(t *testing.T, suite map[string]func(t *testing.T), f any, meant func(name string) bool) {
	t.Helper()
	pc := reflect.ValueOf(f).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil || len(files) == 0 {
		t.Skip("gonum's source is not here:", err)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !meant(f.Name.Name) {
				continue
			}
			found++
			if suite[f.Name.Name] == nil {
				t.Errorf("gonum's %s does not run", f.Name.Name)
			}
		}
	}
	if found != len(suite) {
		t.Errorf("%d tests in gonum's source, %d run", found, len(suite))
	}
}

// realTest reports whether a function of testblas tests a real routine.
func realTest(name string) bool {
	routine, ok := strings.CutSuffix(name, "Test")
	if !ok {
		routine, ok = strings.CutPrefix(name, "Test")
	}
	return ok && (routine[0] == 'D' || routine[0] == 'I') && routine[1] != 'z'
}
