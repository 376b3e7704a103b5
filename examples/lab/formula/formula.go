// Package formula has formulas as plain text, which it computes and draws: the page shows what
// was computed, since both come from one text.
//
//	p[t] = p[t-1] - gamma*mhat/(sqrt(vhat) + eps)
//
// A formula is an expression, or an equation that names one. It has numbers, +, -, *, / and ^,
// the comparisons <, <=, >, >= and ==, which are 1 or 0, parentheses, functions and names. A name
// is letters and digits, and may go on with _ and a subscript, an index in brackets, and primes:
// beta1, v_max, m[t-1], p'. Greek letters are written by their names, eps is ε, and a name that
// ends in hat has one. pi is π.
//
// The functions are
//
//	sqrt abs floor sign exp log cos sin    of each element
//	max min                                of two or more, element by element
//	norm rms sum mean dot                  of whole vectors
//	vector turn                            (a, b), and a vector of two turned left
//	if(condition, a, b)                    a where the condition is not 0, otherwise b
//
// Values are numbers or short vectors: an operation takes element by element what is a vector, and
// a number for a vector of this number. They are float64, and the same on every machine.
package formula

import "fmt"

// A Formula is one that was parsed.
type Formula struct {
	Text string // as it was written
	Name string // what the equation defines, "" for an expression alone

	left, right *node
}

// A node is an expression. Its kinds are number, name, call (of the function text), minus, and
// the signs of the operations with two sides.
type node struct {
	kind  string
	text  string  // of a number; a name as Values have it; the function
	value float64 // of a number
	index *node   // of a name: what stands in brackets
	args  []*node
}

// Must is Parse for texts that are part of a program. It panics where there is an error.
func Must(text string) *Formula {
	f, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return f
}

// MathML returns the drawing of a formula, or an error from Parse.
func MathML(text string) (string, error) {
	f, err := Parse(text)
	if err != nil {
		return "", err
	}
	return f.MathML(), nil
}

// A function is one that formulas may call.
type function struct {
	least, most int // arguments
	eval        func(args [][]float64) ([]float64, error)
}

// check returns an error for a wrong number of arguments.
func (f function) check(name string, n int) error {
	switch {
	case n >= f.least && n <= f.most:
		return nil
	case f.least == f.most:
		return fmt.Errorf("%s has %d arguments, want %d", name, n, f.least)
	}
	return fmt.Errorf("%s has %d arguments, want %d or more", name, n, f.least)
}
