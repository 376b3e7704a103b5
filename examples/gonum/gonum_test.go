package main

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"

	"github.com/seed63264101/steepest/examples/shared/demotest"
)

var (
	program = demotest.Program{Name: "gonum", Run: run}
	names   = []string{"apart64", "apart32", "error64", "error32"}
	small   = []string{"-rows", "400", "-cols", "100", "-runs", "1"}
)

func TestAnswersAgree(t *testing.T) {
	lines, r := program.Results(t, names, append(small, "-seed", "3")...)
	t.Log(lines[len(lines)-1])
	// Answers to the last bit alike would mean that one backend ran twice.
	if !(r["apart64"] > 0 && r["apart64"] < 1e-13 && r["apart32"] > 0 && r["apart32"] < 1e-5) {
		t.Errorf("the answers are apart by %v and %v", r["apart64"], r["apart32"])
	}
	if !(r["error64"] < noise && r["error32"] < noise && r["error64"] > noise/1000) {
		t.Errorf("errors %v and %v with noise of %v", r["error64"], r["error32"], noise)
	}
	demotest.Wants(t, lines, `^least squares, 400 rows, 100 columns, generated with seed 3$`,
		`^float64, mat +gonum +\d+\.\d\d ms  kernels +\d+\.\d\d ms +\d+\.\d\d times as fast$`,
		`^float32, blas32 +gonum +\d+\.\d\d ms  kernels +\d+\.\d\d ms +\d+\.\d\d times as fast$`)
}

// TestClosedForm compares with gonum's QR decomposition.
func TestClosedForm(t *testing.T) {
	p := generate(300, 80, 5)
	var want mat.VecDense
	if err := want.SolveVec(p.a, p.target); err != nil {
		t.Fatal(err)
	}
	if d := distance(p.double(60), want.RawVector().Data, p.planted); !(d < 1e-12) {
		t.Errorf("float64: apart from the solution by %v", d)
	}
	if d := distance(p.single(60), want.RawVector().Data, p.planted); !(d < 1e-5) {
		t.Errorf("float32: apart from the solution by %v", d)
	}
}

// TestBackendRestored: the program leaves gonum as it was.
func TestBackendRestored(t *testing.T) {
	blas32.Use(gonum.Implementation{})
	blas64.Use(gonum.Implementation{})
	program.Output(t, small...)
	for _, b := range []any{blas32.Implementation(), blas64.Implementation()} {
		if b != any(gonum.Implementation{}) {
			t.Errorf("another backend is in use: %T", b)
		}
	}
}

// TestExact: with more steps than columns nothing divides 0 by 0.
func TestExact(t *testing.T) {
	p := generate(3, 1, 2)
	if x, y := p.double(1000)[0], p.single(1000)[0]; math.IsNaN(x) || math.IsNaN(y) || math.Abs(x/y-1) > 1e-5 {
		t.Errorf("%v and %v", x, y)
	}
}

// TestSameLevels: the answers are no other machine's, as gonum has loops of its own beside its
// BLAS, in which some compilers fuse multiplications with additions.
func TestSameLevels(t *testing.T) { program.SameLastLine(t, small...) }

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-rows 0", "-cols 0", "-cols 10001", "-rows 100001", "-steps 0", "-runs 0", "-rows 199")
}
