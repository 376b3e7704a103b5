package gonumblas_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/gonumblas"
)

// overridden returns the names of the methods that Implementation must not
// inherit: real Level 1, Gemv and Ger, and the routines of matrices.
func overridden() []string {
	names := []string{"Sgemv", "Dgemv", "Sger", "Dger"}
	for _, routine := range matrixRoutines {
		names = append(names, "S"+routine, "D"+routine)
	}
	for _, level1 := range []reflect.Type{reflect.TypeFor[blas.Float32Level1](), reflect.TypeFor[blas.Float64Level1]()} {
		for i := range level1.NumMethod() {
			names = append(names, level1.Method(i).Name)
		}
	}
	return names
}

// TestDeclared reads in the source that each method is declared, because a method
// that is missing there would be gonum's, and give right results.
func TestDeclared(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Skip("the source is not here:", err)
	}
	declared := map[string]bool{}
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
			if !ok || f.Recv == nil {
				continue
			}
			if receiver, ok := f.Recv.List[0].Type.(*ast.Ident); ok && receiver.Name == "Implementation" {
				declared[f.Name.Name] = true
			}
		}
	}
	for _, name := range overridden() {
		if !declared[name] {
			t.Errorf("Implementation has no method %s of its own", name)
		}
		delete(declared, name)
	}
	for name := range declared {
		t.Errorf("method %s is not in the list of those to test", name)
	}
}

// TestLinked asks the running program where the methods come from: those of an
// embedded type are wrappers, which no source file has.
func TestLinked(t *testing.T) {
	source := func(name string) string {
		method, ok := reflect.TypeFor[gonumblas.Implementation]().MethodByName(name)
		if !ok {
			t.Fatalf("Implementation has no method %s", name)
		}
		pc := method.Func.Pointer()
		file, _ := runtime.FuncForPC(pc).FileLine(pc)
		return filepath.ToSlash(file)
	}
	for _, name := range overridden() {
		if file := source(name); !strings.Contains(file, "/kernels/") || strings.Contains(file, "gonum.org") {
			t.Errorf("%s comes from %s", name, file)
		}
	}
	if file := source("Dgbmv"); strings.Contains(file, "/kernels/") {
		t.Errorf("Dgbmv, which is gonum's, comes from %s: this test cannot tell", file)
	}
}

// TestKernelsRan compares with the kernels, to the bit, in the lengths around the
// short paths and beyond the buffers; and where the order of additions differs,
// gonum's bits must be others somewhere.
func TestKernelsRan(t *testing.T) {
	onEveryLevel(t, func(t *testing.T) {
		t.Run("float32", kernelsRan[float32])
		t.Run("float64", kernelsRan[float64])
	})
}

func kernelsRan[T kernels.Float](t *testing.T) {
	others := map[string]int{}
	for _, routine := range routinesOf[T]() {
		if routine == "rotg" || routine == "rotmg" {
			continue // no vectors
		}
		for i, s := range pathShapes(routine) {
			c := newCall[T](routine, s)
			if i%5 == 4 && s.n*s.m < 100 { // sums of -0 are +0
				fill(c.x, T(math.Copysign(0, -1)))
				fill(c.a, 1)
				fill(c.y, 1)
			}
			got, want := c.withOurs(), c.withKernels()
			if got.panic != nil || want.panic != nil {
				t.Fatalf("%s: panics %v and %v", c.describe(), got.panic, want.panic)
			}
			for name, pair := range want.outputs(got) {
				if i := differ(pair[0], pair[1]); i >= 0 {
					t.Fatalf("%s, seed %d: %s[%d] = %v, the kernel gives %v", c.describe(), s.seed, name, i, pair[1][i], pair[0][i])
				}
			}
			if i := differ(got.results, want.results); i >= 0 {
				t.Fatalf("%s, seed %d: %v, the kernel gives %v", c.describe(), s.seed, got.results, want.results)
			}
			gonums := c.withGonum()
			if !s.special && (differ(got.results, gonums.results) >= 0 || differ(got.y, gonums.y) >= 0) {
				others[routine]++
			}
		}
	}
	for _, routine := range []string{"dot", "asum", "nrm2", "gemv", "dsdot"} {
		if others[routine] == 0 && slices.Contains(routinesOf[T](), routine) {
			t.Errorf("%s always has gonum's bits: whose is it?", routine)
		}
	}
}

// pathShapes has every small size and those around what a routine might take as a
// limit, with strides of all sorts.
func pathShapes(routine string) (shapes []shape) {
	rng := rand.New(rand.NewPCG(5, 5))
	var sizes [][2]int
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 23, 24, 25, 31, 32, 33, 63, 64, 65, 100, 300, 1025, 2100} {
		sizes = append(sizes, [2]int{3, n})
		if routine == "gemv" || routine == "ger" {
			sizes = append(sizes, [2]int{n, 3})
			for m := 1; m < 10 && n < 10; m++ {
				sizes = append(sizes, [2]int{m, n})
			}
			continue
		}
		if n <= 10 {
			sizes = append(sizes, [2]int{3, n}, [2]int{3, n}, [2]int{3, n})
		}
	}
	for _, size := range sizes {
		for _, incs := range [][2]int{{1, 1}, {1, -1}, {2, 1}, {1, 3}, {-2, 2}, {-1, -3}} {
			shapes = append(shapes, shape{
				m: size[0], n: size[1], incX: incs[0], incY: incs[1],
				pad: rng.IntN(3), special: rng.IntN(8) == 0, seed: rng.Uint64(),
			})
		}
	}
	return shapes
}

func fill[T any](x []T, v T) {
	for i := range x {
		x[i] = v
	}
}

// withKernels makes the call with package kernels on vectors side by side.
func (c call[T]) withKernels() *call[T] {
	d := &call[T]{routine: c.routine, x: clone(c.x), y: clone(c.y), a: clone(c.a)}
	nx, ny := c.lengths()
	if c.routine == "gemv" || c.routine == "ger" {
		if c.m == 0 || c.n == 0 || c.coef[0] == 0 && c.routine == "ger" {
			return d
		}
	}
	if c.incX < 0 && c.routine == "scal" {
		return d
	}
	x, y := gather(nx, c.x, c.incX), gather(ny, c.y, c.incY)
	alpha, beta := c.coef[0], c.coef[1]
	result := func(v T) { d.results = []float64{float64(v)} }
	switch c.routine {
	case "axpy":
		if alpha != 0 {
			kernels.Axpy(alpha, x, y)
		}
	case "dot":
		result(kernels.Dot(x, y))
	case "dsdot":
		d.results = []float64{kernels.Dsdot(x, y)}
	case "sdsdot":
		if c.n == 0 {
			alpha = 0
		}
		result(alpha + T(kernels.Dsdot(x, y)))
	case "scal":
		if alpha == 0 {
			clear(x)
		} else {
			kernels.Scal(alpha, x)
		}
	case "copy":
		y = x
	case "swap":
		x, y = y, x
	case "nrm2":
		result(kernels.Nrm2(x))
	case "asum":
		result(kernels.Asum(x))
	case "iamax":
		result(T(kernels.Iamax(x)))
	case "rot":
		kernels.Rot(x, y, alpha, beta)
	case "rotm":
		if h := c.matrix(); c.flag != blas.Identity {
			kernels.Rotm(x, y, T(h[0]), T(h[1]), T(h[2]), T(h[3]))
		}
	case "gemv":
		switch {
		case alpha == 0 && beta == 0:
			clear(y)
		case alpha == 0 && beta == 1:
		case alpha == 0:
			kernels.Scal(beta, y)
		case c.tA == blas.NoTrans:
			kernels.Gemv(alpha, c.a, c.lda, x, beta, y)
		default:
			kernels.GemvT(alpha, c.a, c.lda, x, beta, y)
		}
	case "ger":
		kernels.Ger(alpha, x, y, d.a, c.lda)
	default:
		panic(fmt.Sprint("no kernel for ", c.routine))
	}
	scatter(d.x, x, c.incX)
	scatter(d.y, y, c.incY)
	return d
}

// scatter undoes gather.
func scatter[T kernels.Float](x, from []T, inc int) {
	at := 0
	if inc < 0 {
		at = (1 - len(from)) * inc
	}
	for _, v := range from {
		x[at] = v
		at += inc
	}
}
