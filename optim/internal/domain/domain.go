// Package domain says which values the numbers that users give may have, and what is wrong
// with one that has another.
package domain

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// A Number is a named number and its domain.
type Number struct {
	Name  string
	Value float64
	Domain
}

// A Domain says which values a number may have. Its test gets the function that rounds to
// the element type: what is fine in float64 may be 0, 1 or infinite in float32.
type Domain struct {
	Want string
	Has  func(v float64, round func(float64) float64) bool
}

// Of returns a named number and its domain.
func Of(name string, value float64, d Domain) Number { return Number{name, value, d} }

// Where returns the domain of the values that a function holds to be good, in words and as
// that function.
func Where(want string, has func(v float64, round func(float64) float64) bool) Domain {
	return Domain{want, has}
}

// The usual domains.
var (
	NonNegative = Domain{"a finite number >= 0", func(v float64, round func(float64) float64) bool {
		return v >= 0 && !math.IsInf(round(v), 0)
	}}
	Finite = Domain{"a finite number", func(v float64, _ func(float64) float64) bool {
		return v-v == 0
	}}
	Positive = Domain{"a finite number > 0", func(v float64, round func(float64) float64) bool {
		return round(v) > 0 && !math.IsInf(round(v), 0)
	}}
	Fraction = Domain{"a number in [0, 1)", func(v float64, round func(float64) float64) bool {
		return v >= 0 && round(v) < 1
	}}
	OpenFraction = Domain{"a number in (0, 1)", func(v float64, round func(float64) float64) bool {
		return round(v) > 0 && round(v) < 1
	}}
	Steps = Domain{"a number of steps >= 0", func(v float64, _ func(float64) float64) bool {
		return v >= 0
	}}
	PositiveSteps = Count("steps")
)

// Count returns the domain of a positive number of things.
func Count(what string) Domain {
	return Domain{"a positive number of " + what, func(v float64, _ func(float64) float64) bool { return v > 0 }}
}

// Check returns an error that begins with the owner if a number lies outside its domain,
// exactly or rounded to T. It tells of the first.
func Check[T kernels.Float](owner string, numbers ...Number) error {
	for _, n := range numbers {
		if err := CheckValue[T](n); err != nil {
			return fmt.Errorf("%s: %w", owner, err)
		}
	}
	return nil
}

// CheckValue returns an error if the number lies outside its domain, exactly or rounded to T.
func CheckValue[T kernels.Float](n Number) error {
	exact := func(v float64) float64 { return v }
	rounded := func(v float64) float64 { return float64(T(v)) }
	switch {
	case !n.Has(n.Value, exact):
		return fmt.Errorf("%s = %v, want %s", n.Name, n.Value, n.Want)
	case !n.Has(n.Value, rounded):
		return fmt.Errorf("%s = %v, want %s when rounded to %T", n.Name, n.Value, n.Want, T(0))
	}
	return nil
}
