package formula

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// Values are what names stand for: vectors, of length 1 for numbers. Names are written as in the
// formula, without spaces: "m[t-1]".
type Values map[string][]float64

// Eval computes the right side. An error names what has no value, and vectors of two lengths.
func (f *Formula) Eval(v Values) ([]float64, error) {
	x, err := f.right.eval(v)
	if err != nil {
		return nil, fmt.Errorf("formula %q: %w", f.Text, err)
	}
	return x, nil
}

func (n *node) eval(v Values) ([]float64, error) {
	switch n.kind {
	case "number":
		return []float64{n.value}, nil
	case "name":
		if n.text == "pi" {
			return []float64{math.Pi}, nil
		}
		x, known := v[n.text]
		if !known {
			return nil, fmt.Errorf("%s has no value", n.text)
		}
		return x, nil
	}
	args := make([][]float64, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], err = a.eval(v); err != nil {
			return nil, err
		}
	}
	if n.kind == "call" {
		return functions[n.text].eval(args)
	}
	return operations[n.kind](args)
}

// operations are the signs between expressions, and before one.
var operations = map[string]func(args [][]float64) ([]float64, error){
	"minus": each1(func(a float64) float64 { return -a }),
	"+":     each2(func(a, b float64) float64 { return a + b }),
	"-":     each2(func(a, b float64) float64 { return a - b }),
	"*":     each2(func(a, b float64) float64 { return a * b }),
	"/":     each2(func(a, b float64) float64 { return a / b }),
	"^":     each2(power),
	"<":     each2(func(a, b float64) float64 { return truth(a < b) }),
	"<=":    each2(func(a, b float64) float64 { return truth(a <= b) }),
	">":     each2(func(a, b float64) float64 { return truth(a > b) }),
	">=":    each2(func(a, b float64) float64 { return truth(a >= b) }),
	"==":    each2(func(a, b float64) float64 { return truth(a == b) }),
}

// functions are all that formulas may call.
var functions = map[string]function{
	"sqrt":  {1, 1, each1(math.Sqrt)},
	"abs":   {1, 1, each1(math.Abs)},
	"floor": {1, 1, each1(math.Floor)},
	"sign":  {1, 1, each1(sign)},
	"exp":   {1, 1, each1(exp)},
	"log":   {1, 1, each1(log)},
	"cos":   {1, 1, each1(cos)},
	"sin":   {1, 1, each1(sin)},
	"max":   {2, 9, each2(func(a, b float64) float64 { return max(a, b) })},
	"min":   {2, 9, each2(func(a, b float64) float64 { return min(a, b) })},
	"norm":  {1, 1, whole(func(x []float64) float64 { return math.Sqrt(dot(x, x)) })},
	"sum":   {1, 1, whole(sum)},
	"mean":  {1, 1, whole(func(x []float64) float64 { return sum(x) / float64(len(x)) })},
	"rms":   {1, 1, whole(func(x []float64) float64 { return math.Sqrt(dot(x, x) / float64(len(x))) })},
	"dot": {2, 2, func(args [][]float64) ([]float64, error) {
		products, err := operations["*"](args)
		return []float64{sum(products)}, err
	}},
	"if":     {3, 3, choose},
	"vector": {2, 2, vector},
	"turn":   {1, 1, turn},
}

// each1 returns a function of elements as one of vectors. Inlined, it and its like would each
// be there as often as there are functions, which counts in WebAssembly.
//
//go:noinline
func each1(f func(float64) float64) func([][]float64) ([]float64, error) {
	return func(args [][]float64) ([]float64, error) {
		x := make([]float64, len(args[0]))
		for i, a := range args[0] {
			x[i] = f(a)
		}
		return x, nil
	}
}

// each2 is each1 for functions of two elements, which take further ones in turn.
//
//go:noinline
func each2(f func(a, b float64) float64) func([][]float64) ([]float64, error) {
	return func(args [][]float64) ([]float64, error) {
		n, err := length(args)
		if err != nil {
			return nil, err
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = at(args[0], i)
			for _, a := range args[1:] {
				x[i] = f(x[i], at(a, i))
			}
		}
		return x, nil
	}
}

// whole returns a number of a vector as a function of formulas.
//
//go:noinline
func whole(f func(x []float64) float64) func([][]float64) ([]float64, error) {
	return func(args [][]float64) ([]float64, error) { return []float64{f(args[0])}, nil }
}

// choose is if(condition, a, b).
func choose(args [][]float64) ([]float64, error) {
	n, err := length(args)
	if err != nil {
		return nil, err
	}
	x := make([]float64, n)
	for i := range x {
		if at(args[0], i) != 0 {
			x[i] = at(args[1], i)
		} else {
			x[i] = at(args[2], i)
		}
	}
	return x, nil
}

// vector returns the vector of two numbers.
func vector(args [][]float64) ([]float64, error) {
	if len(args[0]) != 1 || len(args[1]) != 1 {
		return nil, fmt.Errorf("a vector of vectors")
	}
	return []float64{args[0][0], args[1][0]}, nil
}

// turn turns a vector of two by a right angle, to the left.
func turn(args [][]float64) ([]float64, error) {
	if len(args[0]) != 2 {
		return nil, fmt.Errorf("turn of %d elements, want 2", len(args[0]))
	}
	return []float64{-args[0][1], args[0][0]}, nil
}

// length returns the common length of vectors, beside which numbers may stand.
func length(args [][]float64) (int, error) {
	n := 1
	for _, a := range args {
		switch {
		case len(a) == 0:
			return 0, fmt.Errorf("a vector without elements")
		case len(a) == 1 || len(a) == n:
		case n > 1:
			return 0, fmt.Errorf("vectors of %d and %d elements", n, len(a))
		default:
			n = len(a)
		}
	}
	return n, nil
}

// at returns element i of a vector, or a number itself.
func at(x []float64, i int) float64 {
	if len(x) == 1 {
		return x[0]
	}
	return x[i]
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// dot does not care for ranges: what is shown has none of their ends.
func dot(x, y []float64) (s float64) {
	for i, v := range x {
		s += float64(v * y[i])
	}
	return s
}

func sign(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

// power returns a^b. Whole powers are products; those of package math differ between machines.
func power(a, b float64) float64 {
	if b == math.Floor(b) && math.Abs(b) < 1<<53 {
		x := generic.Power(a, uint64(math.Abs(b)))
		if b < 0 {
			return 1 / x
		}
		return x
	}
	if a == 0 && b > 0 {
		return 0
	}
	return exp(b * log(a))
}

func exp(x float64) float64 {
	v := [1]float64{x}
	kernels.Exp(v[:], v[:])
	return v[0]
}

func log(x float64) float64 {
	v := [1]float64{x}
	kernels.Log(v[:], v[:])
	return v[0]
}

// sin is cos, a quarter of a turn later.
func sin(x float64) float64 { return cos(x - math.Pi/2) }

// cos takes the nearest multiple of π/2 away, in two parts, and adds up the Taylor series of
// what is left. It is meant for arguments up to some thousands.
func cos(x float64) float64 {
	const high, low = 0x1.921fb5444p+0, 0x1.68c234c4c6629p-39 // of π/2
	quarters := math.Round(x / (math.Pi / 2))
	r := x - float64(quarters*high) - float64(quarters*low)
	first, n := 1.0, 1.0 // cos r: 1 - r²/(1·2) + ...
	odd := math.Mod(math.Abs(quarters), 2) == 1
	if odd { // sin r: r - r³/(2·3) + ...
		first, n = r, 2
	}
	total, term := first, first
	for ; n < 24; n += 2 {
		term = -float64(term * float64(float64(r*r)/(n*(n+1))))
		total += term
	}
	// cos(r + kπ/2) is cos r, -sin r, -cos r, sin r for k = 0, 1, 2, 3.
	switch k := math.Mod(quarters, 4); k {
	case 1, -3, 2, -2:
		return -total
	}
	return total
}
